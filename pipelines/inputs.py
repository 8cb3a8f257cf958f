"""What an export looks like from outside: a digest of its files' names, sizes and times, without reading one."""

from pathlib import Path

from upath import UPath

from curate.archives import is_archive
from curate.documents import InputError
from curate.export import list_files
from curate.settings import ExportSettings, Limits
from curate.storage import digest, is_local


def fingerprint(export: ExportSettings, limits: Limits) -> str:
    """Digest over the path, size and time of change of each file of an export. InputError where there is none.

    Of a single annotation file its whole folder counts, for the images are there.
    """
    path = UPath(export.path)
    try:
        found = path.exists()
    except OSError as error:
        raise InputError(f"export {export.name}: {export.path}: cannot be opened: {error.strerror or error}") from None
    if not found:
        raise InputError(f"export {export.name}: {export.path}: no such folder, archive or file")
    if path.is_dir():
        return list_files(path, limits).digest
    if is_local(path) and not is_archive(Path(path.path)):
        return digest(path.name, list_files(path.parent, limits).digest)
    state = path.stat()
    return digest(path.name, state.st_size, str(state.st_mtime))
