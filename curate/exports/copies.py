"""Copies of files: their names say so, and their bytes."""

from curate.exports.files import Files
from curate.exports.paths import original_of
from curate.limits import Limits
from curate.reasons import Refusal


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
