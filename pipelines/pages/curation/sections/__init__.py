"""The sections of the curation page: a function and a template for each."""
