"""Segcurate's library: from segmentation exports to Parquet crop shards, every object accounted for."""
