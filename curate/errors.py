"""What the user gave is wrong: the one exception for it, and the hint at what was meant."""

from collections.abc import Iterable

from rapidfuzz import process


class InputError(ValueError):
    """What the user gave is wrong; the message names file and place, and what to do. Exit code 2."""


def nearest(word: str, valid: Iterable[str]) -> str:
    """`; did you mean '…'?` with the nearest valid word, or nothing where none is near."""
    found = process.extractOne(word, list(valid), score_cutoff=60)
    return f"; did you mean '{found[0]}'?" if found else ""
