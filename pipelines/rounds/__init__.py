"""Rounds of the loop: corrections fetched, learned, judged, put into use, and what they cost."""
