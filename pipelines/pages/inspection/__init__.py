"""The page of `inspect`: what one export holds."""
