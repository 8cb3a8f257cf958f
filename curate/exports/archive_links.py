"""The links of an archive: made when all its files are written, and only if they end inside.

Nothing is ever written through a link: files are written first, links are made afterwards.
"""

import os
import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class MemberLink:
    """A link that is a member of an archive."""

    path: str
    target: str
    """Where it leads: from its own folder, or from the archive's root if it is hard."""
    kind: Literal["link", "hard link"]


def make_links(folder: Path, links: list[MemberLink]) -> dict[str, str]:
    """Make the links of an archive in the folder of its files.

    Returns:
        Those that cannot be made, each with what it is: they lead out of the archive, or to
        nothing in it.
    """
    # Hard links first: a path to a file could lead out over a link that is made already.
    for link in links:
        if link.kind == "hard link":
            _make(folder, link)
    for link in links:
        if link.kind == "link":
            _make(folder, link)

    # Links may lead over other links: where they end is known only when all are made.
    root = os.path.realpath(folder)
    refused = {}
    for link in links:
        file = folder / link.path
        detail = f"is a link to {link.target!r}, which is not in the archive"
        is_missing = not os.path.lexists(file)
        if is_missing or (file.is_symlink() and not _ends_inside(file, root)):
            refused[link.path] = detail
    for path in refused:
        (folder / path).unlink(missing_ok=True)
    return refused


def _make(folder: Path, link: MemberLink) -> None:
    """Make a link, if it can be: nothing is in its place, and its target is no path outside."""
    file = folder / link.path
    target = link.target.replace("\\", "/")
    is_absolute = target.startswith("/") or target[1:2] == ":"
    if is_absolute or "\0" in target or os.path.lexists(file):
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if link.kind == "link":
            file.symlink_to(target)
            return
        whole = posixpath.normpath(target)
        other = folder / whole
        if not whole.startswith("..") and other.is_file() and not other.is_symlink():
            file.hardlink_to(other)
    except OSError:
        return  # a system without links, or a name that it cannot hold


def _ends_inside(file: Path, root: str) -> bool:
    end = os.path.realpath(file)
    return Path(end).exists() and (end == root or end.startswith(root + os.sep))
