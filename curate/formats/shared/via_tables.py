"""VIA's CSV exports: a line for each region, with JSON in its cells."""

from dataclasses import dataclass, field

import msgspec

from curate.exports.documents import json_text
from curate.formats.shared.table_lines import split_line
from curate.formats.shared.via_files import Region, ViaFile, size_in_bytes
from curate.reasons import Reason, Refusal

_MARK = b"region_shape_attributes"
_HEAD_BYTES = 4096  # where a table's column names are
_DELIMITERS = (",", ";", "\t")  # VIA writes the first one, spreadsheets the others
_NEEDED = ("filename", "file_size", "region_shape_attributes", "region_attributes")


@dataclass(frozen=True, slots=True)
class ViaTable:
    """The images of a table, and what is wrong with lines of it, by their numbers."""

    files: list[ViaFile] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)


def is_table(raw: bytes) -> bool:
    """Whether a file begins as VIA's tables do, in whatever encoding."""
    return _MARK in raw[:_HEAD_BYTES].replace(b"\0", b"")


def read_table(text: str, max_depth: int) -> ViaTable:
    """The images of a table, in the order of their first lines.

    `max_depth`: of the JSON in a cell.

    Raises:
        Refusal: malformed_file if there is no line with the names of VIA's columns.
    """
    lines = text.split("\n")
    columns, delimiter = _columns(lines[0])

    table = ViaTable()
    files: dict[tuple[str, str], ViaFile] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            row = _row(line, columns, delimiter)
            region = _region(row, max_depth)
        except Refusal as refusal:
            table.refusals[number] = refusal
            continue

        name = row["filename"]
        size = row["file_size"]
        if (name, size) not in files:
            file = ViaFile(name, size_in_bytes(size))
            files[name, size] = file
            table.files.append(file)
        if region is not None:
            files[name, size].regions.append(region)
    return table


def _columns(line: str) -> tuple[list[str], str]:
    """The names of the columns, and the character between them. VIA 1.0 marks the line by #."""
    for delimiter in _DELIMITERS:
        names = [name.strip('" ') for name in line.lstrip("#").split(delimiter)]
        if set(_NEEDED) <= set(names):
            return names, delimiter
    raise Refusal(
        Reason.MALFORMED_FILE, f"its first line does not name {', '.join(_NEEDED)}"
    )


def _row(line: str, columns: list[str], delimiter: str) -> dict[str, str]:
    """The cells of a line by column. Refusal malformed_file if there are too few or too many."""
    cells = split_line(line, delimiter)

    # VIA does not quote a file name that has a comma in it.
    more = len(cells) - len(columns)
    if more > 0 and columns[0] == "filename":
        name = ",".join(cells[: more + 1])
        cells = [name, *cells[more + 1 :]]
    if len(cells) != len(columns):
        detail = f"a line of {len(cells)} cells under {len(columns)} columns"
        raise Refusal(Reason.MALFORMED_FILE, detail)

    row = dict(zip(columns, cells, strict=True))
    if not row["filename"]:
        raise Refusal(Reason.MALFORMED_FILE, "a line that names no file")
    return row


def _region(row: dict[str, str], max_depth: int) -> Region | None:
    """The region of a line; None if the line only says that there is an image."""
    shape = _cell(row["region_shape_attributes"], max_depth)
    attributes = _cell(row["region_attributes"], max_depth)
    if shape == attributes == b"{}":
        return None
    return Region(msgspec.Raw(shape), msgspec.Raw(attributes))


def _cell(text: str, max_depth: int) -> bytes:
    """The JSON of a cell, checked."""
    return bytes(json_text(text.encode("utf-8", "surrogatepass"), max_depth))
