"""How much the ends of two paths have in common, by which a file that was moved is known again."""

import posixpath
from collections.abc import Sequence

from curate.exports.file_names import fold


def nearest(paths: Sequence[str], stated: str) -> str | None:
    """The one of the paths whose last folders have the most in common with those of `stated`.

    None if there is no path, or if several have as much in common.
    """
    shared = [folders_in_common(path, stated) for path in paths]
    if not shared:
        return None
    most = max(shared)
    if shared.count(most) > 1:
        return None
    return paths[shared.index(most)]


def folders_in_common(path: str, other: str) -> int:
    """How many folders above their files two paths share, counted from the last one.

    >>> folders_in_common("export/b/images/1.png", "bucket/B/images/1.png")
    2
    """
    count = 0
    for folder, its_match in zip(_folders(path), _folders(other), strict=False):
        if fold(folder) != fold(its_match):
            break
        count += 1
    return count


def _folders(path: str) -> list[str]:
    """The names of the folders above a file, the last one first."""
    folder = posixpath.dirname(path)
    if not folder:
        return []
    folders = folder.split("/")
    folders.reverse()
    return folders
