"""Archives from strangers: zip and tar, unpacked within limits, never outside their folder.

`unpack` runs in the child process (see child.py), so this file reads no settings and
imports little.
"""

import errno
import lzma
import posixpath
import shutil
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from curate.boundary import runs_in_child
from curate.exports.archive_links import MemberLink, make_links
from curate.exports.archive_members import Member, archive_kind, opened_archive
from curate.reasons import Reason, Refusal

SUFFIXES = (
    *(".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz"),
    *(".tzst", ".tar.zst"),
)
"""Endings of file names by which an archive is known if its bytes cannot be looked at."""

OTHER_SUFFIXES = (".7z", ".rar")
"""Endings of archives that are not read."""

_CHUNK = 1 << 20  # bytes that are copied in one go

# What the readers raise for garbage.
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)

# A full disk says nothing of the archive: it must not be refused for it.
_OF_THIS_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


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

    refused: dict[str, str] = {}
    """Members that are left out, each with what it is: devices, and links that lead out."""
    spellings: dict[str, str] = {}
    """Other readings of members' paths, each with the path of the file."""


def is_archive(path: Path) -> bool:
    """Whether a file is a zip or a tar (plain, gz, bz2, xz, zst), by its name or first bytes."""
    return path.name.lower().endswith(SUFFIXES) or archive_kind(path) is not None


@runs_in_child
def unpack(archive: str, folder: str, limits: ArchiveLimits) -> Unpacked:
    """Unpack `archive` into the new folder `folder`.

    If the archive is refused, nothing of it stays. A device, or a link that leads out of the
    archive, costs itself.

    Raises:
        Refusal: archive_escape if a member leaves the folder, or is written through a link;
            archive_bomb if ratio, size or number of members go beyond the limits, whatever
            the headers say; archive_encrypted, over_limit or malformed_file.
    """
    source = Path(archive)
    target = Path(folder)
    target.mkdir(parents=True)
    try:
        return _Unpacking(source, target, limits).run()
    except BaseException as error:
        shutil.rmtree(target)
        refusal = _refusal(source.name, error)
        if refusal is None:
            raise
        raise refusal from None


def _refusal(archive: str, error: BaseException) -> Refusal | None:
    """What an error says of the archive; None if it says nothing of it, or is a Refusal."""
    # zipfile says "Overlapped entries" of members that share their bytes.
    if isinstance(error, MemoryError) or "verlapped entries" in str(error):
        why = str(error) or "its table of contents is too large"
        return Refusal(Reason.ARCHIVE_BOMB, f"{archive}: {why}")
    if isinstance(error, OSError) and error.errno in _OF_THIS_MACHINE:
        return None
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        detail = f"{archive}: a member's name is longer than this machine can hold"
        return Refusal(Reason.OVER_LIMIT, detail)
    if isinstance(error, _BROKEN):
        return Refusal(Reason.MALFORMED_FILE, f"{archive}: no whole archive: {error}")
    return None


class _Unpacking:
    """An archive on its way into a folder, each member checked before it is written."""

    def __init__(self, archive: Path, folder: Path, limits: ArchiveLimits) -> None:
        self._archive = archive
        self._folder = folder
        self._limits = limits
        allowed = int(archive.stat().st_size * limits.archive_ratio)
        self._allowed = min(allowed, limits.archive_bytes)
        self._links: dict[str, MemberLink] = {}
        self._refused: dict[str, str] = {}
        self._spellings: dict[str, str] = {}

    def run(self) -> Unpacked:
        """Write the files, then make the links."""
        with opened_archive(self._archive) as members:
            for number, member in enumerate(members, start=1):
                if number > self._limits.archive_members:
                    detail = f"more than {self._limits.archive_members:,} members"
                    raise Refusal(Reason.ARCHIVE_BOMB, detail)
                self._take(member)

        dead = make_links(self._folder, list(self._links.values()))
        return Unpacked(self._refused | dead, self._spellings)

    def _take(self, member: Member) -> None:
        path = _path_inside(member.name, self._limits)
        self._check_is_behind_no_link(path, member)
        if member.kind == "folder":
            (self._folder / path).mkdir(parents=True, exist_ok=True)
        elif member.kind == "device":
            self._refused[path] = "is a pipe or a device"
        elif member.kind == "file":
            self._write(path, member)
        else:
            target = member.target or self._content_of_link(member)
            self._links[path] = MemberLink(path, target, member.kind)

        for other in member.other_names:
            self._spellings[posixpath.normpath(other.replace("\\", "/"))] = path

    def _check_is_behind_no_link(self, path: str, member: Member) -> None:
        """Refuse an archive that links somewhere, and then writes there."""
        if not self._links and not self._refused:
            return
        place = path
        if member.kind in ("link", "hard link", "device"):
            place = posixpath.dirname(path)
        while place:
            if place in self._links or place in self._refused:
                detail = f"member {member.name!r} would be written through a link"
                raise Refusal(Reason.ARCHIVE_ESCAPE, detail)
            place = posixpath.dirname(place)

    def _write(self, path: str, member: Member) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        source = member.open()
        if source is None:
            detail = f"member {member.name!r} has no content"
            raise Refusal(Reason.MALFORMED_FILE, detail)
        with source, target.open("wb") as sink:
            self._allowed -= _copy(source, sink, self._allowed, self._archive.name)

    def _content_of_link(self, member: Member) -> str:
        """Where a zip's link leads: that is its content."""
        source = member.open()
        if source is None:
            return ""
        with source:
            raw = source.read(self._limits.path_bytes)
        return raw.decode("utf-8", "replace")


def _path_inside(name: str, limits: ArchiveLimits) -> str:
    """A member's path below the archive's folder. Refusal archive_escape or over_limit."""
    path = posixpath.normpath(name.replace("\\", "/"))
    is_absolute = path.startswith("/") or path[1:2] == ":"
    if is_absolute or path.split("/")[0] == ".." or "\0" in path:
        raise Refusal(
            Reason.ARCHIVE_ESCAPE, f"member {name!r} leaves the archive's folder"
        )
    if len(path.encode("utf-8", "surrogateescape")) > limits.path_bytes:
        detail = f"a member's path is longer than {limits.path_bytes} bytes"
        raise Refusal(Reason.OVER_LIMIT, detail)
    return path


def _copy(source: IO[bytes], sink: IO[bytes], allowed: int, archive: str) -> int:
    """Copy at most `allowed` bytes; their number. What a header says of them is not trusted."""
    copied = 0
    while chunk := source.read(_CHUNK):
        copied += len(chunk)
        if copied > allowed:
            raise Refusal(
                Reason.ARCHIVE_BOMB, f"{archive} unpacks to more than the limits allow"
            )
        sink.write(chunk)
    return copied
