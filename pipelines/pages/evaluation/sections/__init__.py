"""The sections of the evaluation page: a function and a template for each."""
