"""Values in strangers' JSON: numbers, rings, labels and attributes, however they are written."""

import base64
import binascii
import math
from typing import Any

import msgspec

from curate.exports.documents import json_value
from curate.flags import Flag
from curate.records import StatedBox

_LARGEST = 1 << 63  # what a record can hold; no id, px or count of a picture comes near


def value(piece: msgspec.Raw | msgspec.UnsetType | None) -> Any:
    """Plain data of a piece of a document; None if there is no piece."""
    if piece is None or piece is msgspec.UNSET:
        return None
    return json_value(piece)


def ring(points: Any) -> list[Any]:
    """The flat list x0, y0, x1, y1, … of a list of numbers, or of a list of pairs.

    Anything else becomes [None], which ingest counts as a bad polygon.

    >>> ring([[1, 2], [3, 4]])
    [1.0, 2.0, 3.0, 4.0]
    """
    if not isinstance(points, list):
        return [None]
    if points and all(isinstance(point, list) and len(point) == 2 for point in points):
        points = [number for point in points for number in point]
    kinds = set(map(type, points))
    if not kinds <= {int, float}:  # a bool is no number here
        return [None]
    try:
        return list(map(float, points))
    except OverflowError:
        return [None]


def finite_numbers(points: Any, how_many: int) -> list[float] | None:
    """The numbers of a list, or of a list of pairs; None unless all are finite, and so many.

    >>> finite_numbers([[1, 2], [3, 4]], 4)
    [1.0, 2.0, 3.0, 4.0]
    """
    numbers = ring(points)
    if len(numbers) != how_many or None in numbers:
        return None
    if not all(map(math.isfinite, numbers)):
        return None
    return numbers


def stated_box(data: Any) -> StatedBox | None:
    """The box that an export states, if it is a list of four numbers; else None.

    >>> stated_box([1, 2, 30, 40])
    (1.0, 2.0, 30.0, 40.0)
    """
    if not isinstance(data, list) or len(data) != 4:
        return None
    if not set(map(type, data)) <= {int, float}:
        return None
    try:
        x, y, width, height = map(float, data)
    except OverflowError:
        return None
    return x, y, width, height


def whole(number: Any) -> int | None:
    """A whole number that is written as one, or as 12.0; None for anything else."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if not -_LARGEST < number < _LARGEST or number != int(number):
        return None
    return int(number)


def as_object(data: Any) -> dict[str, Any]:
    """The data, if it is an object; else an empty one.

    >>> as_object({"a": 1}), as_object([1])
    ({'a': 1}, {})
    """
    if isinstance(data, dict):
        return data
    return {}


def label_flags(label: str) -> list[Flag]:
    """The flag `replaced_characters` if a label holds a character that was replaced."""
    if "\ufffd" in label:
        return [Flag.REPLACED_CHARACTERS]
    return []


def attributes(data: Any) -> dict[str, str]:
    """The values of an object as text; those that are null are left out.

    Strings stay as they are, all else is written as JSON. What is no object has none.

    >>> attributes({"occluded": True, "colour": "red", "age": None})
    {'occluded': 'true', 'colour': 'red'}
    """
    if not isinstance(data, dict):
        return {}
    return {str(key): _text(each) for key, each in data.items() if each is not None}


def decode_base64(text: Any) -> bytes | None:
    """The bytes of base64 text, or of a data URL; None if it is neither."""
    if not isinstance(text, str):
        return None
    if text.startswith("data:"):
        _, _, text = text.partition(",")
    try:
        return base64.b64decode(text, validate=False) or None
    except (binascii.Error, ValueError):
        return None


def _text(data: Any) -> str:
    if isinstance(data, str):
        return data
    try:
        return msgspec.json.encode(data).decode()
    except (OverflowError, msgspec.MsgspecError):
        return str(data)
