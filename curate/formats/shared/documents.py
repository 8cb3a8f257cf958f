"""The documents of an export, found by what they contain."""

import posixpath
from collections.abc import Callable, Iterator
from typing import TypeVar

from curate.drops import Drop, IgnoredFile
from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.exports.paths import original_of
from curate.reasons import Refusal

Document = TypeVar("Document")


def find_documents(
    export: Export,
    name: str,
    suffix: str | tuple[str, ...],
    read: Callable[[str], Document | None],
    needs: str,
    *,
    numbered: bool = False,
) -> Iterator[Document | Drop | IgnoredFile]:
    """The documents among the files of a suffix, or of one of several.

    A broken file is a drop; a file of another tool is left alone.

    `read`: gives the document at a path, or None if it is another tool's; Refusal if it is
    broken. `name`: of the format; `needs`: what makes a document its own. Both are for messages.
    `numbered`: whether files that are called by a mere number count, too.

    Raises:
        NotOfFormat: if no file is of the format, nor broken.
    """
    found = False
    # An original is read before its copies, which repeat it: a.json before "a (1).json".
    paths = export.files.paths
    for path in sorted(paths, key=lambda path: original_of(path) is not None):
        is_numbered = numbered and posixpath.basename(path).isdecimal()
        if not is_numbered and not path.lower().endswith(suffix):
            continue
        try:
            document = read(path)
        except Refusal as refusal:
            found = True  # it may have been of the format: no reason to stop the run
            yield export.drop(_named(refusal, path), annotation_key=path, count=None)
            continue
        if document is None:
            yield export.ignored(path, f"no {name} document")
            continue
        found = True
        yield document

    if not found and not export.lost:
        number = len(export.files.paths)
        raise NotOfFormat(
            f"export {export.name}: no {name} document among {number} files "
            f"(such a document {needs})"
        )


def _named(refusal: Refusal, path: str) -> Refusal:
    """The refusal with the path of its file in front, if it does not say it already."""
    if refusal.detail.startswith(path):
        return refusal
    return Refusal(refusal.reason, f"{path}: {refusal.detail}")
