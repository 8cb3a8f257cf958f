"""Writing the members of an archive into a folder, each checked before it is written."""

import errno
import os
import posixpath
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

import msgspec

from curate.exports.archive_7z import opened_7z
from curate.exports.archive_links import MemberLink, make_links
from curate.exports.archive_members import (
    Member,
    archive_kind,
    is_packed_file,
    opened_archive,
)
from curate.exports.refused_files import RefusedFile
from curate.reasons import Reason, Refusal

_CHUNK = 1 << 20  # bytes that are copied in one go

# A path cannot be a file and a folder.
_OF_TWO_KINDS = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR)

_MOST_LONG_NAMES = 1 << 24  # bytes of paths over the limit that are worth keeping
_SMALL = 1 << 24  # bytes of one file; a black mask is packed to a thousandth
_SHOWN = 200  # characters of a name in a message


class ArchiveLimits(msgspec.Struct, frozen=True):
    """The limits of the settings that hold for an archive."""

    archive_ratio: float
    """The most that it may unpack to, in times its own size."""
    archive_bytes: int
    """The most bytes that it may unpack to."""
    archive_members: int
    path_bytes: int


class Unpacked(msgspec.Struct, frozen=True):
    """What the files of an unpacked archive do not show."""

    refused: dict[str, RefusedFile] = {}
    """Members that are left out: devices, links that lead out, paths that no file can have."""
    spellings: dict[str, str] = {}
    """Other readings of members' paths, each with the path of the file."""
    replaced: list[str] = []
    """Paths that several members have: the last one is the file."""
    size: int = 0
    """Bytes of the archive itself."""
    members: int = 0
    written: int = 0
    """Bytes of all members."""
    files: int = 0
    """How many files the folder has; it is written when all of them are there."""


class Unpacking:
    """An archive on its way into a folder, each member checked before it is written."""

    def __init__(self, archive: Path, folder: Path, limits: ArchiveLimits) -> None:
        self._archive = archive
        self._folder = folder
        self._limits = limits
        self._size = archive.stat().st_size
        most = int(self._size * limits.archive_ratio)
        if is_packed_file(archive.name):
            most = max(most, _SMALL)
        self._most_bytes = min(most, limits.archive_bytes)
        self._written = 0
        self._long_names = 0
        self._links: dict[str, MemberLink] = {}
        self._devices: set[str] = set()
        self._refused: dict[str, RefusedFile] = {}
        self._replaced: dict[str, None] = {}
        self._spellings: dict[str, str] = {}

    def run(self) -> Unpacked:
        """Write the files, then make the links."""
        number = 0
        with self._opened() as members:
            for number, member in enumerate(members, start=1):
                if number > self._limits.archive_members:
                    detail = f"more than {self._limits.archive_members:,} members"
                    raise Refusal(Reason.ARCHIVE_BOMB, detail)
                self._take(member)

        dead = make_links(self._folder, list(self._links.values()))
        for path, detail in dead.items():
            self._refuse(path, Reason.PATH_ESCAPE, detail)
        return Unpacked(
            refused=self._refused,
            spellings=self._spellings,
            replaced=[_storable(path) for path in self._replaced],
            size=self._size,
            members=number,
            written=self._written,
        )

    def _opened(self) -> AbstractContextManager[Iterator[Member]]:
        if archive_kind(self._archive) != "7z":
            return opened_archive(self._archive)
        most_members = self._limits.archive_members
        staging = staging_of(self._folder)
        return opened_7z(self._archive, staging, self._most_bytes, most_members)

    def _take(self, member: Member) -> None:
        """Write a member, or note why it is left out. Refusal if that costs the archive."""
        path = _path_inside(member.name)
        self._check_is_behind_no_link(path, member)
        length = len(path.encode("utf-8", "surrogateescape"))
        if length > self._limits.path_bytes:
            self._refuse_long(path, length)
            return

        try:
            self._make(path, member)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                detail = "has a longer name than this machine can hold"
                self._refuse(path, Reason.OVER_LIMIT, detail)
            elif error.errno in _OF_TWO_KINDS:
                detail = "is a file where another member of the archive has a folder"
                self._refuse(path, Reason.MALFORMED_FILE, detail)
            else:
                raise
            return
        for other in member.other_names:
            self._spellings[posixpath.normpath(other.replace("\\", "/"))] = path

    def _make(self, path: str, member: Member) -> None:
        """Make what a member is; its link, when all files are written."""
        if member.kind == "folder":
            (self._folder / path).mkdir(parents=True, exist_ok=True)
        elif member.kind == "device":
            self._devices.add(path)
            self._refuse(path, Reason.PATH_ESCAPE, "is a pipe or a device")
        elif member.kind == "file":
            self._write(path, member)
        else:
            target = member.target or self._content_of_link(member)
            self._links[path] = MemberLink(path, target, member.kind)

    def _refuse(self, path: str, reason: Reason, detail: str) -> None:
        self._refused[_storable(path)] = RefusedFile(reason, detail)

    def _refuse_long(self, path: str, length: int) -> None:
        """Refuse a member for its path; the archive if there are too many of them to name."""
        self._long_names += length
        if self._long_names > _MOST_LONG_NAMES:
            detail = "the paths of its members are longer than the limits allow"
            raise Refusal(Reason.ARCHIVE_BOMB, detail)
        detail = f"is a longer path than {self._limits.path_bytes:,} bytes"
        self._refuse(path, Reason.OVER_LIMIT, detail)

    def _check_is_behind_no_link(self, path: str, member: Member) -> None:
        """Refuse an archive that links somewhere, and then writes there."""
        if not self._links and not self._devices:
            return
        place = path
        if member.kind in ("link", "hard link", "device"):
            place = posixpath.dirname(path)
        while place:
            if place in self._links or place in self._devices:
                detail = f"member {member.name!r} would be written through a link"
                raise Refusal(Reason.ARCHIVE_ESCAPE, detail)
            place = posixpath.dirname(place)

    def _write(self, path: str, member: Member) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file() and not self._may_replace(path, target):
            return
        if member.staged is not None and member.staged.exists():
            self._count(member.staged.stat().st_size)
            member.staged.replace(target)
            return

        source = member.open()
        if source is None:
            detail = f"member {member.name!r} has no content"
            raise Refusal(Reason.MALFORMED_FILE, detail)
        with source, target.open("wb") as sink:
            _copy(source, sink, self._count)

    def _may_replace(self, path: str, target: Path) -> bool:
        """Whether the file in a member's place is an earlier member of the same path.

        Where systems do not tell upper from lower case, it may be another member's file.
        """
        if target.name in os.listdir(target.parent):  # noqa: PTH208  names alone
            self._replaced[path] = None
            return True
        detail = "is called like another member but for its case, and is not kept apart"
        self._refuse(path, Reason.UNREADABLE_FILE, detail)
        return False

    def _count(self, size: int) -> None:
        """Refuse what comes beyond the limits; what a header says of it is not trusted."""
        self._written += size
        if self._written > self._most_bytes:
            detail = f"{self._archive.name}: unpacks to more than the limits allow"
            raise Refusal(Reason.ARCHIVE_BOMB, detail)

    def _content_of_link(self, member: Member) -> str:
        """Where a zip's link leads: that is its content."""
        source = member.open()
        if source is None:
            return ""
        with source:
            raw = source.read(self._limits.path_bytes)
        return raw.decode("utf-8", "replace")


def staging_of(folder: Path) -> Path:
    """The folder beside `folder` in which the contents of a 7z lie until they are moved."""
    return folder.with_name(f"{folder.name}.staged")


def _path_inside(name: str) -> str:
    """A member's path below the archive's folder. Refusal archive_escape."""
    path = posixpath.normpath(name.replace("\\", "/"))
    is_absolute = path.startswith("/") or path[1:2] == ":"
    if is_absolute or path.split("/")[0] == ".." or "\0" in path:
        shown = name[:_SHOWN]
        detail = f"member {shown!r} leaves the archive's folder"
        raise Refusal(Reason.ARCHIVE_ESCAPE, detail)
    return path


def _storable(path: str) -> str:
    r"""A path as text that JSON can hold: bytes that are no UTF-8 appear as \xNN."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _copy(source: IO[bytes], sink: IO[bytes], count: Callable[[int], None]) -> None:
    """Copy a member piece by piece; `count` is told the size of each before it is written."""
    while chunk := source.read(_CHUNK):
        count(len(chunk))
        sink.write(chunk)
