"""Finding the image or the mask that a document names among the files of its export."""

import functools
import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence

from curate.exports.files import Files, loose
from curate.exports.name_endings import bare_name, ends_alike
from curate.exports.path_ends import most_in_common
from curate.exports.stated_names import (
    StatedName,
    last_step,
    leaves,
    read_name,
    without_upload_id,
)
from curate.flags import Flag
from curate.reasons import Reason, Refusal


def find_image(
    files: Files,
    name: str,
    document: str,
    folders: Iterable[str] = (),
    masks: Collection[str] = (),
) -> tuple[str, list[Flag]]:
    """Find the image that `document` calls `name`.

    The name is tried as a path from the document's folder, from the root, and from each of
    `folders` (below either). If there is no such file, or if the name is a path of another
    machine or a URL, the one file of that name in the export is taken. If several bear it,
    it is the one that has the longest end in common with the stated path; of several that
    have the same, for a path of another machine, the one in the likeliest of those folders.
    Then all of this in its `loose` form; then the file name without the id that Label Studio
    puts before that of an upload; last, with another ending that is as good (`ends_alike`).

    `masks`: files that are known to be no images, as they are masks of this one.

    Returns:
        The path of the image. The flag `image_by_name` if its path was not the stated one.

    Raises:
        Refusal: missing_image or ambiguous_image; path_escape if the name leads out of the
            export, or over a link that is not followed, and no file of the export has it.
    """
    found = _find(files, name, document, folders, masks)
    if found is not None:
        return found
    with_other_ending = _find_by_bare_name(files, name, masks)
    if with_other_ending is not None:
        return with_other_ending, [Flag.IMAGE_BY_NAME]
    raise _not_found(files, name, document)


def find_mask(files: Files, path: str) -> tuple[str, list[Flag]]:
    """Find the mask file that the path `path` from the root means.

    As `find_image`, but its ending must be the stated one.

    Raises:
        Refusal: missing_mask, or as `find_image`.
    """
    if path in files.known:
        return path, []
    found = _find(files, path, "")
    if found is not None:
        return found
    refusal = _not_found(files, path, "")
    if refusal.reason is Reason.MISSING_IMAGE:
        detail = f"mask {path!r} is not in the export"
        refusal = Refusal(Reason.MISSING_MASK, detail)
    raise refusal


def _find(
    files: Files,
    name: str,
    document: str,
    folders: Iterable[str] = (),
    masks: Collection[str] = (),
) -> tuple[str, list[Flag]] | None:
    """The file that a document calls `name`, as `find_image` says, or None.

    Refusal ambiguous_image, or path_escape over a link that is not followed.
    """
    if "\0" in name:
        raise Refusal(Reason.PATH_ESCAPE, f"image {name!r} is no path")
    stated = read_name(name)
    beside = posixpath.dirname(document)
    starts = (beside, "")
    guesses = _below(starts, tuple(folders))

    refusal = None
    for path in _candidates(stated, starts):
        if path in files.known or path in files.linked:
            found = files.linked.get(path, path)
            if found not in masks:
                return found, []
        refusal = refused_path(files, path)
        if refusal is not None:
            raise refusal
    for path in _candidates(stated, guesses):
        if path in files.known or path in files.linked:
            found = files.linked.get(path, path)
            if found not in masks:
                return found, []
        refusal = refusal or refused_path(files, path)

    by_name = _find_by_name(files, name, stated, [*starts, *guesses], masks)
    if by_name is not None:
        return by_name, [Flag.IMAGE_BY_NAME]
    if refusal is not None:
        raise refusal
    return None


def refused_path(files: Files, path: str) -> Refusal | None:
    """Why a path must not be read, or None if it may be.

    It is a link that is not followed, a pipe or a device, it is below such a link, or its
    name is too long or no UTF-8.
    """
    while files.refused and path not in ("", "/"):
        why = files.refused.get(path)
        if why is not None:
            return Refusal(why.reason, f"{path!r} {why.detail}")
        path = posixpath.dirname(path)
    return None


@functools.lru_cache(maxsize=64)  # pictures of one document have the same
def _below(starts: tuple[str, ...], folders: tuple[str, ...]) -> tuple[str, ...]:
    """Each of the folders below each of the starts."""
    found = []
    for start in starts:
        found += [posixpath.join(start, folder) for folder in folders]
    return tuple(found)


def _candidates(stated: StatedName, starts: Sequence[str]) -> Iterator[str]:
    """The paths inside the export that a name may mean, the likeliest first."""
    seen = set()
    for spelling in stated.spellings:
        for start in starts:
            path = posixpath.normpath(posixpath.join(start, spelling))
            if path not in seen and not leaves(path):
                seen.add(path)
                yield path


def _find_by_name(
    files: Files,
    name: str,
    stated: StatedName,
    starts: Sequence[str],
    masks: Collection[str],
) -> str | None:
    """The file of an image whose stated path does not exist, or None.

    Refusal ambiguous_image if several may be it.
    """
    if not stated.steps:
        return None
    same_path: set[str] = set()
    for path in _candidates(stated, starts):
        same_path.update(files.by_folded_path.get(loose(path), []))

    base = stated.steps[-1]
    same_name = files.by_file_name.get(base, [])
    same_loose_name = files.by_folded_name.get(loose(base), [])
    before_upload = files.by_file_name.get(without_upload_id(base), [])
    for all_hits in (same_name, sorted(same_path), same_loose_name, before_upload):
        hits = [path for path in all_hits if path not in masks]
        if not hits:
            continue
        likeliest = most_in_common(hits, "/".join(stated.steps))
        if len(likeliest) > 1 and _is_foreign(stated, starts[0]):
            likeliest = _in_likeliest_folder(likeliest, base, starts)
        if len(likeliest) == 1:
            return likeliest[0]
        several = ", ".join(likeliest[:4])
        raise Refusal(Reason.AMBIGUOUS_IMAGE, f"image {name!r} may be any of {several}")
    return None


def _find_by_bare_name(files: Files, name: str, masks: Collection[str]) -> str | None:
    """The one picture of that name whose ending is as good; None unless there is just one."""
    base = last_step(name)
    images = [path for path in _of_bare_name(files, name) if path not in masks]
    hits = [path for path in images if ends_alike(base, path)]
    if len(hits) == 1:
        return hits[0]
    return None


def _of_bare_name(files: Files, name: str) -> list[str]:
    """The files that differ from a name by their ending at most."""
    base = bare_name(last_step(name))
    return files.by_bare_name.get(loose(base), [])


def _in_likeliest_folder(
    hits: Sequence[str], base: str, starts: Sequence[str]
) -> list[str]:
    """The one of several paths that is in the first of the folders; all if none is."""
    for start in starts:
        path = posixpath.normpath(posixpath.join(start, base))
        if path in hits:
            return [path]
    return list(hits)


def _is_foreign(stated: StatedName, beside: str) -> bool:
    """Whether a name is no path inside the export, seen from its document's folder."""
    if not stated.spellings:
        return True
    path = posixpath.join(beside, stated.spellings[-1])
    return leaves(posixpath.normpath(path))


def _not_found(files: Files, name: str, document: str) -> Refusal:
    """Why no file was found for a name of a document."""
    stated = read_name(name)
    if stated.steps:
        for path in files.refused_by_file_name.get(stated.steps[-1], []):
            why = files.refused[path]
            return Refusal(why.reason, f"{path!r} {why.detail}")
    if _is_foreign(stated, posixpath.dirname(document)):
        detail = f"{name!r} leads out of the export, which has no file of this name"
        return Refusal(Reason.PATH_ESCAPE, detail)
    detail = f"image {name!r} is not in the export"
    if document:
        detail = f"{document}: {detail}"
    others = _of_bare_name(files, name)
    if others:
        detail = f"{detail}; {others[0]} is there, whose name ends otherwise"
    return Refusal(Reason.MISSING_IMAGE, detail)
