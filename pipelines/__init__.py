"""The stages on Dask, the command line, and the pages."""
