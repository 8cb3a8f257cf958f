"""An export as formats see it: its settings, the files in it, and how a named file is found among them."""

import os
import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from upath import UPath

from curate.exports.documents import parse_json
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import Drop, Flag
from curate.storage import digest, is_local
from curate.text import decode_text

_IGNORED = ("__MACOSX", ".git", ".DS_Store", "Thumbs.db")
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


@dataclass(frozen=True)
class Files:
    """The files below `root`, by POSIX path relative to it, sorted.

    `refused`: links, pipes and devices, names that are no UTF-8, and paths beyond the limit, which are `too_long`
    besides. `unread`: folders that cannot be listed.
    `digest`: of all paths, sizes and times of change: where it holds, the files hold.
    """

    root: UPath
    paths: tuple[str, ...]
    refused: frozenset[str] = frozenset()
    too_long: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()
    digest: str = ""

    def read(self, path: str, limits: Limits) -> bytes:
        """A file's bytes. Refusal unreadable_file or over_limit."""
        file = self.root / path
        try:
            if file.stat().st_size > limits.file_bytes:
                raise Refusal(Reason.OVER_LIMIT, f"{path}: larger than {limits.file_bytes:,} bytes")
            return file.read_bytes()
        except OSError as error:
            raise Refusal(Reason.UNREADABLE_FILE, f"{path}: {error.strerror or error}") from None

    @cached_property
    def known(self) -> frozenset[str]:
        """The paths as a set."""
        return frozenset(self.paths)

    @cached_property
    def by_folded_path(self) -> Mapping[str, list[str]]:
        """Paths by their case-folded, composed form."""
        return _index(self.paths, _fold)

    @cached_property
    def by_file_name(self) -> Mapping[str, list[str]]:
        """Paths by file name."""
        return _index(self.paths, posixpath.basename)

    @cached_property
    def by_folded_name(self) -> Mapping[str, list[str]]:
        """Paths by case-folded, composed file name."""
        return _index(self.paths, lambda path: _fold(posixpath.basename(path)))


@dataclass(frozen=True)
class Export:
    """One customer's export: what the settings say of it, the limits that hold, and its files."""

    name: str
    files: Files
    limits: Limits
    options: Mapping[str, Any] = field(default_factory=dict)
    objects: Literal["auto", "instances", "components"] = "auto"
    lost: tuple[Drop, ...] = ()
    """What could not even be listed: the archive, an annotation file that is a link, an unreadable folder."""

    def read(self, path: str) -> bytes:
        """A file's bytes, within the limits."""
        return self.files.read(path, self.limits)

    def read_text(self, path: str) -> str:
        """A text file of the export, \\n for line ends."""
        return decode_text(self.read(path))

    def read_json(self, path: str) -> Any:
        """A JSON file of the export as plain data."""
        return parse_json(self.read(path), self.limits.json_depth)

    def drop(
        self, reason: Reason, detail: str, *, image: str = "", key: str = "", count: int | None = 1
    ) -> Drop:
        """A drop of this export; `count` is None where nobody can know how many annotations are lost."""
        return Drop(
            reason=reason,
            detail=detail,
            export=self.name,
            image_path=image,
            annotation_key=key,
            count=count,
        )


def list_files(root: UPath, limits: Limits) -> Files:
    """All files below the folder `root`; what tools leave behind (`._x`, `__MACOSX`) is passed over.

    Links, pipes and devices are listed as refused, never followed.
    """
    unread: list[str] = []
    known: list[_Entry] = []
    refused: list[str] = []
    too_long: list[str] = []
    for entry in _walk_local(root, unread) if is_local(root) else _walk_remote(root):
        if len(entry.path.encode("utf-8", "surrogateescape")) > limits.path_bytes:
            too_long.append(_shown(entry.path))
        elif not entry.is_regular or not _is_utf8(entry.path):
            refused.append(_shown(entry.path))
        elif not _is_litter(entry.path):
            known.append(entry)
    known.sort()
    stamp = digest(
        [[entry.path, entry.size, entry.changed] for entry in known],
        sorted(refused + too_long),
        unread,
    )
    return Files(
        root=root,
        paths=tuple(entry.path for entry in known),
        refused=frozenset(refused + too_long),
        too_long=frozenset(too_long),
        unread=tuple(unread),
        digest=stamp,
    )


def find_image(
    files: Files, name: str, document: str, folders: Iterable[str] = ()
) -> tuple[str, list[Flag]]:
    """Path of the image that `document` calls `name`, and `image_by_name` where only its file name was found.

    Looked for from the document's folder, then from the root, then in `folders` (from either), then by its
    file name, then all of that with case and Unicode form folded. Refusal path_escape, missing_image or
    ambiguous_image.
    """
    if _DRIVE.match(name):  # a path of another machine: only its file name can mean anything here
        name = re.split(r"[\\/]", name)[-1]
    if _URL.match(name) or name.startswith(("/", "\\\\")) or "\0" in name:
        raise Refusal(Reason.PATH_ESCAPE, f"image {name!r} is not a path inside the export")
    candidates = _candidates(files, name, document, list(folders))
    for path in candidates:
        if refusal := refused_path(files, path):
            raise refusal
        if path in files.known:
            return path, []
    base = posixpath.basename(candidates[0])
    by_path = [hit for path in candidates for hit in files.by_folded_path.get(_fold(path), [])]
    for hits, flags in (
        (files.by_file_name.get(base, []), [Flag.IMAGE_BY_NAME]),
        (sorted(set(by_path)), [Flag.IMAGE_BY_NAME]),
        (files.by_folded_name.get(_fold(base), []), [Flag.IMAGE_BY_NAME]),
    ):
        if len(hits) == 1:
            return hits[0], flags
        if hits:
            raise Refusal(
                Reason.AMBIGUOUS_IMAGE, f"image {name!r} may be any of {', '.join(hits[:4])}"
            )
    if refused := next(
        (path for path in sorted(files.refused) if posixpath.basename(path) == base), None
    ):
        raise _refusal(files, refused)
    raise Refusal(Reason.MISSING_IMAGE, f"image {name!r} is not in the export")


def refused_path(files: Files, path: str) -> Refusal | None:
    """Why nothing is read from a path: it is a link, a pipe or a device, lies below a link, or is too long."""
    while files.refused and path not in ("", "/"):
        if path in files.refused:
            return _refusal(files, path)
        path = posixpath.dirname(path)
    return None


def _refusal(files: Files, path: str) -> Refusal:
    if path in files.too_long:
        return Refusal(Reason.OVER_LIMIT, f"{path!r}: the path is longer than the limits allow")
    return Refusal(
        Reason.PATH_ESCAPE, f"{path!r} is a link, a pipe or a device, or its name is no UTF-8"
    )


def _candidates(files: Files, name: str, document: str, folders: list[str]) -> list[str]:
    names = [name] if "\\" not in name else [name, name.replace("\\", "/")]
    beside = posixpath.dirname(document)
    bases = [beside, ""] + [
        posixpath.join(start, folder) for start in (beside, "") for folder in folders
    ]
    paths = [posixpath.normpath(posixpath.join(base, each)) for each in names for base in bases]
    inside = [path for path in paths if not path.startswith("..")]
    if not inside or (
        paths[len(bases) * (len(names) - 1)].startswith("..") and not files.known & set(inside)
    ):
        raise Refusal(Reason.PATH_ESCAPE, f"image {name!r} leaves the export")
    return list(dict.fromkeys(inside))


class _Entry(NamedTuple):
    path: str
    size: int
    changed: str
    is_regular: bool


def _walk_local(root: UPath, unread: list[str]) -> Iterator[_Entry]:
    """All that is no folder. Appends to `unread` the folders that cannot be listed."""
    top = str(root)
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(f"{top}/{folder}") as entries:
                found = [
                    (f"{folder}{entry.name}", entry.stat(follow_symlinks=False), entry)
                    for entry in entries
                ]
        except OSError as error:
            unread.append(f"{_shown(folder) or top}: {error.strerror or error}")
            continue
        for path, state, entry in found:
            if entry.is_dir(follow_symlinks=False):
                pending.append(f"{path}/")
            else:
                yield _Entry(
                    path,
                    state.st_size,
                    str(state.st_mtime_ns),
                    entry.is_file(follow_symlinks=False),
                )


def _walk_remote(root: UPath) -> Iterator[_Entry]:
    prefix = root.path.rstrip("/") + "/"
    for path, info in root.fs.find(root.path, detail=True).items():
        changed = next(
            (str(info[key]) for key in ("ETag", "etag", "mtime", "LastModified") if info.get(key)),
            "",
        )
        yield _Entry(
            path.removeprefix(prefix),
            int(info.get("size") or 0),
            changed,
            info.get("type") == "file",
        )


def _is_utf8(path: str) -> bool:
    return path == _shown(path)


def _shown(path: str) -> str:
    """A path as text: bytes that are no UTF-8 appear as \\xNN."""
    return (
        path
        if path.isascii()
        else path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    )


def _is_litter(path: str) -> bool:
    parts = path.split("/")
    return (
        parts[-1].startswith("._")
        or any(part in _IGNORED for part in parts)
        or parts[-1] == ".gitkeep"
    )


def _fold(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _index(paths: Iterable[str], key: Callable[[str], str]) -> Mapping[str, list[str]]:
    index: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        index[key(path)].append(path)
    return index
