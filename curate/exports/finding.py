"""Finding the image that a document names among the files of its export."""

import posixpath
import re
from collections.abc import Iterable

from curate.exports.file_names import fold
from curate.exports.files import Files
from curate.reasons import Reason, Refusal
from curate.records import Flag

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


def find_image(
    files: Files, name: str, document: str, folders: Iterable[str] = ()
) -> tuple[str, list[Flag]]:
    """Find the image that `document` calls `name`.

    The name is tried as a path from the document's folder, from the root, and from each of
    `folders` (below either). If there is no such file, the one file of that name in the
    export is taken; last, all of this without case and Unicode form.

    Returns:
        The path of the image. The flag `image_by_name` if its path was not the stated one.

    Raises:
        Refusal: path_escape, missing_image or ambiguous_image.
    """
    if _DRIVE.match(name):
        # A path of another machine: of it, only the file name can mean anything here.
        name = re.split(r"[\\/]", name)[-1]
    if _URL.match(name) or name.startswith(("/", "\\\\")) or "\0" in name:
        raise Refusal(
            Reason.PATH_ESCAPE, f"image {name!r} is not a path inside the export"
        )

    candidates = _candidates(files, name, document, folders)
    for path in candidates:
        refusal = refused_path(files, path)
        if refusal is not None:
            raise refusal
        if path in files.known:
            return path, []
    return _find_by_name(files, name, candidates), [Flag.IMAGE_BY_NAME]


def refused_path(files: Files, path: str) -> Refusal | None:
    """Why a path must not be read, or None if it may be.

    It is a link, a pipe or a device, it is below a link, or it is too long.
    """
    while files.refused and path not in ("", "/"):
        if path in files.refused:
            return _refusal(files, path)
        path = posixpath.dirname(path)
    return None


def _candidates(
    files: Files, name: str, document: str, folders: Iterable[str]
) -> list[str]:
    """The paths inside the export that a name may mean, the likeliest first."""
    spellings = [name]
    if "\\" in name:
        spellings.append(name.replace("\\", "/"))

    beside = posixpath.dirname(document)
    folders = list(folders)
    starts = [beside, ""]
    for start in (beside, ""):
        starts += [posixpath.join(start, folder) for folder in folders]

    inside = []
    for spelling in spellings:
        paths = [
            posixpath.normpath(posixpath.join(start, spelling)) for start in starts
        ]
        inside += [path for path in paths if not path.startswith("..")]

    # From another folder, a name that leaves the export may still lead back into it.
    stated = posixpath.normpath(posixpath.join(beside, spellings[-1]))
    leaves = stated.startswith("..") and not files.known.intersection(inside)
    if leaves or not inside:
        raise Refusal(Reason.PATH_ESCAPE, f"image {name!r} leaves the export")
    return list(dict.fromkeys(inside))


def _find_by_name(files: Files, name: str, candidates: list[str]) -> str:
    """The one file that has the name of an image whose path does not exist."""
    base = posixpath.basename(candidates[0])
    same_path = set()
    for path in candidates:
        same_path.update(files.by_folded_path.get(fold(path), []))

    same_name = files.by_file_name.get(base, [])
    same_folded_name = files.by_folded_name.get(fold(base), [])
    for hits in (same_name, sorted(same_path), same_folded_name):
        if len(hits) == 1:
            return hits[0]
        if hits:
            several = ", ".join(hits[:4])
            raise Refusal(
                Reason.AMBIGUOUS_IMAGE, f"image {name!r} may be any of {several}"
            )

    for path in sorted(files.refused):
        if posixpath.basename(path) == base:
            raise _refusal(files, path)
    raise Refusal(Reason.MISSING_IMAGE, f"image {name!r} is not in the export")


def _refusal(files: Files, path: str) -> Refusal:
    if path in files.too_long:
        detail = f"{path!r}: the path is longer than the limits allow"
        return Refusal(Reason.OVER_LIMIT, detail)
    detail = f"{path!r} is a link, a pipe or a device, or its name is no UTF-8"
    return Refusal(Reason.PATH_ESCAPE, detail)
