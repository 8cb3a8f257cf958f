"""The annotation tools from which exports are fetched: a file each."""
