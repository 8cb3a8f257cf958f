"""The design's table of bad input: what comes, what its reason is, and what it costs.

Each file has a list `CASES` of one kind of trouble. tests/curate/stages/test_bad_input.py
feeds each of them to the real ingest.
"""
