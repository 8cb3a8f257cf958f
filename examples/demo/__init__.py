"""The demo: exports of five invented customers, in five formats, with faults.

`python -m examples.demo OUT` writes them.
"""
