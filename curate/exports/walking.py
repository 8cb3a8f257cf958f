"""Walking through the folders of an export, over links where that is allowed.

A link that ends inside the export is followed. One that ends outside is followed only if
the export's settings say so: it would let an export read the files of whoever imports it.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from upath import UPath

from curate.exports.litter import is_build
from curate.exports.refused_files import RefusedFile
from curate.reasons import Reason
from curate.stores import is_local, reaching

Links = Literal["inside", "follow"]
"""Which links are followed: those that end inside the export, or all."""

# Ways over links into one folder; folders full of links have no end else.
_MOST_WAYS = 8

_TIME_KEYS = ("ETag", "etag", "mtime", "LastModified")
"""What fsspec's file systems call the time, or the version, of a file's last change."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A path below the root that is no folder."""

    path: str
    size: int
    changed: str
    """When it was changed, as its system says it."""
    real: str = ""
    """Where the file is, if the path leads over a link: the absolute path on this machine."""
    refused: RefusedFile | None = None


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that is still to be listed."""

    prefix: str
    """Its path below the root, with "/" at the end; "" for the root."""
    real: str
    """Its absolute path, without links."""
    crossed: tuple[str, ...] = ()
    """The real paths of the folders whose links lead to it."""


def walk(root: UPath, unread: list[str], links: Links) -> Iterator[Entry]:
    """All entries below a folder; adds folders that cannot be listed to `unread`."""
    if is_local(root):
        return _Walk(str(root), links).entries(unread)
    return _walk_remote(root)


class _Walk:
    """A walk through the folders of this machine, as the system lists them."""

    def __init__(self, top: str, links: Links) -> None:
        self._top = top
        self._real_top = os.path.realpath(top)
        self._links = links
        self._ways: Counter[str] = Counter()
        self._pending = [_Folder("", self._real_top)]

    def entries(self, unread: list[str]) -> Iterator[Entry]:
        """All entries; adds folders that cannot be listed to `unread`."""
        while self._pending:
            folder = self._pending.pop()
            try:
                with os.scandir(f"{self._top}/{folder.prefix}") as scanned:
                    found = list(scanned)
            except OSError as error:
                place = folder.prefix or self._top
                unread.append(f"{place}: {error.strerror or error}")
                continue

            # The root itself may be one, if somebody asks what is in it.
            if folder.prefix and is_build({each.name for each in found}):
                continue
            for each in found:
                entry = self._entry(folder, each)
                if entry is not None:
                    yield entry

    def _entry(self, folder: _Folder, each: "os.DirEntry[str]") -> Entry | None:
        """An entry of a folder; None if it is a folder itself, or a link in a circle."""
        path = f"{folder.prefix}{each.name}"
        if each.is_symlink():
            return self._behind_link(folder, each, path)

        real = f"{folder.real}/{each.name}"
        if each.is_dir(follow_symlinks=False):
            self._pending.append(_Folder(f"{path}/", real, folder.crossed))
            return None
        if not folder.crossed:
            real = ""
        return _file_entry(path, each.stat(follow_symlinks=False), real)

    def _behind_link(
        self, folder: _Folder, link: "os.DirEntry[str]", path: str
    ) -> Entry | None:
        """The file behind a link; None if it is a folder, which is listed later."""
        real = os.path.realpath(link.path)
        target = os.readlink(link.path)  # noqa: PTH115  a DirEntry is no Path
        try:
            state = os.stat(real)  # noqa: PTH116
        except OSError:
            detail = f"is a link to {target!r}, where there is nothing"
            return _refused(path, RefusedFile(Reason.PATH_ESCAPE, detail))

        is_folder = stat.S_ISDIR(state.st_mode)
        if self._links == "inside" and not _is_in(real, self._real_top):
            detail = (
                f"is a link to {target!r}, which is outside the export; it is followed "
                "with `links: follow` in the export's settings"
            )
            refused = RefusedFile(Reason.PATH_ESCAPE, detail, is_folder)
            return _refused(path, refused)
        if not is_folder:
            return _file_entry(path, state, real)

        self._ways[real] += 1
        crossed = (*folder.crossed, folder.real)
        is_circle = any(_is_in(each, real) for each in crossed)
        if not is_circle and self._ways[real] <= _MOST_WAYS:
            self._pending.append(_Folder(f"{path}/", real, crossed))
        return None


def _file_entry(path: str, state: os.stat_result, real: str) -> Entry:
    if not stat.S_ISREG(state.st_mode):
        return _refused(path, RefusedFile(Reason.PATH_ESCAPE, "is a pipe or a device"))
    return Entry(path, state.st_size, str(state.st_mtime_ns), real)


def _refused(path: str, why: RefusedFile) -> Entry:
    return Entry(path, size=0, changed="", refused=why)


def _is_in(path: str, folder: str) -> bool:
    """Whether a path is a folder, or below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _walk_remote(root: UPath) -> Iterator[Entry]:
    """All files below a folder of another file system, as fsspec lists them."""
    prefix = root.path.rstrip("/") + "/"
    with reaching(root):
        found = root.fs.find(root.path, detail=True)
    for path, info in found.items():
        refused = None
        if info.get("type") != "file":
            refused = RefusedFile(Reason.PATH_ESCAPE, "is a link, a pipe or a device")
        yield Entry(
            path=path.removeprefix(prefix),
            size=int(info.get("size") or 0),
            changed=_time_of_change(info),
            refused=refused,
        )


def _time_of_change(info: Mapping[str, Any]) -> str:
    for key in _TIME_KEYS:
        if info.get(key):
            return str(info[key])
    return ""
