"""Shards: the windows of an object, writing, and reading."""
