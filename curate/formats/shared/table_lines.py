"""Lines of tables of comma- or tab-separated values, whose cells may be long and quoted."""

import re
from functools import lru_cache


def split_line(line: str, delimiter: str) -> list[str]:
    """The cells of a line: in quotes, where two quotes stand for one, or without.

    A line is taken apart by itself, so that a quote too few costs one line. The csv module would
    go on to the next quote, and refuses cells as long as a fine outline.

    >>> split_line('1,"a ""b"", c",', ",")
    ['1', 'a "b", c', '']
    """
    cells = []
    for quoted, plain in _cell(delimiter).findall(line):
        cells.append(quoted.replace('""', '"') or plain)
    return cells


@lru_cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """A cell in quotes, or one without."""
    quoted = r'"((?:[^"]|"")*+)"'
    plain = rf"([^{delimiter}]*)"
    return re.compile(rf"(?:^|{delimiter})(?:{quoted}(?=$|{delimiter})|{plain})")
