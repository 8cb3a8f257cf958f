"""Files of formats that cannot be read, and what to do about each.

One more is one line of `DOCUMENT_KINDS`, or of `FILE_KINDS` if its name says enough.
"""

import re
from collections.abc import Iterable, Sequence

from upath import UPath

from curate.exports.files import Files
from pipelines.inspection.records import Kind, OtherKind
from pipelines.inspection.unread_documents import DOCUMENT_KINDS
from pipelines.inspection.unread_files import FILE_KINDS

UNREAD_KINDS = (*DOCUMENT_KINDS, *FILE_KINDS)

_HEAD = 65_536  # bytes of a file in which its marks are looked for
_MOST_HEADS = 100  # files of a kind that are opened


def find_other_kinds(
    files: Files, without: Iterable[str] = (), kinds: Sequence[Kind] = UNREAD_KINDS
) -> list[OtherKind]:
    """The kinds of which the export holds files, by how many there are.

    `without`: paths that a format has read.
    """
    read = set(without)
    heads: dict[str, bytes] = {}
    found = []
    for kind in kinds:
        pattern = re.compile(kind.path)
        named = [
            path
            for path in files.paths
            if path not in read and pattern.search(path.lower())
        ]
        # Many tools write .json: only what is in it tells whose it is.
        if kind.mark is not None:
            named = _with_mark(files, named, re.compile(kind.mark, re.M), heads)
        if named:
            found.append(OtherKind(kind.name, len(named), named[0], kind.advice))
    return sorted(found, key=lambda each: -each.files)


def _with_mark(
    files: Files, paths: list[str], mark: re.Pattern[bytes], heads: dict[str, bytes]
) -> list[str]:
    """The paths of files that begin with a mark; of many, those of some files."""
    step = max(1, len(paths) // _MOST_HEADS)
    marked = []
    for path in paths[::step]:
        if path not in heads:
            heads[path] = _head(files.file(path))
        if mark.search(heads[path]):
            marked.append(path)
    return marked


def _head(file: UPath) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with file.open("rb") as stream:
            head: bytes = stream.read(_HEAD)
    except OSError:
        return b""
    return head
