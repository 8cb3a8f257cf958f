"""The files of an export, listed once: what may be read, and what is refused unread."""

import os
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from upath import UPath

from curate.exports.file_names import fold
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.storage import digest, is_local

_LITTER_NAMES = ("__MACOSX", ".git", ".DS_Store", "Thumbs.db")
_LITTER_PREFIX = "._"  # where macOS keeps what other file systems cannot
_KEEPS_A_FOLDER = ".gitkeep"

_TIME_KEYS = ("ETag", "etag", "mtime", "LastModified")
"""What fsspec's file systems call the time, or the version, of a file's last change."""


@dataclass(frozen=True)
class Files:
    """The files below a folder, listed but not read."""

    root: UPath
    paths: tuple[str, ...]
    """POSIX paths relative to `root`, sorted. Only these are ever read."""
    refused: frozenset[str] = frozenset()
    """Paths of links, pipes and devices, names that are no UTF-8, and paths that are longer
    than the limit."""
    too_long: frozenset[str] = frozenset()
    """Those of the refused paths that are longer than the limit."""
    unread: tuple[str, ...] = ()
    """Folders that cannot be listed, each with the reason."""
    digest: str = ""
    """Over all paths, sizes and times of change: while it is the same, so are the files."""

    def read(self, path: str, limits: Limits) -> bytes:
        """A file's bytes. Refusal unreadable_file or over_limit."""
        file = self.root / path
        try:
            if file.stat().st_size > limits.file_bytes:
                detail = f"{path}: larger than {limits.file_bytes:,} bytes"
                raise Refusal(Reason.OVER_LIMIT, detail)
            return file.read_bytes()
        except OSError as error:
            detail = f"{path}: {error.strerror or error}"
            raise Refusal(Reason.UNREADABLE_FILE, detail) from None

    def size(self, path: str) -> int | None:
        """A file's size in bytes; None if it cannot be told."""
        try:
            return (self.root / path).stat().st_size
        except OSError:
            return None

    @cached_property
    def known(self) -> frozenset[str]:
        """The paths as a set."""
        return frozenset(self.paths)

    @cached_property
    def by_folded_path(self) -> Mapping[str, list[str]]:
        """Paths by their form without case and Unicode form."""
        return _index(self.paths, fold)

    @cached_property
    def by_file_name(self) -> Mapping[str, list[str]]:
        """Paths by file name."""
        return _index(self.paths, posixpath.basename)

    @cached_property
    def by_folded_name(self) -> Mapping[str, list[str]]:
        """Paths by file name without case and Unicode form."""
        return _index(self.paths, lambda path: fold(posixpath.basename(path)))


def list_files(root: UPath, limits: Limits) -> Files:
    """List all files below the folder `root`.

    What tools and systems leave behind (`._x`, `__MACOSX`, `.git`) is passed over.
    Links, pipes and devices are listed as refused, and never followed.
    """
    known: list[_Entry] = []
    refused: list[str] = []
    too_long: list[str] = []
    unread: list[str] = []
    for entry in _walk(root, unread):
        if len(entry.path.encode("utf-8", "surrogateescape")) > limits.path_bytes:
            too_long.append(_shown(entry.path))
        elif not entry.is_regular or not _is_utf8(entry.path):
            refused.append(_shown(entry.path))
        elif not _is_litter(entry.path):
            known.append(entry)

    # Systems list a folder in any order; ids and digests must not depend on it.
    known.sort(key=lambda entry: entry.path)
    states = [[entry.path, entry.size, entry.changed] for entry in known]
    return Files(
        root=root,
        paths=tuple(entry.path for entry in known),
        refused=frozenset(refused + too_long),
        too_long=frozenset(too_long),
        unread=tuple(unread),
        digest=digest(states, sorted(refused + too_long), unread),
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """A path below the root that is no folder."""

    path: str
    size: int
    changed: str
    """When it was changed, as its system says it."""
    is_regular: bool
    """Whether it is a file, and no link, pipe or device."""


def _walk(root: UPath, unread: list[str]) -> Iterator[_Entry]:
    """All entries below a folder; adds folders that cannot be listed to `unread`."""
    if is_local(root):
        return _walk_local(root, unread)
    return _walk_remote(root)


def _walk_local(root: UPath, unread: list[str]) -> Iterator[_Entry]:
    """All entries below a folder of this machine, as the system lists them."""
    top = str(root)
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            found = _scan(top, folder)
        except OSError as error:
            unread.append(f"{_shown(folder) or top}: {error.strerror or error}")
            continue

        for entry, is_folder in found:
            if is_folder:
                pending.append(f"{entry.path}/")
            else:
                yield entry


def _scan(top: str, folder: str) -> list[tuple[_Entry, bool]]:
    """The entries of one folder, each with whether it is a folder itself."""
    found = []
    with os.scandir(f"{top}/{folder}") as entries:
        for each in entries:
            # A link may lead out of the export, so it is looked at itself, never through it.
            state = each.stat(follow_symlinks=False)
            entry = _Entry(
                path=f"{folder}{each.name}",
                size=state.st_size,
                changed=str(state.st_mtime_ns),
                is_regular=each.is_file(follow_symlinks=False),
            )
            found.append((entry, each.is_dir(follow_symlinks=False)))
    return found


def _walk_remote(root: UPath) -> Iterator[_Entry]:
    """All files below a folder of another file system, as fsspec lists them."""
    prefix = root.path.rstrip("/") + "/"
    for path, info in root.fs.find(root.path, detail=True).items():
        yield _Entry(
            path=path.removeprefix(prefix),
            size=int(info.get("size") or 0),
            changed=_time_of_change(info),
            is_regular=info.get("type") == "file",
        )


def _time_of_change(info: Mapping[str, Any]) -> str:
    for key in _TIME_KEYS:
        if info.get(key):
            return str(info[key])
    return ""


def _is_utf8(path: str) -> bool:
    return path == _shown(path)


def _shown(path: str) -> str:
    r"""A path as text that any file can hold: bytes that are no UTF-8 appear as \xNN."""
    if path.isascii():
        return path
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_litter(path: str) -> bool:
    """Whether a file was left behind by a system or a tool, and is no part of the export."""
    steps = path.split("/")
    name = steps[-1]
    if name.startswith(_LITTER_PREFIX) or name == _KEEPS_A_FOLDER:
        return True
    return any(step in _LITTER_NAMES for step in steps)


def _index(paths: Iterable[str], key: Callable[[str], str]) -> Mapping[str, list[str]]:
    index: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        index[key(path)].append(path)
    return index
