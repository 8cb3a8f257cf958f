"""What of an export is not opened, although more of it may be in there."""

from collections.abc import Iterator

from curate.exports.archives import OTHER_SUFFIXES, SUFFIXES
from curate.exports.export import Export
from curate.records import IgnoredFile

_NESTED = (
    "is an archive inside the export and is not opened: unpack it there, or name it as an "
    "export of its own"
)


def not_opened(export: Export) -> Iterator[IgnoredFile]:
    """Links to folders that are not followed, and archives inside the export."""
    for path, why in sorted(export.files.refused.items()):
        if why.is_folder:
            yield export.ignored(path, why.detail)
    for path in export.files.paths:
        if path.lower().endswith((*SUFFIXES, *OTHER_SUFFIXES)):
            yield export.ignored(path, _NESTED)
