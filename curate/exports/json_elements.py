"""Where the elements of a long JSON list are, found without reading them.

A list of millions of elements would take more memory as Python objects than as text.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from curate.exports.mapping import WINDOW, Text
from curate.text import BRACKETS, blank_escapes

Places = NDArray[np.int64]
"""(n, 2): where each of n elements starts and ends in its text, blanks included."""

_IS_SYMBOL = np.zeros(256, np.bool_)
_IS_SYMBOL[list(b'[]{}",')] = True

_BLANKS = b" \t\r\n"


def element_places(text: Text) -> Iterator[Places]:
    """The places of all elements of a JSON list, in order and some at a time.

    `text`: sound JSON, a list from its first byte to its last, but for blanks.

    >>> [bytes(b"[1, [2]]"[start:end]) for start, end in next(element_places(b"[1, [2]]"))]
    [b'1', b' [2]']
    """
    start = 0
    for ends in _separators(text):
        if ends.size and start == 0:
            # The list's own bracket: before it there is no element.
            start = int(ends[0]) + 1
            ends = ends[1:]
        if ends.size == 0:
            continue
        starts = np.empty_like(ends)
        starts[0] = start
        starts[1:] = ends[:-1] + 1
        start = int(ends[-1]) + 1

        places = np.stack((starts, ends), axis=1)
        if places.shape[0] == 1 and _is_blank(text, places[0]):
            continue  # an empty list, or blanks behind it
        yield places


def _separators(text: Text) -> Iterator[Places]:
    """Where the list opens, where a comma is between two elements, and where it closes."""
    depth = 0
    quotes = 0
    open_escape = b""
    for start in range(0, len(text), WINDOW):
        window = open_escape + bytes(text[start : start + WINDOW])
        offset = start - len(open_escape)
        window, open_escape = blank_escapes(window)

        characters = np.frombuffer(window, np.uint8)
        positions = np.flatnonzero(_IS_SYMBOL[characters])
        if not positions.size:
            continue
        symbols = characters[positions]
        quotes_so_far = quotes + np.cumsum(symbols == ord('"'))
        is_in_string = quotes_so_far % 2 == 1
        steps = np.where(is_in_string, 0, BRACKETS[symbols])
        depths = depth + np.cumsum(steps)

        is_comma = (symbols == ord(",")) & ~is_in_string & (depths == 1)
        opens = (steps > 0) & (depths == 1)
        closes = (steps < 0) & (depths == 0)
        yield offset + positions[is_comma | opens | closes]

        depth = int(depths[-1])
        quotes = int(quotes_so_far[-1])


def _is_blank(text: Text, place: Places) -> bool:
    start, end = place.tolist()
    return not bytes(text[start:end]).strip(_BLANKS)
