"""What the user gave is wrong: the one exception for it, and the hint at what was meant."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

_LEAST_LIKENESS = 60  # of 100; below it a hint misleads


class InputError(ValueError):
    """What the user gave is wrong. Exit code 2.

    The message says what is wrong, in which file and place, and what to do.
    """


class NotOfFormat(InputError):
    """An export holds nothing of the format that its settings state."""


def nearest(word: str, valid: Iterable[str]) -> str:
    """The hint `; did you mean 'X'?` with the nearest valid word; empty if none is near.

    >>> nearest("colour", ["color", "shape"])
    "; did you mean 'color'?"
    """
    found = nearest_word(word, valid)
    if not found:
        return ""
    return f"; did you mean '{found}'?"


def nearest_word(word: str, valid: Iterable[str]) -> str:
    """The valid word that is most like a word; empty if none is near.

    >>> nearest_word("colour", ["color", "shape"]), nearest_word("VIA", ["coco", "via"])
    ('color', 'via')
    """
    # Other scorers of rapidfuzz find "ice" in "vehicle".
    found = process.extractOne(
        word,
        list(valid),
        scorer=fuzz.ratio,
        processor=str.casefold,
        score_cutoff=_LEAST_LIKENESS,
    )
    if found is None:
        return ""
    return str(found[0])
