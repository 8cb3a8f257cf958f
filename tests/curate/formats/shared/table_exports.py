"""Exports of texts alone, for the tests of class tables."""

from pathlib import Path
from typing import Any

from upath import UPath

from curate.exports.export import Export
from curate.exports.files import list_files
from curate.limits import Limits


def export_in(folder: Path, files: dict[str, str], **options: Any) -> Export:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    limits = Limits()
    return Export(
        name="x",
        files=list_files(UPath(folder), limits),
        limits=limits,
        options=options,
    )
