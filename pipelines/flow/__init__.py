"""The stages on Dask: their table, the runner, the build folder and the workers."""
