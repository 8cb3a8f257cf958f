"""Judging: metrics, baselines, strata, intervals and the report."""
