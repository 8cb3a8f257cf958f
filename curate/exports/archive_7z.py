"""The members of a 7z archive, by py7zr.

A 7z packs its files in blocks that can only be unpacked from their start, and py7zr hands
on what it unpacks as it comes. So everything is written to numbered files first, within
the limits, and becomes the members from there. The names of the archive reach no path.

Only what Python itself and zstd unpack is read: LZMA, LZMA2, BZip2, Deflate, zstd, and
copies. The other methods of py7zr are small libraries of their own, of which PPMd's writes
beyond its memory when an archive is damaged.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from curate.exports.archive_members import Kind, Member
from curate.reasons import Reason, Refusal

if TYPE_CHECKING:
    import py7zr


@contextmanager
def opened_7z(
    path: Path, staging: Path, most_bytes: int, most_members: int
) -> Iterator[Iterator[Member]]:
    """The members of a 7z, whose contents lie in the new folder `staging` meanwhile.

    Raises:
        Refusal: archive_encrypted; archive_bomb if there are more members, or if they
            unpack to more, than allowed; malformed_file; unreadable_file without py7zr.
    """
    staging.mkdir()
    try:
        with path.open("rb") as file:
            members = _unpack(file, staging, most_bytes, most_members)
        yield iter(members)
    finally:
        shutil.rmtree(staging)


def _unpack(
    file: IO[bytes], staging: Path, most_bytes: int, most_members: int
) -> list[Member]:
    """Unpack all members to numbered files. Refusal as `opened_7z`."""
    try:
        import py7zr  # optional: it is needed for this kind alone
    except ImportError:
        detail = "7z archives need py7zr: install it with `pip install py7zr`"
        raise Refusal(Reason.UNREADABLE_FILE, detail) from None

    _leave_out_methods()
    try:
        # An open file, not a path: of a path, py7zr unpacks blocks in parallel threads.
        with (
            py7zr.SevenZipFile(file) as archive,
            closing(_NumberedFiles(staging, most_bytes)) as numbered,
        ):
            members = _members(archive, staging, most_bytes, most_members)
            archive.extractall(factory=numbered)
    except (Refusal, MemoryError, OSError):
        raise
    except py7zr.exceptions.PasswordRequired:
        detail = "it is encrypted; unpack the archive yourself"
        raise Refusal(Reason.ARCHIVE_ENCRYPTED, detail) from None
    except Exception as error:  # py7zr checks little, so garbage raises anything
        detail = f"no whole 7z archive: {type(error).__name__}: {error}"
        raise Refusal(Reason.MALFORMED_FILE, detail) from None
    return members


def _leave_out_methods() -> None:
    """Make py7zr refuse the methods that are not read, in this process."""
    from py7zr import compressor, properties  # the caller has imported py7zr

    read = {
        properties.FILTER_COPY,
        properties.FILTER_BZIP2,
        properties.FILTER_DEFLATE,
        properties.FILTER_ZSTD,
    }
    for method, (packs, _) in compressor.algorithm_class_map.items():
        if method not in read:
            compressor.algorithm_class_map[method] = (packs, _refuse_method)


def _refuse_method(*_: object) -> None:
    detail = "it is packed by a method that is not read; pack it with LZMA2, or as zip"
    raise Refusal(Reason.UNREADABLE_FILE, detail)


def _members(
    archive: "py7zr.SevenZipFile", staging: Path, most_bytes: int, most_members: int
) -> list[Member]:
    """The members, each named by its number in the archive from then on."""
    if archive.needs_password():
        detail = "it is encrypted; unpack the archive yourself"
        raise Refusal(Reason.ARCHIVE_ENCRYPTED, detail)
    listed = list(archive.files)
    if len(listed) > most_members:
        detail = f"more than {most_members:,} members"
        raise Refusal(Reason.ARCHIVE_BOMB, detail)
    if sum(each.uncompressed for each in listed) > most_bytes:
        detail = "it says that it unpacks to more than the limits allow"
        raise Refusal(Reason.ARCHIVE_BOMB, detail)

    members = []
    for number, each in enumerate(listed):
        staged = staging / str(number)
        member = Member(
            name=each.filename,
            other_names=[],
            kind=_kind(each),
            open=partial(_open_staged, staged),
            staged=staged,
        )
        members.append(member)
        each.file_properties()["filename"] = str(number)
    return members


def _open_staged(staged: Path) -> IO[bytes] | None:
    """The content of a member; None if py7zr has not written it."""
    if not staged.exists():
        return None
    return staged.open("rb")


def _kind(each: Any) -> Kind:
    if each.is_directory:
        return "folder"
    if each.is_symlink and not each.is_junction:
        return "link"
    if each.is_file:
        return "file"
    return "device"


class _NumberedFiles:
    """Makes the files to which py7zr writes, as its WriterFactory."""

    def __init__(self, staging: Path, most_bytes: int) -> None:
        self._staging = staging
        self._allowed = most_bytes
        self._last: _NumberedFile | None = None

    def create(self, number: str) -> "_NumberedFile":
        """The file of a member. `number`: what the member is called by now."""
        self._last = _NumberedFile((self._staging / number).open("wb"), self)
        return self._last

    def close(self) -> None:
        """End the file in which an error has come."""
        if self._last is not None:
            self._last.close()

    def count(self, written: int) -> None:
        """Refuse what comes beyond the limit, whatever the header has said."""
        self._allowed -= written
        if self._allowed < 0:
            detail = "it unpacks to more than the limits allow"
            raise Refusal(Reason.ARCHIVE_BOMB, detail)


class _NumberedFile:
    """A file that py7zr writes from start to end, as its Py7zIO."""

    def __init__(self, file: IO[bytes], of: _NumberedFiles) -> None:
        self._file = file
        self._of = of

    def write(self, data: bytes | bytearray) -> int:
        """Write what comes next."""
        self._of.count(len(data))
        return self._file.write(data)

    def seekable(self) -> bool:
        """Say that py7zr need not go back to the start at the end."""
        return False

    def flush(self) -> None:
        """Write what is held back."""
        self._file.flush()

    def size(self) -> int:
        """Bytes so far."""
        return self._file.tell()

    def close(self) -> None:
        """End the file."""
        self._file.close()
