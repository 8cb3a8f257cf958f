"""The page of the annotations' quality."""
