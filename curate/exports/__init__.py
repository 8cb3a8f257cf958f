"""Strangers' files: what an export is, its archives and documents, and finding an image in it."""
