"""The same work by libraries that others use for it: one script each, in a process of its own.

`python benchmarks/peers/NAME.py DOCUMENT IMAGES TARGET` writes the crops of a COCO document as one
Parquet file, and prints how many objects they are and how many CPU seconds it took after the
imports, as JSON. The scripts import nothing of this project, since their libraries are in a venv
of their own.
"""
