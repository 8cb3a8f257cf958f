"""Classes listed in JSON or in the settings: each with its value, its colour, or neither.

It may be a list of names, or of objects with a name (`name`, `title`, `label`, …) and an
`id` or a `color`; an object that maps names to values or colours, or values to names; or one
of these under `classes`, `labels` or `categories`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_NAME_KEYS = (
    "name",
    "title",
    "label",
    "class",
    "class_name",
    "label_name",
    "category",
    "readable",
)
_VALUE_KEYS = (
    "id",
    "idx",
    "value",
    "index",
    "pixel value",
    "pixel_value",
    "class_id",
    "label_id",
    "class_index",
    "trainid",
)
_COLOUR_KEYS = (
    "color",
    "colour",
    "rgb",
    "color_rgb",
    "class_color",
    "hex",
    "color_hex_code",
    "palette",
)
_CHANNEL_KEYS = (("r", "g", "b"), ("red", "green", "blue"))
_LIST_KEYS = ("classes", "labels", "categories")

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_INTEGER = re.compile(r"-?\d{1,9}")
_CHANNELS = re.compile(r"[\s\d,;()\[\]]+")  # "255, 0, 0" or "(255,0,0)"


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
                return rows_of_data(data[key])
            break  # a class that is called "classes"
    return [_row_of_pair(key, value) for key, value in data.items()]


def row_of_object(entry: Mapping[Any, Any]) -> ClassRow:
    """The class that an object, or a line under a header, describes. NoClassTable if none."""
    named = {str(key).lower(): value for key, value in entry.items()}
    name = _first(named, _NAME_KEYS, str)
    if name is None:
        raise NoClassTable(f"{entry!r} has no name")
    return ClassRow(
        name, value=_first(named, _VALUE_KEYS, int), colour=_colour_of(named)
    )


def is_header(cells: list[str]) -> bool:
    """Whether the cells of a line are names of columns: one is of names, none is a number."""
    if len(cells) < 2 or set(cells).isdisjoint(_NAME_KEYS):
        return False
    return not any(is_integer(cell) for cell in cells)


def is_integer(text: str) -> bool:
    """Whether a text is a whole number of a size that a value may have."""
    return _INTEGER.fullmatch(text) is not None


def parse_colour(raw: Any) -> int | None:
    """0xRRGGBB of "#RRGGBB", or of three numbers in a list or a text; None for anything else.

    A fourth number, for transparency, is passed over.

    >>> parse_colour("#FF0000") == parse_colour([255, 0, 0]) == parse_colour("255, 0, 0")
    True
    """
    if isinstance(raw, str):
        if _HEX.fullmatch(raw):
            return int(raw[1:], 16)
        if not _CHANNELS.fullmatch(raw):
            return None
        raw = [int(each) for each in re.findall(r"\d{1,3}", raw)]
    if not isinstance(raw, list | tuple) or len(raw) not in (3, 4):
        return None
    if not all(isinstance(each, int) and 0 <= each <= 255 for each in raw):
        return None
    red, green, blue = map(int, raw[:3])
    return red << 16 | green << 8 | blue


def _row(entry: Any) -> ClassRow:
    """An entry of a list: a name, or an object."""
    if isinstance(entry, str):
        return ClassRow(entry)
    if isinstance(entry, Mapping):
        return row_of_object(entry)
    raise NoClassTable(f"{entry!r} is no class")


def _row_of_pair(key: Any, value: Any) -> ClassRow:
    """An entry of a mapping: value and name, name and colour, colour and name, name and value."""
    # In JSON a key is always text, so "7" is a value here, and not the name of a class.
    if isinstance(value, str) and is_integer(str(key)):
        return ClassRow(value, value=int(key))
    colour = parse_colour(value)
    if colour is not None:
        return ClassRow(str(key), colour=colour)
    colour = parse_colour(key)
    if isinstance(value, str) and colour is not None:
        return ClassRow(value, colour=colour)
    if isinstance(value, int) and not isinstance(value, bool):
        return ClassRow(str(key), value=value)
    raise NoClassTable(f"{key!r}: {value!r} is neither a colour nor a value")


def _first(named: Mapping[str, Any], keys: Iterable[str], kind: type) -> Any:
    """The first value under one of the keys that is of a kind; None if there is none."""
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
