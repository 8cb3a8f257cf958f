"""Classes listed in JSON or in the settings: each with its value, its colour, or neither.

It may be a list of names, of pairs, or of objects with a name (`name`, `title`, `label`, …) and an
`id` or a `color`; an object that maps names to values, colours or such objects, or values to names
or objects; or one of these under `classes`, `labels`, `categories`, `names` or `label_map`, with
the colours beside it under `palette` or `segmentation_colors` (Datumaro's dataset_meta.json).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from curate.formats.shared.written_colours import parse_colour

# In lower case, with "_" for what is between words.
_NAME_KEYS = (
    "name",
    "title",
    "label",
    "class",
    "class_name",
    "label_name",
    "category",
    "category_name",
    "readable",
)
_VALUE_KEYS = (
    "id",
    "idx",
    "value",
    "index",
    "pixel_value",
    "gray_value",
    "grey_value",
    "mask_value",
    "class_id",
    "label_id",
    "category_id",
    "class_index",
    "trainid",
    "train_id",
)
_COLOUR_KEYS = (
    "color",
    "colour",
    "rgb",
    "color_rgb",
    "rgb_color",
    "class_color",
    "hex",
    "hex_color",
    "color_hex",
    "color_hex_code",
    "palette",
)
_CHANNEL_KEYS = (("r", "g", "b"), ("red", "green", "blue"))
_COLUMNS = {*_NAME_KEYS, *_VALUE_KEYS, *_COLOUR_KEYS}.union(*_CHANNEL_KEYS)
_TITLES = ("class_name", "label_name", "category_name")
"""Of a column that stands alone; a mere "name" or "label" may be a class."""
_LIST_KEYS = ("classes", "labels", "categories", "names", "label_map")
_PALETTE_KEYS = ("palette", "colors", "colours", "segmentation_colors")


_GAPS = re.compile(r"[\s_-]+")
_INTEGER = re.compile(r"-?\d{1,9}")


class NoClassTable(ValueError):
    """What was taken for a class table is none; the message says why."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class as a table lists it."""

    name: str
    value: int | None = None
    colour: int | None = None
    """0xRRGGBB."""


def rows_of_data(data: Any) -> list[ClassRow]:
    """The classes of plain data. NoClassTable if it is no list of classes."""
    if isinstance(data, list):
        return [_row(each) for each in data]
    if not isinstance(data, Mapping):
        raise NoClassTable("neither a list nor an object")
    for key in _LIST_KEYS:
        if key in data:
            if isinstance(data[key], Mapping | list):
                return _with_palette(rows_of_data(data[key]), data)
            break  # a class that is called "classes"
    return [_row_of_pair(key, value) for key, value in data.items()]


def row_of_object(entry: Mapping[Any, Any]) -> ClassRow:
    """The class that an object, or a line under a header, describes. NoClassTable if none."""
    named = {column_name(str(key)): value for key, value in entry.items()}
    name = _first(named, _NAME_KEYS, str)
    if name is None:
        raise NoClassTable(f"{entry!r} has no name")
    return ClassRow(
        name, value=_first(named, _VALUE_KEYS, int), colour=_colour_of(named)
    )


def is_title(line: str) -> bool:
    """Whether a line is the name of the one column of names below it."""
    return column_name(line) in _TITLES


def is_header(cells: list[str], delimiter: str) -> bool:
    """Whether the cells of a line are names of columns: one is of names, none is a number.

    Words between spaces may be a class, such as "name plate": they are columns if all are known.
    """
    columns = set(map(column_name, cells))
    if len(cells) < 2 or columns.isdisjoint(_NAME_KEYS):
        return False
    if delimiter == " ":
        return columns <= _COLUMNS
    return not any(is_integer(cell) for cell in cells)


def is_colour_column(name: str) -> bool:
    """Whether the cells below a name of a column are colours, whatever they look like."""
    return column_name(name) in _COLOUR_KEYS


def column_name(text: str) -> str:
    """The name of a column or a field, however it is written.

    >>> column_name(" Class Name")
    'class_name'
    """
    return _GAPS.sub("_", text.strip().lower())


def is_integer(text: str) -> bool:
    """Whether a text is a whole number of a size that a value may have."""
    return _INTEGER.fullmatch(text) is not None


def _with_palette(rows: list[ClassRow], data: Mapping[Any, Any]) -> list[ClassRow]:
    """The classes with the colours of a list that is as long as theirs."""
    for key in _PALETTE_KEYS:
        palette = data.get(key)
        if isinstance(palette, list) and len(palette) == len(rows):
            colours = map(parse_colour, palette)
            return [
                replace(row, colour=colour)
                for row, colour in zip(rows, colours, strict=True)
            ]
    return rows


def _row(entry: Any) -> ClassRow:
    """An entry of a list: a name, an object, or a pair as in a mapping."""
    if isinstance(entry, str):
        return ClassRow(entry)
    if isinstance(entry, Mapping):
        return row_of_object(entry)
    if isinstance(entry, list) and len(entry) == 2:
        return _row_of_pair(*entry)
    raise NoClassTable(f"{entry!r} is no class")


def _row_of_pair(key: Any, value: Any) -> ClassRow:
    """An entry of a mapping: value and name, name and colour, colour and name, name and value."""
    if isinstance(value, Mapping):
        return _row_of_entry(str(key), value)
    # In JSON a key is always text, so "7" is a value here, and not the name of a class.
    if isinstance(value, str) and is_integer(str(key)):
        return ClassRow(value, value=int(key))
    colour = parse_colour(value)
    if colour is not None:
        return ClassRow(str(key), colour=colour)
    colour = parse_colour(key)
    is_word = isinstance(key, str) and key.isalpha()  # "facade" could be a colour
    if isinstance(value, str) and colour is not None and not is_word:
        return ClassRow(value, colour=colour)
    if isinstance(value, int) and not isinstance(value, bool):
        return ClassRow(str(key), value=value)
    raise NoClassTable(f"{key!r}: {value!r} is neither a colour nor a value")


def _row_of_entry(key: str, entry: Mapping[Any, Any]) -> ClassRow:
    """A class whose name or value is the key of its object. NoClassTable if it is not one."""
    try:
        row = row_of_object(entry)
    except NoClassTable:
        row = row_of_object({"name": key, **entry})
        if row.value is None and row.colour is None:
            raise
        return row
    if row.value is None and is_integer(key):
        return replace(row, value=int(key))
    return row


def _first(named: Mapping[str, Any], keys: Iterable[str], kind: type) -> Any:
    """The first value under one of the keys that is of a kind, or None."""
    for key in keys:
        if isinstance(named.get(key), kind):
            return named[key]
    return None


def _colour_of(named: Mapping[str, Any]) -> int | None:
    """The colour of an object, in one field or in one for each channel."""
    for key in _COLOUR_KEYS:
        colour = parse_colour(named.get(key))
        if colour is not None:
            return colour
    for channels in _CHANNEL_KEYS:
        if set(channels) <= set(named):
            colour = parse_colour([named[channel] for channel in channels])
            if colour is not None:
                return colour
    return None
