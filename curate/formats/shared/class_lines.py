"""Classes listed in text, a class in each line, in the forms in which people write them.

A line is a name; or a name with a number before or after it, its value (a second number, a
z-order, is passed over); or a name and three numbers, R G B; or a name, a value and R G B.
They are separated by commas, semicolons, tabs, colons, dashes, arrows or spaces, and `#RRGGBB` is a
colour.
A header may name the columns. CVAT writes `label:color_rgb:parts:actions`, and TensorFlow
`item { id: 1 name: 'car' }`.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from curate.formats.shared.class_data import (
    ClassRow,
    NoClassTable,
    is_colour_column,
    is_header,
    is_integer,
    is_title,
    row_of_object,
)
from curate.formats.shared.datumaro_classes import voc_colour
from curate.formats.shared.written_colours import parse_colour

_CVAT_HEADER = "# label:color_rgb"
_COMMENTS = ("//", "# ")  # "#" alone begins a colour
_PICTURE = re.compile(r"\.(?:jpe?g|png|bmp|tiff?)\b", re.IGNORECASE)
_MAX_LINE = 1_000  # characters; a longer line is a name as a whole

_ITEM = re.compile(r"\bitem\s*\{([^{}]*)\}")
_ITEM_FIELD = re.compile(r"""\b(\w+)\s*:\s*(?:"([^"]*)"|'([^']*)'|(\d+))""")

_NUMBER = r"#[0-9A-Fa-f]{6}\b|-?\d{1,9}"
_BRACKETED = rf"[(\[{{]?(?:{_NUMBER})[)\]}}]?"
_GAP = r"(?:\s*(?:[-=]>|[-\u2013\u2014])\s+|[.)]\s+|[\s,;:=|]+)"
_LINE = re.compile(
    rf"(?P<before>(?:{_BRACKETED}{_GAP}){{0,5}})"
    rf"(?P<name>\S.*?)"
    rf"(?P<after>(?:{_GAP}{_BRACKETED}){{0,5}})[\s,;:]*"
)


def rows_of_text(text: str) -> list[ClassRow]:
    """The classes of a text. NoClassTable if it is another kind of file."""
    lines = [line.strip() for line in text.split("\n")]
    if any(line.lower().startswith(_CVAT_HEADER) for line in lines):
        return _rows_of_cvat(lines)

    items = _ITEM.findall(text)
    if items:
        return [_row_of_item(each) for each in items]

    lines = [line for line in lines if line and not line.startswith(_COMMENTS)]
    # "label_list.txt" may as well be a list of label files.
    if any(_PICTURE.search(line) for line in lines):
        raise NoClassTable("a list of pictures")
    if not has_header(lines):
        return _rows_of_lines(lines)
    title, *lines_below = lines
    if is_title(title):
        return [ClassRow(line) for line in lines_below]
    try:
        header, *cells = _cells(lines)
    except csv.Error as error:
        raise NoClassTable(str(error)) from None
    return [_row_under(header, each) for each in cells]


def has_header(lines: list[str]) -> bool:
    """Whether the first of some lines names the columns of the others."""
    if not lines:
        return False
    try:
        cells = next(_cells(lines[:1]), [])
    except csv.Error:
        return False
    header = [cell.strip() for cell in cells]
    return is_title(lines[0]) or is_header(header, _delimiter(lines))


def _cells(lines: list[str]) -> Iterator[list[str]]:
    """The cells of each line. csv.Error if there are none."""
    return csv.reader(lines, delimiter=_delimiter(lines), skipinitialspace=True)


def _rows_of_cvat(lines: list[str]) -> list[ClassRow]:
    """Lines NAME:R,G,B:PARTS:ACTIONS. If none has a colour, the masks have those of VOC."""
    rows = []
    for line in lines:
        if line and not line.startswith("#"):
            name, _, rest = line.partition(":")
            colour, _, _ = rest.partition(":")
            rows.append(ClassRow(name, colour=parse_colour(colour)))

    if any(row.colour is not None for row in rows):
        return rows
    numbered = enumerate(rows)
    return [replace(row, colour=voc_colour(number)) for number, row in numbered]


def _row_of_item(text: str) -> ClassRow:
    """An item of TensorFlow's label map. NoClassTable if it is not one."""
    fields: dict[str, int | str] = {}
    for name, in_double, in_single, digits in _ITEM_FIELD.findall(text):
        fields[name] = in_double or in_single
        if is_integer(digits):
            fields[name] = int(digits)
    return row_of_object({"name": fields.get("display_name"), **fields})


def _delimiter(lines: list[str]) -> str:
    for mark in "\t;,":
        if lines and mark in lines[0]:
            return mark
    return " "


def _row_under(header: list[str], cells: list[str]) -> ClassRow:
    """A line under a header, its whole numbers read as such."""
    entry: dict[str, int | str] = {}
    for name, cell in zip(header, cells, strict=False):
        text = cell.strip()
        if is_integer(text) and not is_colour_column(name):
            entry[name] = int(text)
        else:
            entry[name] = text
    return row_of_object(entry)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line taken apart."""

    name: str
    before: list[str]
    """Numbers and colours before the name, as they are written."""
    after: list[str]

    @property
    def numbers(self) -> tuple[int, int]:
        """How many numbers there are before the name and after it."""
        return len(self.before), len(self.after)


def _rows_of_lines(lines: list[str]) -> list[ClassRow]:
    """Names with the numbers around them.

    If lines differ in how many numbers they have, the numbers belong to the names, as in
    "item 1" and "box". So they are if they alone tell two names apart ("item 1", "item 2").
    """
    if any("\0" in line for line in lines):
        raise NoClassTable("numbers, or no text at all")
    parsed = [_parse(line) for line in lines]
    taken_apart = [each for each in parsed if each is not None]
    names = {each.name for each in taken_apart}
    if names and all(is_integer(name) for name in names):
        raise NoClassTable("numbers, or no text at all")

    layouts = {each.numbers for each in taken_apart}
    is_uniform = len(layouts) == 1 and len(taken_apart) == len(lines)
    is_part_of_name = layouts == {(0, 1)} and len(names) < len(lines)
    if not is_uniform or is_part_of_name:
        return [ClassRow(line) for line in lines]
    return [_numbered(each) for each in taken_apart]


def _parse(line: str) -> _Line | None:
    """A line taken apart; None if it is too long for that."""
    match = None
    if len(line) <= _MAX_LINE:
        match = _LINE.fullmatch(line)
    if match is None:
        return None
    return _Line(
        name=match["name"].strip("\"' "),
        before=re.findall(_NUMBER, match["before"]),
        after=re.findall(_NUMBER, match["after"]),
    )


def _numbered(line: _Line) -> ClassRow:
    """What the numbers around a name mean. NoClassTable if neither a value nor a colour."""
    written = line.before + line.after
    colours = [each for each in written if each.startswith("#")]
    numbers = [int(each) for each in written if not each.startswith("#")]
    if colours:
        return ClassRow(line.name, _first(numbers), parse_colour(colours[0]))
    if len(numbers) <= 2:
        return ClassRow(line.name, _first(numbers))

    value = None
    channels = numbers
    if len(numbers) == 4 and len(line.before) == 3:  # R G B NAME VALUE
        value = numbers[3]
        channels = numbers[:3]
    elif len(numbers) == 4:
        value = numbers[0]
        channels = numbers[1:]
    colour = parse_colour(channels)
    if colour is None:
        count = len(numbers)
        raise NoClassTable(
            f"{line.name}: {count} numbers that are neither a value nor a colour"
        )
    return ClassRow(line.name, value, colour)


def _first(numbers: list[int]) -> int | None:
    if numbers:
        return numbers[0]
    return None
