"""The members of a zip or a tar, one at a time, as they come; and files that gzip packed alone."""

import gzip
import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import zstandard

from curate.exports.member_names import read_member_name
from curate.reasons import Reason, Refusal

if TYPE_CHECKING:
    from upath import UPath

ArchiveKind = Literal["zip", "tar", "tar.zst", "7z"]

Kind = Literal["file", "folder", "link", "hard link", "device"]

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_COMPRESSED_TAR_STARTS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")  # gz, bz2, xz
_7Z_START = b"7z\xbc\xaf\x27\x1c"
_ZSTD_START = b"\x28\xb5\x2f\xfd"
_TAR_MAGIC = slice(257, 262)  # where a tar's first header says "ustar"
_IS_ENCRYPTED = 0x1 | 0x40 | 0x2000  # plainly, strongly, or its table of contents
_IS_UTF8 = 0x800
_PACKED_FILE = re.compile(
    r"\.(?:json|jsonl|ndjson|csv|tsv|xml|txt|ya?ml|ppm|pgm|gif|png|tiff?|bmp)\.gz$",
    re.IGNORECASE,
)
# Bytes that a zstd stream may look back; the tool's own limit.
_LONGEST_WINDOW = 1 << 27


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive."""

    name: str
    other_names: list[str]
    """Other readings of its name, if the archive does not say the encoding."""
    kind: Kind
    open: Callable[[], IO[bytes] | None]
    """Gives its content, or None if it has none."""
    target: str = ""
    """Of a tar's link: where it leads. Other links have it as their content."""
    staged: Path | None = None
    """The file that has its content already, and that may be moved to its place."""


def is_packed_file(path: str) -> bool:
    """Whether a path is that of a document or a picture that gzip packed alone.

    >>> is_packed_file("a/train.json.gz"), is_packed_file("a/train.tar.gz")
    (True, False)
    """
    return _PACKED_FILE.search(path) is not None


def archive_kind(path: "Path | UPath") -> ArchiveKind | None:
    """What a file is by its first bytes; its end tells nothing, as a tar may end with a zip."""
    with path.open("rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
    if start.startswith(_ZIP_STARTS):
        return "zip"
    if start[_TAR_MAGIC] == b"ustar" or start.startswith(_COMPRESSED_TAR_STARTS):
        return "tar"
    if start.startswith(_ZSTD_START):
        return "tar.zst"
    if start.startswith(_7Z_START):
        return "7z"
    return None


@contextmanager
def opened_archive(path: Path) -> Iterator[Iterator[Member]]:
    """The members of a zip or a tar. Refusal archive_encrypted or malformed_file as they come."""
    kind = archive_kind(path)
    if is_packed_file(path.name):
        name = path.name[: -len(".gz")]
        yield iter([Member(name, [], "file", partial(_unpacked, path))])
    elif kind == "zip":
        with zipfile.ZipFile(path) as opened:
            yield _zip_members(opened)
    elif kind == "tar.zst":
        unpacker = zstandard.ZstdDecompressor(max_window_size=_LONGEST_WINDOW)
        with (
            path.open("rb") as file,
            unpacker.stream_reader(file, read_across_frames=True) as stream,
            tarfile.open(fileobj=stream, mode="r|") as opened_tar,
        ):
            yield _tar_members(opened_tar)
    else:
        with _opened_tar(path, kind) as opened_tar:
            yield _tar_members(opened_tar)


def _unpacked(path: Path) -> IO[bytes]:
    """The content of a file that gzip packed alone."""
    return io.BufferedReader(gzip.GzipFile(path))


def _opened_tar(path: Path, kind: ArchiveKind | None) -> tarfile.TarFile:
    """A tar; old ones have no mark. Refusal malformed_file if it is no archive at all."""
    try:
        return tarfile.open(path)
    except tarfile.ReadError:
        if kind is not None:
            raise
        what = f"{path.name}: neither zip, tar nor 7z"
        detail = f"{what}; the parts of a split archive are to be joined"
        raise Refusal(Reason.MALFORMED_FILE, detail) from None


def _zip_members(opened: zipfile.ZipFile) -> Iterator[Member]:
    """The members of a zip."""
    for info in opened.infolist():
        if info.flag_bits & _IS_ENCRYPTED:
            detail = f"{info.filename!r} is encrypted; unpack the archive yourself"
            raise Refusal(Reason.ARCHIVE_ENCRYPTED, detail)
        name = info.filename
        others: list[str] = []
        if not info.flag_bits & _IS_UTF8:
            name, others = _unsaid_name(name)
        yield Member(name, others, _zip_kind(info), partial(opened.open, info))


def _unsaid_name(name: str) -> tuple[str, list[str]]:
    """The name of a zip's member that is not said to be UTF-8; and its other readings."""
    try:
        raw = name.encode("cp437")  # as which zipfile reads such names
    except UnicodeEncodeError:
        return name, []  # zipfile found it in UTF-8 beside the name
    return read_member_name(raw)


def _zip_kind(info: zipfile.ZipInfo) -> Kind:
    if info.is_dir():
        return "folder"
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode == stat.S_IFLNK:
        return "link"
    if mode in (0, stat.S_IFREG):  # 0: made on a system that knows no modes
        return "file"
    if mode == stat.S_IFDIR:
        return "folder"
    return "device"


def _tar_members(opened: tarfile.TarFile) -> Iterator[Member]:
    """The members of a tar. Refusal malformed_file if it breaks off between two of them."""
    assert opened.fileobj is not None  # noqa: S101  it was opened by its path
    while info := opened.next():
        name, others = _tar_name(info.name, info.pax_headers.get("path"))
        target, _ = _tar_name(info.linkname, info.pax_headers.get("linkpath"))
        open_member = partial(opened.extractfile, info)
        yield Member(name, others, _tar_kind(info), open_member, target)
        opened.members.clear()  # type: ignore[attr-defined]  # else tarfile keeps all of them

    # The end mark is a block of zeros, which has been read if there is one.
    if opened.fileobj.tell() < opened.offset + tarfile.BLOCKSIZE:
        detail = "the archive has no end mark: it breaks off between two members"
        raise Refusal(Reason.MALFORMED_FILE, detail)


def _tar_name(name: str, in_utf8: str | None) -> tuple[str, list[str]]:
    """A name of a tar; and its other readings, if nothing says that it is UTF-8.

    `in_utf8`: the same name in an extended header, whose text is UTF-8 by its standard.
    """
    if in_utf8 is not None:
        return name, []
    return read_member_name(name.encode("utf-8", "surrogateescape"))


def _tar_kind(info: tarfile.TarInfo) -> Kind:
    if info.isdir():
        return "folder"
    if info.isreg():
        return "file"
    if info.issym():
        return "link"
    if info.islnk():
        return "hard link"
    return "device"
