"""Tables that list masks, each of one object, with their classes: V7's and Open Images'.

V7 Darwin calls a mask IMAGE_ID, and only `instance_mask_annotations.csv` says of what class it is.
Open Images lists `/m/01g317` as the class of a mask, and what that means in a table of two columns
without a header (`class-descriptions-boxable.csv`, `classes.csv`).
"""

import csv
import posixpath
import re
from collections.abc import Iterable

from upath import UPath

from curate.exports.export import Export
from curate.reasons import Refusal

# The columns of the mask's name and of its class, in lower case.
_COLUMNS = (("mask_id", "class_name"), ("maskpath", "labelname"))
_MACHINE_NAME = re.compile(r"/[mg]/\w+")  # a class of Open Images
_MAX_BYTES = 256_000_000
_LONGEST_HEADER = 4096  # bytes


def listed_classes(export: Export) -> dict[str, str]:
    """The class of each listed mask, by the mask's name without folder and suffix."""
    classes: dict[str, str] = {}
    names: dict[str, str] = {}
    for path in export.files.paths:
        if not path.lower().endswith(".csv"):
            continue
        try:
            start = _start(export.files.file(path))
            if _MACHINE_NAME.match(start):
                names.update(_names(_lines(export, path)))
            elif _lists_masks(start):
                classes.update(_read(_lines(export, path)))
        except (Refusal, OSError):
            continue
    return {mask: names.get(label, label) for mask, label in classes.items()}


def _lines(export: Export, path: str) -> list[str]:
    """The lines of a table. Refusal, OSError."""
    return export.read_text(path).split("\n")


def _names(lines: list[str]) -> dict[str, str]:
    """What a table without a header says that machine names mean."""
    return {cells[0]: cells[1] for cells in _cells(lines) if len(cells) == 2}


def _start(file: UPath) -> str:
    """How a table begins, in lower case; nothing of a table that is too large."""
    if file.stat().st_size > _MAX_BYTES:
        return ""
    with file.open("rb") as stream:
        start = stream.read(_LONGEST_HEADER)

    # Without zeros and a byte order mark, the names are the same in UTF-16.
    without_zeros = start.replace(b"\0", b"")
    text = without_zeros.decode(errors="ignore")
    return text.lstrip("\ufeff").lower()


def _lists_masks(start: str) -> bool:
    """Whether a table that begins so may list masks: the names of the columns are there."""
    return any(name in start and class_name in start for name, class_name in _COLUMNS)


def _read(lines: list[str]) -> dict[str, str]:
    """The classes that a table lists; none if it is a table of something else."""
    header = [name.strip().lower() for name in lines[0].split(",")]
    columns = _columns(header)
    if columns is None:
        return {}

    name_at, class_at = columns
    classes = {}
    for cells in _cells(lines[1:]):
        if len(cells) == len(header):
            name = posixpath.basename(cells[name_at]).removesuffix(".png")
            classes[name] = cells[class_at]
    return classes


def _columns(header: list[str]) -> tuple[int, int] | None:
    """Which columns hold the mask's name and its class, or None."""
    for name, class_name in _COLUMNS:
        if name in header and class_name in header:
            return header.index(name), header.index(class_name)
    return None


def _cells(lines: Iterable[str]) -> Iterable[list[str]]:
    """The cells of each line; a line with a NUL is no text."""
    return csv.reader(line for line in lines if "\0" not in line)
