"""Entries of COCO documents: annotations, images and categories, as tools really write them."""

import contextlib
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from curate.exports.documents import json_value
from curate.formats.shared.json_values import value, whole
from curate.records import StatedBox

_UNSET = msgspec.UNSET
_Unset = msgspec.UnsetType


class ImageId(msgspec.Struct, gc=False):
    """Of an annotation, the id of its image alone: enough to sort annotations by image."""

    image_id: msgspec.Raw | _Unset = _UNSET


class Entry(msgspec.Struct):
    """An annotation as plain data, of any type; UNSET is what it does not have."""

    id: Any = _UNSET
    image_id: Any = _UNSET
    category_id: Any = _UNSET
    segmentation: Any = _UNSET
    bbox: Any = _UNSET
    iscrowd: Any = _UNSET
    isbbox: Any = _UNSET
    deleted: Any = _UNSET
    attributes: Any = _UNSET
    metadata: Any = _UNSET
    caption: Any = _UNSET
    segments_info: Any = _UNSET
    keypoints: Any = _UNSET


# Six numbers or more: neither a point, nor an empty ring that a tool has left behind.
_PlainRing = Annotated[list[float], msgspec.Meta(min_length=6)]
_PlainRings = Annotated[list[_PlainRing], msgspec.Meta(min_length=1)]


class PlainEntry(Entry):
    """An annotation whose rings and box are numbers and nothing else, as those of most are.

    A list in it has the stated type, so nobody needs to look at each number.
    """

    segmentation: _PlainRings | dict[str, Any] | _Unset = _UNSET
    bbox: StatedBox | _Unset = _UNSET


class _Pieces(msgspec.Struct, gc=False):
    """Class and segmentation of an annotation, as they are written."""

    category_id: msgspec.Raw = msgspec.Raw()
    segmentation: msgspec.Raw = msgspec.Raw()


def read_entry(raw: bytes | msgspec.Raw) -> Entry | None:
    """An annotation; None if it is no object."""
    data = json_value(raw)
    if not isinstance(data, dict):
        return None
    known = {key: data[key] for key in Entry.__struct_fields__ if key in data}
    return Entry(**known)


def read_entries(raws: list[bytes]) -> Sequence[Entry]:
    """Annotations, each of which is an object: plain ones, if all of them are plain."""
    together = b"[%b]" % b",".join(raws)
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(together, type=list[PlainEntry])
    with contextlib.suppress(msgspec.DecodeError):
        return msgspec.json.decode(together, type=list[Entry])
    # A number beyond all floats, which costs only the annotation that has it.
    return [read_entry(raw) or Entry() for raw in raws]


def read_object(raw: msgspec.Raw) -> dict[str, Any]:
    """An image or a category; empty if it is no object."""
    data = value(raw)
    if isinstance(data, dict):
        return data
    return {}


def read_id(data: Any) -> str | None:
    """An id as text, so that 1, 1.0 and "1" are one; None if it is no id.

    >>> read_id(1.0), read_id("1"), read_id([1])
    ('1', '1', None)
    """
    if type(data) is int:
        return str(data)  # by far the commonest
    if isinstance(data, str):
        return data
    if isinstance(data, bool) or not isinstance(data, int | float):
        return None
    number = whole(data)
    if number is None:
        return str(data)
    return str(number)


def is_set(data: Any) -> bool:
    """Whether a flag such as `iscrowd` is set: 1, true, "1" or "true"."""
    return data in (1, "1", "true", "True")


def has_other_content(entry: Entry) -> bool:
    """Whether an annotation is of a caption, panoptic or keypoints document."""
    if entry.segmentation is not _UNSET:
        return False
    others = (entry.caption, entry.segments_info, entry.keypoints)
    return any(piece is not _UNSET for piece in others)


def content(raw: bytes) -> list[bytes]:
    """Class and segmentation of an annotation as they are written; b"" for what is missing."""
    pieces = msgspec.json.decode(raw, type=_Pieces)
    return [bytes(pieces.category_id), bytes(pieces.segmentation)]
