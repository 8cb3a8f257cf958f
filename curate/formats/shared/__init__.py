"""What formats use; no file here is a format."""
