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

_QUOTE = ord('"')
_COMMA = ord(",")
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
            opening = int(ends[0])
            start = opening + 1
            ends = ends[1:]
        if ends.size == 0:
            continue

        # Each element starts behind the comma before it.
        starts = np.empty_like(ends)
        starts[0] = start
        starts[1:] = ends[:-1] + 1
        last_end = int(ends[-1])
        start = last_end + 1

        # A single element of blanks: an empty list, or what is behind its last comma.
        is_single = ends.size == 1
        if is_single and _is_blank(text, int(starts[0]), last_end):
            continue
        yield np.stack((starts, ends), axis=1)


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
        is_symbol = _IS_SYMBOL[characters]
        positions = np.flatnonzero(is_symbol)
        if not positions.size:
            continue
        symbols = characters[positions]

        # Brackets and commas between an odd quote and the next one are text.
        is_quote = symbols == _QUOTE
        quotes_so_far = quotes + np.cumsum(is_quote)
        is_in_string = quotes_so_far % 2 == 1
        steps = np.where(is_in_string, 0, BRACKETS[symbols])
        depths = depth + np.cumsum(steps)

        # The list itself is at depth 1, and what is in its elements is deeper.
        is_at_top = depths == 1
        is_comma = (symbols == _COMMA) & ~is_in_string & is_at_top
        opens = (steps > 0) & is_at_top
        closes = (steps < 0) & (depths == 0)
        is_separator = is_comma | opens | closes
        yield offset + positions[is_separator]

        depth = int(depths[-1])
        quotes = int(quotes_so_far[-1])


def _is_blank(text: Text, start: int, end: int) -> bool:
    element = bytes(text[start:end])
    return not element.strip(_BLANKS)
