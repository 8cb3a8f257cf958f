"""Archives from strangers: zip and tar, unpacked within limits, never outside their folder.

`unpack` runs in the child process (see child.py), so this file reads no settings and
imports little.
"""

import errno
import lzma
import posixpath
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Literal

import msgspec

from curate.boundary import runs_in_child
from curate.reasons import Reason, Refusal

SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
"""Endings of file names by which an archive is known if its bytes cannot be looked at."""

_CHUNK = 1 << 20  # bytes that are copied in one go
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_COMPRESSED_TAR_STARTS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")  # gz, bz2, xz
_TAR_MAGIC = slice(257, 262)  # where a tar's first header says "ustar"
_IS_ENCRYPTED = 0x1 | 0x40 | 0x2000  # plainly, strongly, or its table of contents

# What the readers of the standard library raise for garbage.
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
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


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an archive."""

    name: str
    kind: Literal["file", "folder", "other"]
    open: Callable[[], IO[bytes] | None]
    """Gives its content, or None if it has none."""


def is_archive(path: Path) -> bool:
    """Whether a file is a zip or a tar (plain, gz, bz2, xz), by its name or its first bytes."""
    return path.name.lower().endswith(SUFFIXES) or _kind(path) is not None


@runs_in_child
def unpack(archive: str, folder: str, limits: ArchiveLimits) -> None:
    """Unpack `archive` into the new folder `folder`.

    If the archive is refused, nothing of it stays.

    Raises:
        Refusal: archive_escape if a member leaves the folder, or is a link or a device;
            archive_bomb if ratio, size or number of members go beyond the limits, whatever
            the headers say; archive_encrypted, over_limit or malformed_file.
    """
    source = Path(archive)
    target = Path(folder)
    target.mkdir(parents=True)
    try:
        _unpack(source, target, limits)
    except BaseException as error:
        shutil.rmtree(target)
        refusal = _refusal(source.name, error)
        if refusal is None:
            raise
        raise refusal from None


def _unpack(source: Path, target: Path, limits: ArchiveLimits) -> None:
    if _kind(source) == "zip":
        with zipfile.ZipFile(source) as opened:
            _extract(_zip_members(opened, limits), source, target, limits)
    else:
        with tarfile.open(source) as opened_tar:
            _extract(_tar_members(opened_tar), source, target, limits)


def _refusal(archive: str, error: BaseException) -> Refusal | None:
    """What an error says of the archive; None if it says nothing of it, or is a Refusal."""
    # zipfile says "Overlapped entries" of members that share their bytes.
    if isinstance(error, MemoryError) or "verlapped entries" in str(error):
        why = str(error) or "its table of contents is too large"
        return Refusal(Reason.ARCHIVE_BOMB, f"{archive}: {why}")
    if isinstance(error, OSError) and error.errno in _OF_THIS_MACHINE:
        return None
    if isinstance(error, _BROKEN):
        return Refusal(Reason.MALFORMED_FILE, f"{archive}: no whole archive: {error}")
    return None


def _kind(path: Path) -> Literal["zip", "tar"] | None:
    """What a file is by its first bytes; its end tells nothing, as a tar may end with a zip."""
    with path.open("rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
    if start.startswith(_ZIP_STARTS):
        return "zip"
    if start[_TAR_MAGIC] == b"ustar" or start.startswith(_COMPRESSED_TAR_STARTS):
        return "tar"
    return None


def _zip_members(opened: zipfile.ZipFile, limits: ArchiveLimits) -> Iterator[_Member]:
    """The members of a zip. Refusal archive_encrypted or archive_bomb."""
    members = opened.infolist()
    _check_number(len(members), limits)
    for info in members:
        if info.flag_bits & _IS_ENCRYPTED:
            detail = f"{info.filename!r} is encrypted; unpack the archive yourself"
            raise Refusal(Reason.ARCHIVE_ENCRYPTED, detail)
        yield _Member(info.filename, _zip_kind(info), partial(opened.open, info))


def _zip_kind(info: zipfile.ZipInfo) -> Literal["file", "folder", "other"]:
    if info.is_dir():
        return "folder"
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode in (0, stat.S_IFREG):  # 0: made on a system that knows no modes
        return "file"
    return "other"


def _tar_members(opened: tarfile.TarFile) -> Iterator[_Member]:
    """The members of a tar. Refusal malformed_file if it breaks off between two of them."""
    assert opened.fileobj is not None  # noqa: S101  it was opened by its path
    while info := opened.next():
        yield _Member(info.name, _tar_kind(info), partial(opened.extractfile, info))
        opened.members.clear()  # type: ignore[attr-defined]  # else tarfile keeps all of them

    opened.fileobj.seek(opened.offset)
    if len(opened.fileobj.read(tarfile.BLOCKSIZE)) < tarfile.BLOCKSIZE:
        detail = "the archive has no end mark: it breaks off between two members"
        raise Refusal(Reason.MALFORMED_FILE, detail)


def _tar_kind(info: tarfile.TarInfo) -> Literal["file", "folder", "other"]:
    if info.isdir():
        return "folder"
    if info.isreg():
        return "file"
    return "other"


def _extract(
    members: Iterator[_Member], archive: Path, folder: Path, limits: ArchiveLimits
) -> None:
    """Write the members' files into the folder, each checked before it is written."""
    allowed = int(archive.stat().st_size * limits.archive_ratio)
    allowed = min(allowed, limits.archive_bytes)
    for number, member in enumerate(members, start=1):
        _check_number(number, limits)
        target = folder / _path_inside(member.name, limits)
        if member.kind == "folder":
            target.mkdir(parents=True, exist_ok=True)
            continue
        if member.kind == "other":
            raise Refusal(
                Reason.ARCHIVE_ESCAPE, f"member {member.name!r} is a link or a device"
            )

        target.parent.mkdir(parents=True, exist_ok=True)
        source = member.open()
        if source is None:
            raise Refusal(
                Reason.MALFORMED_FILE, f"member {member.name!r} has no content"
            )
        with source, target.open("wb") as sink:
            allowed -= _copy(source, sink, allowed, archive.name)


def _check_number(members: int, limits: ArchiveLimits) -> None:
    if members > limits.archive_members:
        raise Refusal(
            Reason.ARCHIVE_BOMB, f"more than {limits.archive_members:,} members"
        )


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
