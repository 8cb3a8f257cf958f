"""Tables that list masks, each of one object, with their classes: V7's and Open Images'.

V7 Darwin calls a mask IMAGE_ID, and only `instance_mask_annotations.csv` says of what class it is.
Open Images lists `/m/01g317` as the class of a mask, and what that means in a table of two columns
without a header (`class-descriptions-boxable.csv`, `classes.csv`).
"""

import csv
import posixpath
import re
from collections.abc import Iterable

from curate.exports.export import Export
from curate.reasons import Refusal

# The columns of the mask's name and of its class, in lower case.
_COLUMNS = (("mask_id", "class_name"), ("maskpath", "labelname"))
_MACHINE_NAME = re.compile(r"/[mg]/\w+")  # a class of Open Images
_MAX_BYTES = 256_000_000


def listed_classes(export: Export) -> dict[str, str]:
    """The class of each listed mask, by the mask's name without folder and suffix."""
    classes: dict[str, str] = {}
    names: dict[str, str] = {}
    for path in export.files.paths:
        if not path.lower().endswith(".csv"):
            continue
        try:
            if export.files.file(path).stat().st_size > _MAX_BYTES:
                continue
            lines = export.read_text(path).split("\n")
        except (Refusal, OSError):
            continue
        if _MACHINE_NAME.match(lines[0]):
            names.update(_names(lines))
        else:
            classes.update(_read(lines))
    return {mask: names.get(label, label) for mask, label in classes.items()}


def _names(lines: list[str]) -> dict[str, str]:
    """What a table without a header says that machine names mean."""
    return {cells[0]: cells[1] for cells in _cells(lines) if len(cells) == 2}


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
    for cells in _cells(lines[1:]):
        if len(cells) == len(header):
            name = posixpath.basename(cells[name_at]).removesuffix(".png")
            classes[name] = cells[class_at]
    return classes


def _cells(lines: Iterable[str]) -> Iterable[list[str]]:
    """The cells of each line; a line with a NUL is no text."""
    return csv.reader(line for line in lines if "\0" not in line)
