"""The verbs of the command line, one file each, and what only they use."""
