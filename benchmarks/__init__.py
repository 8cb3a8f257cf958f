"""One file for each claim of docs/performance.md; `shared/` has what several of them use."""
