"""Tables that list masks, each of one object, with their classes: V7's and Open Images'.

V7 Darwin calls a mask IMAGE_ID, and only `instance_mask_annotations.csv` says of what class it is.
"""

import csv
import posixpath

from upath import UPath

from curate.exports.export import Export
from curate.reasons import Refusal

# The columns of the mask's name and of its class, in lower case.
_COLUMNS = (("mask_id", "class_name"), ("maskpath", "labelname"))
_MAX_BYTES = 256_000_000
_LONGEST_HEADER = 4096  # bytes


def listed_classes(export: Export) -> dict[str, str]:
    """The class of each listed mask, by the mask's name without folder and suffix."""
    classes: dict[str, str] = {}
    for path in export.files.paths:
        if not path.lower().endswith(".csv"):
            continue
        try:
            if _lists_masks(export.files.file(path)):
                lines = export.read_text(path).split("\n")
                classes.update(_read(lines))
        except (Refusal, OSError):
            continue
    return classes


def _lists_masks(file: UPath) -> bool:
    """Whether a table may list masks: its beginning has the names of the columns."""
    if file.stat().st_size > _MAX_BYTES:
        return False
    with file.open("rb") as stream:
        start = stream.read(_LONGEST_HEADER)

    # Without zeros, the names are the same in UTF-16.
    text = start.replace(b"\0", b"").decode(errors="replace").lower()
    return any(name in text and class_name in text for name, class_name in _COLUMNS)


def _read(lines: list[str]) -> dict[str, str]:
    """The classes that a table lists; none if it is a table of something else."""
    header = [name.strip().lower() for name in lines[0].split(",")]
    columns = _columns(header)
    if columns is None:
        return {}

    name_at, class_at = columns
    classes = {}
    for cells in csv.reader(line for line in lines[1:] if "\0" not in line):
        if len(cells) == len(header):
            name = posixpath.basename(cells[name_at]).removesuffix(".png")
            classes[name] = cells[class_at]
    return classes


def _columns(header: list[str]) -> tuple[int, int] | None:
    """Which columns hold the mask's name and its class; None if there are none."""
    for name, class_name in _COLUMNS:
        if name in header and class_name in header:
            return header.index(name), header.index(class_name)
    return None
