"""Tests of what `inspect` and `init` find."""
