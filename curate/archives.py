"""Archives from strangers: zip and tar are unpacked within limits, and never outside their folder."""

import posixpath
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from curate.reasons import Reason, Refusal
from curate.settings import Limits

_CHUNK = 1 << 20


class _Member(NamedTuple):
    name: str
    is_folder: bool
    is_file: bool
    open: object


def is_archive(path: Path) -> bool:
    """Whether the file's content, or failing that its name, says zip or tar (plain, gz, bz2, xz)."""
    names = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
    return zipfile.is_zipfile(path) or tarfile.is_tarfile(path) or path.name.lower().endswith(names)


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Unpack `archive` into the new folder `folder`; on any refusal nothing of it stays.

    Refusal archive_escape (a member leaves the folder, or is a link or device), archive_bomb (ratio, size or
    members beyond the limits, whatever the headers claim), archive_encrypted, malformed_file.
    """
    folder.mkdir(parents=True)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                _extract(_zip_members(opened), archive, folder, limits)
        else:
            with tarfile.open(archive) as opened_tar:
                _extract(_tar_members(opened_tar), archive, folder, limits)
    except Refusal:
        shutil.rmtree(folder)
        raise
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        shutil.rmtree(folder)
        raise Refusal(Reason.MALFORMED_FILE, f"{archive.name}: no whole archive: {error}") from None


def _zip_members(opened: zipfile.ZipFile) -> Iterator[_Member]:
    for info in opened.infolist():
        if info.flag_bits & 0x1:
            raise Refusal(Reason.ARCHIVE_ENCRYPTED, f"{info.filename!r} is encrypted; unpack the archive yourself")
        kind = stat.S_IFMT(info.external_attr >> 16)
        regular = kind in (0, stat.S_IFREG)
        yield _Member(info.filename, info.is_dir(), regular, lambda info=info: opened.open(info))


def _tar_members(opened: tarfile.TarFile) -> Iterator[_Member]:
    for info in opened:
        yield _Member(info.name, info.isdir(), info.isreg(), lambda info=info: opened.extractfile(info))


def _extract(members: Iterator[_Member], archive: Path, folder: Path, limits: Limits) -> None:
    allowed = min(limits.archive_bytes, int(archive.stat().st_size * limits.archive_ratio))
    for number, member in enumerate(members, start=1):
        if number > limits.archive_members:
            raise Refusal(Reason.ARCHIVE_BOMB, f"more than {limits.archive_members:,} members")
        target = folder / _inside(member.name, limits)
        if member.is_folder:
            target.mkdir(parents=True, exist_ok=True)
        elif member.is_file:
            target.parent.mkdir(parents=True, exist_ok=True)
            with member.open() as source, target.open("wb") as sink:  # type: ignore[operator]
                allowed -= _copy(source, sink, allowed, archive.name)
        else:
            raise Refusal(Reason.ARCHIVE_ESCAPE, f"member {member.name!r} is a link or a device")


def _inside(name: str, limits: Limits) -> str:
    path = posixpath.normpath(name.replace("\\", "/"))
    if path.startswith(("/", "..")) or path[1:2] == ":" or "\0" in path:
        raise Refusal(Reason.ARCHIVE_ESCAPE, f"member {name!r} leaves the archive's folder")
    if len(path.encode("utf-8", "surrogateescape")) > limits.path_bytes:
        raise Refusal(Reason.OVER_LIMIT, f"a member's path is longer than {limits.path_bytes} bytes")
    return path


def _copy(source: IO[bytes], sink: IO[bytes], allowed: int, archive: str) -> int:
    copied = 0
    while chunk := source.read(_CHUNK):
        copied += len(chunk)
        if copied > allowed:
            raise Refusal(Reason.ARCHIVE_BOMB, f"{archive} unpacks to more than the limits allow")
        sink.write(chunk)
    return copied
