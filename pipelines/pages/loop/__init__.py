"""The page of the loop: its rounds, and what corrections cost from round to round."""
