"""Opening an export: a folder, an archive, one annotation file, or any of them at a URL."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from upath import UPath

from curate.drops import Drop, make_drop
from curate.errors import InputError
from curate.export_settings import ExportSettings
from curate.exports.archive_files import archive_files, bytes_digest
from curate.exports.archive_members import archive_kind
from curate.exports.archives import OTHER_SUFFIXES, SUFFIXES, is_archive
from curate.exports.export import Export
from curate.exports.file_names import folder_role
from curate.exports.files import Files, list_files
from curate.exports.finding import refused_path
from curate.exports.nested import Lost, lost_archive, with_nested
from curate.exports.paths import is_picture, suffix
from curate.exports.walking import Links
from curate.limits import Limits
from curate.reasons import Fault, Reason, Refusal
from curate.storage import digest
from curate.stores import is_local

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
    if root.is_dir():
        files = list_files(root, limits, settings.links)
        files, lost = with_nested(files, settings.name, limits, scratch)
    elif _is_archive(root):
        _check_is_readable(root)
        files, lost = _open_archive(settings.name, root, limits, scratch)
    else:
        files = _around_document(root, limits, settings.links)
        files, lost = with_nested(files, settings.name, limits, scratch)
        files = _without_others(files, root)

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
        raise InputError(settings.told(str(error))) from None
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
    """Drops for annotation files that are refused, and for folders that cannot be listed.

    If no file may be read at all, each has its drop: the export would else seem empty.
    """
    for path, why in sorted(files.refused.items()):
        is_lost = path.lower().endswith(_DOCUMENTS)
        if not (files.paths or why.is_folder):
            is_lost = True
        refusal = refused_path(files, path)
        if refusal is not None and is_lost:
            yield make_drop(refusal, export=export, count=None)
    for folder in files.unread:
        refusal = Refusal(Reason.UNREADABLE_FILE, f"folder {folder}")
        yield make_drop(refusal, export=export, count=None)


def _around_document(file: UPath, limits: Limits, links: Links) -> Files:
    """The files around an annotation file. InputError if it is not one."""
    kind = file.suffix.lower()
    if kind in OTHER_SUFFIXES:
        raise InputError(
            f"{file}: {kind[1:]} archives are not read; unpack it, or pack it as zip"
        )
    if kind not in _DOCUMENTS:
        kinds = ", ".join(each[1:] for each in _DOCUMENTS)
        raise InputError(
            f"{file}: neither a folder nor an archive (zip, tar, 7z), nor an annotation file "
            f"({kinds})"
        )
    return _around(file, limits, links)


def _without_others(listed: Files, file: UPath) -> Files:
    """The files around an annotation file without the others of its kind."""
    kind = file.suffix.lower()
    root = listed.root.path.rstrip("/")
    own_path = file.path.removeprefix(f"{root}/")
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
    """Whether a file is an archive, by its name or its first bytes."""
    if is_local(file):
        return is_archive(Path(str(file)))
    name, _, _ = file.name.partition("?")  # signed URLs have a query behind the name
    return name.lower().endswith(SUFFIXES) or archive_kind(file) is not None


def _check_is_readable(archive: UPath) -> None:
    """InputError for a 7z if the package that reads it is not installed."""
    if archive.suffix.lower() == ".7z" and find_spec("py7zr") is None:
        raise InputError(f"{archive}: 7z archives need py7zr: pip install py7zr")


def _open_archive(
    export: str, archive: UPath, limits: Limits, scratch: UPath
) -> tuple[Files, list[Lost]]:
    """The files of an archive; none, and what was lost, if it is refused."""
    try:
        files, unpacked = archive_files(archive, limits, scratch)
    except (Refusal, Fault) as error:
        nothing = Files(archive, (), digest=bytes_digest(archive))
        return nothing, lost_archive(export, archive.name, error)

    # What is inside may unpack to what the archive itself has left of its limits.
    allowed = int(unpacked.size * limits.archive_ratio)
    left = {
        "archive_bytes": min(allowed, limits.archive_bytes) - unpacked.written,
        "archive_members": limits.archive_members - unpacked.members,
    }
    return with_nested(files, export, limits.model_copy(update=left), scratch)
