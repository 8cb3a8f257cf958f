"""The pages of a build: files of their own that open anywhere, with nothing fetched from anywhere."""
