"""How much the ends of two paths have in common, by which a file that was moved is known again."""

import posixpath
from collections.abc import Sequence

from curate.exports.files import loose


def most_in_common(paths: Sequence[str], stated: str) -> list[str]:
    """Those of several paths that share the most of their last folders with a stated path."""
    if len(paths) < 2:
        return list(paths)
    shared = [folders_in_common(path, stated) for path in paths]
    most = max(shared)
    return [path for path, number in zip(paths, shared, strict=True) if number == most]


def nearest(paths: Sequence[str], stated: str) -> str | None:
    """The one that `most_in_common` gives; None unless there is just one."""
    likeliest = most_in_common(paths, stated)
    if len(likeliest) != 1:
        return None
    return likeliest[0]


def folders_in_common(path: str, other: str) -> int:
    """How many folders above their files two paths share, counted from the last one.

    >>> folders_in_common("export/b/images/1.png", "bucket/B/images/1.png")
    2
    """
    count = 0
    for folder, other_folder in zip(_folders(path), _folders(other), strict=False):
        if folder != other_folder:
            break
        count += 1
    return count


def _folders(path: str) -> list[str]:
    """The names of the folders above a file, the last one first."""
    folder = posixpath.dirname(path)
    if not folder:
        return []
    folders = [loose(name) for name in folder.split("/")]
    folders.reverse()
    return folders
