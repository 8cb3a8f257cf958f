"""Tables that list masks, each of one object, with their classes: V7's and Open Images'.

V7 Darwin calls a mask IMAGE_ID, and only `instance_mask_annotations.csv` says of what class it is.
"""

import csv
import posixpath

from curate.exports.export import Export
from curate.reasons import Refusal

# The columns of the mask's name and of its class, in lower case.
_COLUMNS = (("mask_id", "class_name"), ("maskpath", "labelname"))
_MAX_BYTES = 256_000_000


def listed_classes(export: Export) -> dict[str, str]:
    """The class of each listed mask, by the mask's name without folder and suffix."""
    classes: dict[str, str] = {}
    for path in export.files.paths:
        if not path.lower().endswith(".csv"):
            continue
        try:
            if export.files.file(path).stat().st_size > _MAX_BYTES:
                continue
            lines = export.read_text(path).split("\n")
        except (Refusal, OSError):
            continue
        classes.update(_read(lines))
    return classes


def _read(lines: list[str]) -> dict[str, str]:
    """The classes that a table lists; none if it is a table of something else."""
    header = [name.strip().lower() for name in lines[0].split(",")]
    for columns in _COLUMNS:
        if set(columns) <= set(header):
            name_at, class_at = map(header.index, columns)
            break
    else:
        return {}

    classes = {}
    for cells in csv.reader(line for line in lines[1:] if "\0" not in line):
        if len(cells) == len(header):
            name = posixpath.basename(cells[name_at]).removesuffix(".png")
            classes[name] = cells[class_at]
    return classes
