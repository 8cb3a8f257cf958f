"""One file for each claim of docs/performance.md; files that begin with an underscore serve the others."""
