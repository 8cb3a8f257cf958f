"""The files of an archive: unpacked once, into a folder that is named by the archive's bytes."""

import hashlib
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
from upath import UPath

from curate.exports.archives import ArchiveLimits, Unpacked, staging_of, unpack
from curate.exports.child import ChildDied, call
from curate.exports.files import Files, list_files
from curate.exports.litter import is_litter
from curate.exports.walking import walk
from curate.folders import remove_folder
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.storage import read_kept, read_record, write_json
from curate.stores import is_local, reaching

_BYTES_A_SECOND = 200_000  # an archive that unpacks more slowly than this is refused
_CHUNK = 1 << 22  # bytes that are copied in one go


def archive_files(
    archive: UPath, limits: Limits, scratch: UPath
) -> tuple[Files, Unpacked]:
    """The files of an archive, which is unpacked in `scratch`. Refusal and Fault as `unpack`.

    Its links are never followed out of it, whatever the settings say: it comes from another
    machine, where they meant other files.
    """
    folder = _unpacked(archive, limits, scratch)
    files = list_files(folder, limits, "inside")
    unpacked = read_record(_record_of(folder), Unpacked) or Unpacked()
    left_out = {
        path: why for path, why in unpacked.refused.items() if not is_litter(path)
    }
    refused = {**files.refused, **left_out}
    spellings = {
        other: path for other, path in unpacked.spellings.items() if path in files.known
    }
    notes = {
        path: "is in the archive several times; the last one counts"
        for path in unpacked.replaced
        if path in files.known
    }
    return replace(files, refused=refused, spellings=spellings, notes=notes), unpacked


def bytes_digest(file: UPath) -> str:
    """A digest of a file's bytes."""
    sha = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            sha.update(chunk)
    return sha.hexdigest()[:32]


def is_whole(folder: UPath) -> bool:
    """Whether the folder of an unpacked archive still has all of its files."""
    with reaching(folder):
        unpacked = read_kept(_record_of(folder), Unpacked)
        if unpacked is None or not folder.exists():
            return False
    return _count_files(folder) >= unpacked.files


def _count_files(folder: UPath) -> int:
    entries = walk(folder, [], "inside")
    return len(list(entries))


def _record_of(folder: UPath) -> UPath:
    """Where it is written what the files of an unpacked archive do not show."""
    return folder.with_name(f"{folder.name}.unpacked.json")


def _unpacked(archive: UPath, limits: Limits, scratch: UPath) -> UPath:
    """The folder in `scratch` that holds the archive's files. Refusal and Fault as `unpack`."""
    with tempfile.TemporaryDirectory(dir=_roomy_folder(scratch)) as nearby:
        source = Path(str(archive))
        if not is_local(archive):
            name, _, _ = archive.name.partition("?")  # of a signed URL
            source = Path(nearby) / name
            _download(archive, source, limits.archive_bytes)
        folder = scratch / bytes_digest(UPath(source))
        if is_whole(folder):
            return folder

        remove_folder(folder)
        if is_local(scratch):
            partial = folder.with_name(folder.name + ".partial")
        else:
            partial = UPath(nearby) / "files"
        _remove(partial)
        try:
            unpacked = _unpack(source, partial, limits)
        except Exception:
            _remove(partial)
            raise
        files = _count_files(UPath(partial))
        unpacked = msgspec.structs.replace(unpacked, files=files)
        # Only what is whole is found again: the folder's name, or the record, comes last.
        if is_local(scratch):
            write_json(_record_of(folder), unpacked)
            partial.rename(folder)
        else:
            with reaching(folder):
                folder.fs.put(f"{partial}/", folder.path, recursive=True)
            write_json(_record_of(folder), unpacked)
    return folder


def _roomy_folder(scratch: UPath) -> str | None:
    """Where a large file may lie for a while: by `scratch`; None for the system's own place."""
    if not is_local(scratch):
        return None
    scratch.mkdir(parents=True, exist_ok=True)
    return str(scratch)


def _remove(partial: UPath) -> None:
    """Remove what a child that was killed has left."""
    remove_folder(partial)
    remove_folder(UPath(staging_of(Path(str(partial)))))


def _download(remote: UPath, local: Path, most_bytes: int) -> None:
    """Copy a remote archive to this machine. Refusal over_limit."""
    copied = 0
    with reaching(remote), remote.open("rb") as source, local.open("wb") as copy:
        while copied <= most_bytes and (chunk := source.read(_CHUNK)):
            copied += len(chunk)
            copy.write(chunk)
    if copied > most_bytes:
        detail = f"{remote.name}: larger than {most_bytes:,} bytes"
        raise Refusal(Reason.OVER_LIMIT, detail)


def _unpack(archive: Path, folder: UPath, limits: Limits) -> Unpacked:
    """Unpack an archive in the child, with as much time as its size may need."""
    bounds = msgspec.convert(limits, ArchiveLimits, from_attributes=True)
    seconds = max(limits.child_seconds, archive.stat().st_size / _BYTES_A_SECOND)
    patient = limits.model_copy(update={"child_seconds": seconds})
    try:
        return call(
            unpack, patient, str(archive.absolute()), str(folder.absolute()), bounds
        )
    except ChildDied as death:
        reason = Reason.ARCHIVE_BOMB if death.memory else Reason.UNREADABLE_FILE
        raise Refusal(reason, f"{archive.name}: {death.detail}") from None
