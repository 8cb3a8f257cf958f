"""The page on which boxes are drawn, and the page of the API."""
