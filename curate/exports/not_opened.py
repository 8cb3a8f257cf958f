"""What of an export is not opened, although more of it may be in there."""

import posixpath
import re
from collections.abc import Iterator

from curate.drops import IgnoredFile
from curate.exports.archives import OTHER_SUFFIXES
from curate.exports.export import Export

_NOT_READ = (
    "is an archive of a kind that is not read: unpack it there, or pack it as zip"
)

_COMPRESSED = re.compile(r"\.(?:json|jsonl|ndjson|csv|xml|txt)\.(?:bz2|xz|zst)$")
_UNPACK = (
    "is a compressed document, which is not read: unpack it there, or pack it as .gz"
)


def not_opened(export: Export) -> Iterator[IgnoredFile]:
    """Links to folders that are not followed, and what is packed in a way that is not read."""
    for path, why in sorted(export.files.refused.items()):
        if why.is_folder:
            yield export.ignored(path, why.detail)
    for path, note in sorted(export.files.notes.items()):
        yield export.ignored(path, note)
    for path in export.files.paths:
        if path.lower().endswith(OTHER_SUFFIXES):
            yield export.ignored(path, _NOT_READ)
        unpacked, _ = posixpath.splitext(path)
        if _COMPRESSED.search(path.lower()) and unpacked not in export.files.known:
            yield export.ignored(path, _UNPACK)
