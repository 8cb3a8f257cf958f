"""The page on which reviewers decide labels, with the server that saves their answers."""
