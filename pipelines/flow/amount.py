"""Whether the exports of a run are so small that workers would take longer to start."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from curate.export_settings import ExportSettings
from curate.exports.archives import is_archive

MOST_FILES = 200
"""Files of all exports of a small run: about one partition of images."""

MOST_BYTES = 20_000_000
"""Their bytes. Those of an archive count as they are packed."""


def is_small(exports: Iterable[ExportSettings]) -> bool:
    """Whether all exports are at no URL, and within both limits together.

    It only decides where the work is done: results are the same.
    """
    files = 0
    total = 0
    for export in exports:
        if "://" in export.path:
            return False
        for size in file_sizes(Path(export.path)):
            files += 1
            total += size
            if files > MOST_FILES or total > MOST_BYTES:
                return False
    return True


def file_sizes(root: Path) -> Iterator[int]:
    """The bytes of each file of an export, which is a folder, an archive or one document.

    Of a document all files of its folder count: its pictures are among them.
    """
    try:
        if root.is_file():
            if is_archive(root):
                yield root.stat().st_size
                return
            root = root.parent
        for folder, _, names in os.walk(root):
            for name in names:
                yield (Path(folder) / name).lstat().st_size
    except OSError:
        return  # what cannot be read is reported by who reads it
