"""Copies of files, by the names that file managers and browsers give them."""

import posixpath
import re

from curate.exports.files import Files
from curate.limits import Limits
from curate.reasons import Refusal

# How file managers and browsers call a copy: "a (1).json", "a - Copy (2).json", "Copy of a.json".
_COPY_ENDING = re.compile(
    r"(?: ?\(\d+\)|(?:[ _-]| - )(?:copy|kopie|copie|copia)(?: \d+| ?\(\d+\))?)$",
    re.IGNORECASE,
)
_COPY_START = re.compile(
    r"^(?:copy|kopie|copie|copia)(?: \(\d+\))? (?:of|von|de|di) ", re.IGNORECASE
)


def original_of(path: str) -> str | None:
    """The path of the file that a file is a copy of, by its name; None if that says nothing.

    >>> original_of("a (1).json"), original_of("x/Copy of a.json"), original_of("a.json")
    ('a.json', 'x/a.json', None)
    """
    folder, name = posixpath.split(path)
    own_stem, ending = posixpath.splitext(name)
    original = _COPY_START.sub("", _COPY_ENDING.sub("", own_stem))
    if original in ("", own_stem):
        return None
    return posixpath.join(folder, original + ending)


def uncopied(files: Files, path: str, limits: Limits) -> str:
    """The file of the export that a file is a copy of, by its name and its bytes; else itself."""
    original = original_of(path)
    if original not in files.known or files.size(original) != files.size(path):
        return path
    try:
        is_same = files.read(original, limits) == files.read(path, limits)
    except Refusal:
        return path  # who needs it is told why
    if is_same:
        return original
    return path
