"""Files of an export that a document names by an address: a URL, a bucket's key, a path elsewhere.

An address is never opened. What is looked for is the file of the export whose path has the
longest end in common with it. Labelling servers change names: their addresses are looked up in
curate/formats/shared/addresses.py.
"""

import posixpath
import re
from collections.abc import Collection
from urllib.parse import unquote

from curate.exports.files import Files, loose
from curate.exports.path_ends import folders_in_common, nearest

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]*/?")
_QUERY = re.compile(r"[?#].*$", re.DOTALL)
_COLON_MARKS = ("_", "-")  # what replaces a colon in file names of Windows


def is_address(name: str) -> bool:
    """Whether a name begins with a scheme and a host or a bucket.

    >>> is_address("s3://bucket/a.png"), is_address("images/a.png")
    (True, False)
    """
    return _SCHEME.match(name) is not None


def path_of(name: str) -> str:
    """The path in an address, without its query; any other name as it is, with slashes.

    >>> path_of("https://host/a%20b/1.png?sig=x")
    'a b/1.png'
    """
    if not is_address(name):
        return name.replace("\\", "/")
    without_query = _QUERY.sub("", name)
    return unquote(_SCHEME.sub("", without_query))


def find_file(
    files: Files, name: str, document: str, folders: Collection[str] = ()
) -> str | None:
    """The path of the file that `document` calls `name`; None if no file surely is it.

    A path is tried from the document's folder, from the root, and from each of `folders` below
    either. Then, as for an address, the file whose path has the longest end in common is taken.
    """
    stated = path_of(name)
    if not is_address(name):
        for start in _starts(document, folders):
            path = posixpath.normpath(posixpath.join(start, stated))
            if path in files.known:
                return path
    return _longest_end(files, stated)


def image_name(files: Files, name: str, document: str) -> str:
    """What ingest may look for if `document` calls an image `name`.

    It is the path from the root of the one file that shares a folder or more with an address; else
    the file name, by which ingest finds the image if no other has it.
    """
    if not is_address(name):
        return name
    stated = path_of(name)
    base = posixpath.basename(stated)
    found = _longest_end(files, stated)
    if found is None or folders_in_common(found, stated) == 0:
        return base
    return posixpath.relpath(found, posixpath.dirname(document) or ".")


def _starts(document: str, folders: Collection[str]) -> list[str]:
    """The folders from which a path may be meant, in order."""
    beside = posixpath.dirname(document)
    starts = [beside, ""]
    for start in (beside, ""):
        starts += [posixpath.join(start, folder) for folder in folders]
    return starts


def _longest_end(files: Files, stated: str) -> str | None:
    """The one file whose path shares the most steps with a path, counted from the end."""
    # A link is found, too, so that it is said why it is not read.
    refused = [path for path in _ends(stated) if path in files.refused]
    candidates = [*_of_name(files, posixpath.basename(stated)), *refused]
    return nearest(candidates, stated)


def _ends(path: str) -> list[str]:
    """The path, and what is left of it as its first steps are taken off."""
    steps = path.split("/")
    return ["/".join(steps[number:]) for number in range(len(steps))]


def _of_name(files: Files, base: str) -> list[str]:
    """The files of a name; else those whose system could not write its colons."""
    names = [base]
    names += [base.replace(":", mark) for mark in _COLON_MARKS]
    for name in names:
        exact = files.by_file_name.get(name, [])
        folded = files.by_folded_name.get(loose(name), [])
        if exact or folded:
            return exact or folded
    return []
