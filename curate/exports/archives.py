"""Archives from strangers: zip and tar are unpacked within limits, and never outside their folder.

`unpack` runs in the child process (child.py): it reads no settings and imports only the standard library.
"""

import lzma
import posixpath
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from curate.boundary import runs_in_child
from curate.reasons import Reason, Refusal

SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_CHUNK = 1 << 20
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
_SEEMS_STRONG = 0x1 | 0x40 | 0x2000  # encrypted, strongly encrypted, table of contents encrypted


class ArchiveLimits(msgspec.Struct, frozen=True):
    """The limits of the settings that hold for an archive."""

    archive_ratio: float
    archive_bytes: int
    archive_members: int
    path_bytes: int


class _Member(NamedTuple):
    name: str
    kind: str
    open: Callable[[], IO[bytes] | None]


def is_archive(path: Path) -> bool:
    """Whether the file's first bytes, or failing that its name, say zip or tar (plain, gz, bz2, xz)."""
    return path.name.lower().endswith(SUFFIXES) or _kind(path) != ""


@runs_in_child
def unpack(archive: str, folder: str, limits: ArchiveLimits) -> None:
    """Unpack `archive` into the new folder `folder`; on any refusal nothing of it stays.

    Refusal archive_escape (a member leaves the folder, or is a link or device), archive_bomb (ratio, size or
    members beyond the limits, whatever the headers claim), archive_encrypted, over_limit, malformed_file.
    """
    source, target = Path(archive), Path(folder)
    target.mkdir(parents=True)
    try:
        if _kind(source) == "zip":
            with zipfile.ZipFile(source) as opened:
                _extract(_zip_members(opened, limits), source, target, limits)
        else:
            with tarfile.open(source) as opened_tar:
                _extract(_tar_members(opened_tar), source, target, limits)
    except BaseException as error:
        shutil.rmtree(target)
        if isinstance(error, MemoryError) or "verlapped entries" in str(error):
            raise Refusal(
                Reason.ARCHIVE_BOMB,
                f"{source.name}: {error or 'its table of contents is too large'}",
            ) from None
        if isinstance(error, _BROKEN):
            raise Refusal(
                Reason.MALFORMED_FILE, f"{source.name}: no whole archive: {error}"
            ) from None
        raise


def _kind(path: Path) -> str:
    """`zip`, `tar` or nothing. A tar may end with a zip as its last member, so that the end tells nothing."""
    with path.open("rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return (
        "tar"
        if start[257:262] == b"ustar" or start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"))
        else ""
    )


def _zip_members(opened: zipfile.ZipFile, limits: ArchiveLimits) -> Iterator[_Member]:
    members = opened.infolist()
    _check_number(len(members), limits)
    for info in members:
        if info.flag_bits & _SEEMS_STRONG:
            raise Refusal(
                Reason.ARCHIVE_ENCRYPTED,
                f"{info.filename!r} is encrypted; unpack the archive yourself",
            )
        mode = stat.S_IFMT(info.external_attr >> 16)
        kind = "folder" if info.is_dir() else "file" if mode in (0, stat.S_IFREG) else "other"
        yield _Member(info.filename, kind, lambda info=info: opened.open(info))  # type: ignore[misc]


def _tar_members(opened: tarfile.TarFile) -> Iterator[_Member]:
    assert opened.fileobj is not None  # noqa: S101  opened by its path
    while info := opened.next():
        kind = "folder" if info.isdir() else "file" if info.isreg() else "other"
        yield _Member(info.name, kind, lambda info=info: opened.extractfile(info))  # type: ignore[misc]
        opened.members.clear()  # type: ignore[attr-defined]  # else tarfile keeps all of them
    opened.fileobj.seek(opened.offset)
    if len(opened.fileobj.read(tarfile.BLOCKSIZE)) < tarfile.BLOCKSIZE:
        raise Refusal(
            Reason.MALFORMED_FILE, "the archive has no end mark: it breaks off between two members"
        )


def _extract(
    members: Iterator[_Member], archive: Path, folder: Path, limits: ArchiveLimits
) -> None:
    allowed = min(limits.archive_bytes, int(archive.stat().st_size * limits.archive_ratio))
    for number, member in enumerate(members, start=1):
        _check_number(number, limits)
        target = folder / _inside(member.name, limits)
        if member.kind == "folder":
            target.mkdir(parents=True, exist_ok=True)
            continue
        if member.kind != "file":
            raise Refusal(Reason.ARCHIVE_ESCAPE, f"member {member.name!r} is a link or a device")
        target.parent.mkdir(parents=True, exist_ok=True)
        source = member.open()
        if source is None:
            raise Refusal(Reason.MALFORMED_FILE, f"member {member.name!r} has no content")
        with source, target.open("wb") as sink:
            allowed -= _copy(source, sink, allowed, archive.name)


def _check_number(members: int, limits: ArchiveLimits) -> None:
    if members > limits.archive_members:
        raise Refusal(Reason.ARCHIVE_BOMB, f"more than {limits.archive_members:,} members")


def _inside(name: str, limits: ArchiveLimits) -> str:
    path = posixpath.normpath(name.replace("\\", "/"))
    if path.startswith("/") or path.split("/")[0] == ".." or path[1:2] == ":" or "\0" in path:
        raise Refusal(Reason.ARCHIVE_ESCAPE, f"member {name!r} leaves the archive's folder")
    if len(path.encode("utf-8", "surrogateescape")) > limits.path_bytes:
        raise Refusal(
            Reason.OVER_LIMIT, f"a member's path is longer than {limits.path_bytes} bytes"
        )
    return path


def _copy(source: IO[bytes], sink: IO[bytes], allowed: int, archive: str) -> int:
    copied = 0
    while chunk := source.read(_CHUNK):
        copied += len(chunk)
        if copied > allowed:
            raise Refusal(Reason.ARCHIVE_BOMB, f"{archive} unpacks to more than the limits allow")
        sink.write(chunk)
    return copied
