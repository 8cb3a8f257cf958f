"""The pages of a build: single files that open anywhere and fetch nothing."""
