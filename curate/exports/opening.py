"""Opening an export: a folder, an archive, one annotation file, or any of them at a URL."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.exports.archives import (
    OTHER_SUFFIXES,
    SUFFIXES,
    ArchiveLimits,
    Unpacked,
    is_archive,
    unpack,
)
from curate.exports.child import ChildDied, call
from curate.exports.export import Export
from curate.exports.file_names import folder_role, is_picture, suffix
from curate.exports.files import Files, list_files
from curate.exports.finding import refused_path
from curate.exports.litter import is_litter
from curate.exports.walking import Links, RefusedFile
from curate.limits import Limits
from curate.reasons import Fault, Reason, Refusal
from curate.records import Drop, FaultReport, make_drop
from curate.settings import ExportSettings
from curate.storage import digest, is_local, read_record, remove_folder, write_json

_DOCUMENTS = (
    ".json",
    ".ndjson",
    ".jsonl",
    ".manifest",
    ".xml",
    ".csv",
    ".yaml",
    ".yml",
)
_BYTES_A_SECOND = 200_000  # an archive that unpacks more slowly than this is refused
_CHUNK = 1 << 22  # bytes that are copied in one go


def open_export(settings: ExportSettings, limits: Limits, scratch: UPath) -> Export:
    """List the files of an export.

    An archive is unpacked into the folder `scratch`, once for the same bytes. A refused
    archive costs only itself: the export then has no files, and `lost` says why. If one
    annotation file is named, the export is its folder without the other files of that
    kind.

    Raises:
        InputError: if there is nothing to read.
    """
    root = _located(settings.path)
    lost: list[Drop | FaultReport] = []
    if root.is_dir():
        files = list_files(root, limits, settings.links)
    elif _is_archive(root):
        files, lost = _open_archive(settings.name, root, limits, scratch)
    else:
        files = _single(root, limits, settings.links)

    if not (files.paths or files.refused or files.unread or lost):
        raise InputError(f"{settings.path}: there is no file in it")
    lost += _unlisted(settings.name, files)
    return Export(
        name=settings.name,
        files=files,
        limits=limits,
        options=settings.options,
        objects=settings.objects,
        lost=tuple(lost),
    )


def fingerprint(settings: ExportSettings, limits: Limits) -> str:
    """Digest over path, size and time of change of each file of an export; none is read.

    If one annotation file is named, its whole folder counts.

    Raises:
        InputError: if there is no such export.
    """
    try:
        root = _located(settings.path)
    except InputError as error:
        raise InputError(f"export {settings.name}: {error}") from None
    if root.is_dir():
        return list_files(root, limits, settings.links).digest
    if not _is_archive(root):
        return digest(root.name, _around(root, limits, settings.links).digest)
    state = root.stat()
    return digest(root.name, state.st_size, str(state.st_mtime))


def _located(path: str) -> UPath:
    """A path or URL that exists and can be opened; absolute, as workers may run elsewhere."""
    try:
        root = UPath(path)
        if is_local(root):
            root = UPath(root.path).absolute()
        if root.is_dir():
            return root
        if root.is_file():
            root.open("rb").close()
            return root
    except (OSError, ValueError, ImportError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be opened: {reason}") from None
    if root.exists():
        raise InputError(f"{path}: neither a folder nor a file")
    raise InputError(f"{path}: no such folder, archive or annotation file")


def _unlisted(export: str, files: Files) -> Iterator[Drop]:
    """Drops for annotation files that are refused, and for folders that cannot be listed."""
    for path in sorted(files.refused):
        refusal = refused_path(files, path)
        if refusal is not None and path.lower().endswith(_DOCUMENTS):
            yield make_drop(refusal, export=export, count=None)
    for folder in files.unread:
        refusal = Refusal(Reason.UNREADABLE_FILE, f"folder {folder}")
        yield make_drop(refusal, export=export, count=None)


def _single(file: UPath, limits: Limits, links: Links) -> Files:
    """One annotation file and the files around it, without the others of its kind."""
    kind = file.suffix.lower()
    if kind in OTHER_SUFFIXES:
        raise InputError(
            f"{file}: {kind[1:]} archives are not read; unpack it, or pack it as zip"
        )
    if kind not in _DOCUMENTS:
        kinds = ", ".join(each[1:] for each in _DOCUMENTS)
        raise InputError(
            f"{file}: neither a folder nor an archive (zip, tar), nor an annotation file ({kinds})"
        )
    listed = _around(file, limits, links)
    own_path = file.path.removeprefix(listed.root.path.rstrip("/") + "/")
    kept = [path for path in listed.paths if path == own_path or suffix(path) != kind]
    return replace(listed, paths=tuple(kept))


def _around(file: UPath, limits: Limits, links: Links) -> Files:
    """The files of an annotation file's folder.

    If that folder is for annotations alone, the folder above it is taken: the images are
    next to it.
    """
    beside = file.parent
    above = beside.parent
    listed = list_files(beside, limits, links)
    has_pictures = any(is_picture(path) for path in listed.paths)
    if has_pictures or folder_role(beside.name) != "mask" or above == above.parent:
        return listed
    return list_files(above, limits, links)


def _is_archive(file: UPath) -> bool:
    """Whether a file is an archive: by its first bytes, by its name alone if it is remote."""
    if is_local(file):
        return is_archive(Path(str(file)))
    return file.name.lower().endswith(SUFFIXES)


def _open_archive(
    export: str, archive: UPath, limits: Limits, scratch: UPath
) -> tuple[Files, list[Drop | FaultReport]]:
    """The files of an archive; none, and what was lost, if it is refused."""
    lost: list[Drop | FaultReport] = []
    try:
        return _unpacked_files(archive, limits, scratch), lost
    except Refusal as error:
        refusal = error
    except Fault as fault:
        refusal = Refusal(Reason.FAULT, f"{archive.name}: {fault.summary}")
        lost.append(
            FaultReport(
                export=export, image_path="", summary=fault.summary, trace=fault.trace
            )
        )
    lost.append(make_drop(refusal, export=export, count=None))
    return Files(archive, (), digest=_bytes_digest(archive)), lost


def _unpacked_files(archive: UPath, limits: Limits, scratch: UPath) -> Files:
    """The files of an archive. Refusal and Fault as `unpack`.

    Its links are never followed out of it, whatever the settings say: it comes from another
    machine, where they meant other files.
    """
    folder = _unpacked(archive, limits, scratch)
    files = list_files(folder, limits, "inside")
    unpacked = read_record(_record_of(folder), Unpacked) or Unpacked()
    refused = dict(files.refused)
    for path, detail in unpacked.refused.items():
        if not is_litter(path):
            refused[path] = RefusedFile(Reason.PATH_ESCAPE, detail)
    spellings = {
        other: path for other, path in unpacked.spellings.items() if path in files.known
    }
    return replace(files, refused=refused, spellings=spellings)


def _record_of(folder: UPath) -> UPath:
    """Where it is written what the files of an unpacked archive do not show."""
    return folder.with_name(f"{folder.name}.json")


def _unpacked(archive: UPath, limits: Limits, scratch: UPath) -> UPath:
    """The folder in `scratch` that holds the archive's files. Refusal and Fault as `unpack`."""
    folder = scratch / _bytes_digest(archive)
    if folder.exists():
        return folder

    with tempfile.TemporaryDirectory() as nearby:
        source = Path(str(archive))
        if not is_local(archive):
            source = Path(nearby) / archive.name
            _download(archive, source)
        if is_local(scratch):
            partial = folder.with_name(folder.name + ".partial")
        else:
            partial = UPath(nearby) / "files"

        remove_folder(partial)
        try:
            unpacked = _unpack(source, partial, limits)
        except Exception:
            remove_folder(partial)
            raise
        write_json(_record_of(folder), unpacked)
        # Only what is whole gets the name under which it is found again.
        if is_local(scratch):
            partial.rename(folder)
        else:
            folder.fs.put(f"{partial}/", folder.path, recursive=True)
    return folder


def _download(remote: UPath, local: Path) -> None:
    with remote.open("rb") as source, local.open("wb") as copy:
        shutil.copyfileobj(source, copy, _CHUNK)


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


def _bytes_digest(file: UPath) -> str:
    sha = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            sha.update(chunk)
    return sha.hexdigest()[:32]
