"""Opening an export, whatever it comes as: a folder, an archive, one annotation file, or any of them at a URL."""

import hashlib
import posixpath
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.exports.archives import SUFFIXES, ArchiveLimits, is_archive, unpack
from curate.exports.child import ChildDied, call
from curate.exports.export import Export, Files, list_files, refused_path
from curate.exports.file_names import folder_role, is_picture
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import Drop
from curate.settings import ExportSettings
from curate.storage import digest, is_local, remove_folder

_DOCUMENTS = (".json", ".ndjson", ".jsonl", ".manifest", ".xml", ".csv", ".yaml", ".yml")
_BYTES_A_SECOND = 200_000  # the least that an archive's bytes are unpacked at


def open_export(settings: ExportSettings, limits: Limits, scratch: UPath) -> Export:
    """The files of an export. An archive is unpacked into `scratch`, by the digest of its bytes, once.

    A refused archive costs itself: the export is then empty but for what it has `lost`. Of a single annotation
    file the folder with its images is the export, without the other files of its kind. InputError where there is
    nothing to read.
    """
    root = _located(settings.path)
    lost: list[Drop] = []
    if root.is_dir():
        files = list_files(root, limits)
    elif _is_archive(root):
        try:
            files = list_files(_unpacked(root, limits, scratch), limits)
        except Refusal as refusal:
            files = Files(root, (), digest=_bytes_digest(root))
            lost.append(_drop(settings.name, refusal.reason, refusal.detail))
    else:
        files = _single(root, limits)
    if not (files.paths or files.refused or files.unread or lost):
        raise InputError(f"{settings.path}: there is no file in it")
    lost += _unlisted(settings.name, files)
    return Export(settings.name, files, limits, settings.options, settings.objects, tuple(lost))


def fingerprint(settings: ExportSettings, limits: Limits) -> str:
    """Digest over the path, size and time of change of each file of an export, none of them read.

    Of a single annotation file the whole folder with its images counts. InputError as `open_export`.
    """
    try:
        root = _located(settings.path)
    except InputError as error:
        raise InputError(f"export {settings.name}: {error}") from None
    if root.is_dir():
        return list_files(root, limits).digest
    if not _is_archive(root):
        return digest(root.name, _around(root, limits).digest)
    state = root.stat()
    return digest(root.name, state.st_size, str(state.st_mtime))


def _located(path: str) -> UPath:
    """A path or URL that exists and opens, absolute: workers may run elsewhere. InputError otherwise."""
    try:
        root = UPath(path)
        root = UPath(root.path).absolute() if is_local(root) else root
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


def _drop(export: str, reason: Reason, detail: str) -> Drop:
    return Drop(reason=reason, detail=detail, export=export, count=None)


def _unlisted(export: str, files: Files) -> Iterator[Drop]:
    """Annotation files that are links, pipes or devices, and folders that cannot be listed."""
    for path in sorted(files.refused):
        if path.lower().endswith(_DOCUMENTS):
            refusal = refused_path(files, path)
            assert refusal is not None  # noqa: S101  it is one of the refused
            yield _drop(export, refusal.reason, refusal.detail)
    for folder in files.unread:
        yield _drop(export, Reason.UNREADABLE_FILE, f"folder {folder}")


def _single(file: UPath, limits: Limits) -> Files:
    if file.suffix.lower() not in _DOCUMENTS:
        kinds = ", ".join(kind[1:] for kind in _DOCUMENTS)
        raise InputError(
            f"{file}: neither a folder nor an archive (zip, tar), nor an annotation file ({kinds})"
        )
    listed = _around(file, limits)
    here, kind = file.path.removeprefix(listed.root.path.rstrip("/") + "/"), file.suffix.lower()
    return replace(
        listed,
        paths=tuple(
            path
            for path in listed.paths
            if path == here or posixpath.splitext(path)[1].lower() != kind
        ),
    )


def _around(file: UPath, limits: Limits) -> Files:
    """The files of a single annotation file's folder; of the one above, where its own is for annotations alone."""
    beside, above = file.parent, file.parent.parent
    listed = list_files(beside, limits)
    if (
        any(map(is_picture, listed.paths))
        or folder_role(beside.name) != "mask"
        or above == above.parent
    ):
        return listed
    return list_files(above, limits)


def _is_archive(file: UPath) -> bool:
    return is_archive(Path(str(file))) if is_local(file) else file.name.lower().endswith(SUFFIXES)


def _unpacked(archive: UPath, limits: Limits, scratch: UPath) -> UPath:
    """The folder in `scratch` that holds the archive's files. Refusal as `unpack`."""
    folder = scratch / _bytes_digest(archive)
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory() as nearby:
        source = Path(str(archive))
        if not is_local(archive):
            source = Path(nearby) / archive.name
            with archive.open("rb") as remote, source.open("wb") as copy:
                shutil.copyfileobj(remote, copy, 1 << 22)
        beside = (
            folder.with_name(folder.name + ".partial")
            if is_local(scratch)
            else UPath(nearby) / "files"
        )
        remove_folder(beside)
        try:
            _unpack(source, beside, limits)
        except Refusal:
            remove_folder(beside)
            raise
        if is_local(scratch):
            beside.rename(folder)
        else:
            folder.fs.put(f"{beside}/", folder.path, recursive=True)
    return folder


def _unpack(archive: Path, folder: UPath, limits: Limits) -> None:
    bounds = msgspec.convert(limits, ArchiveLimits, from_attributes=True)
    seconds = max(limits.child_seconds, archive.stat().st_size / _BYTES_A_SECOND)
    patient = limits.model_copy(update={"child_seconds": seconds})
    try:
        call(unpack, patient, str(archive.absolute()), str(folder.absolute()), bounds)
    except ChildDied as death:
        reason = Reason.ARCHIVE_BOMB if death.memory else Reason.UNREADABLE_FILE
        raise Refusal(reason, f"{archive.name}: {death.detail}") from None


def _bytes_digest(file: UPath) -> str:
    sha = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(1 << 22):
            sha.update(chunk)
    return sha.hexdigest()[:32]
