"""Images, masks as run-lengths, and the shapes that become masks."""
