"""The page of a curation: what came in, what went on, what was dropped, with pictures."""
