"""Archives from strangers: zip, tar and 7z, unpacked in bounds, never outside their folder.

`unpack` runs in the child process (see child.py), so this file reads no settings and
imports little.
"""

import errno
import lzma
import shutil
import tarfile
import zipfile
import zlib
from pathlib import Path

import zstandard

from curate.boundary import runs_in_child
from curate.exports.archive_members import archive_kind
from curate.exports.archive_writing import (
    ArchiveLimits,
    Unpacked,
    Unpacking,
    staging_of,
)
from curate.reasons import Reason, Refusal

__all__ = [
    "OTHER_SUFFIXES",
    "SUFFIXES",
    "ArchiveLimits",
    "Unpacked",
    "is_archive",
    "staging_of",
    "unpack",
]

SUFFIXES = (
    *(".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz"),
    *(".tzst", ".tar.zst", ".7z"),
)
"""Endings of file names by which an archive is known if its bytes cannot be looked at."""

OTHER_SUFFIXES = (".rar", ".001")
"""Endings of archives that are not read: RAR, and the pieces of a split archive."""

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


def is_archive(path: Path) -> bool:
    """Whether a file is a zip, tar (plain, gz, bz2, xz, zst) or 7z, by its name or first bytes."""
    return path.name.lower().endswith(SUFFIXES) or archive_kind(path) is not None


@runs_in_child
def unpack(archive: str, folder: str, limits: ArchiveLimits) -> Unpacked:
    """Unpack `archive` into the new folder `folder`.

    If the archive is refused, nothing of it stays. A device, a link that leads out of the
    archive, a path that is too long and a file where a folder is cost themselves. Of several
    members of one path the last one is kept, as all tools do.

    Raises:
        Refusal: archive_escape if a member leaves the folder, or is written through a link;
            archive_bomb if ratio, size or number of members go beyond the limits, whatever
            the headers say; archive_encrypted or malformed_file.
    """
    source = Path(archive)
    target = Path(folder)
    target.mkdir(parents=True)
    try:
        return Unpacking(source, target, limits).run()
    except BaseException as error:
        shutil.rmtree(target)
        shutil.rmtree(staging_of(target), ignore_errors=True)
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
    if isinstance(error, _BROKEN):
        return Refusal(Reason.MALFORMED_FILE, f"{archive}: no whole archive: {error}")
    return None
