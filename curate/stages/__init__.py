"""The stages of the curation, one file each, in the order of the flow, and what only they use."""
