"""Entries of COCO documents: annotations, images and categories, as tools really write them."""

from typing import Any

import msgspec

from curate.formats.shared.json_values import value, whole

_Piece = msgspec.Raw | msgspec.UnsetType
_UNSET = msgspec.UNSET


class ImageId(msgspec.Struct, gc=False):
    """Of an annotation, the id of its image alone: enough to sort annotations by image."""

    image_id: _Piece = _UNSET


class Entry(msgspec.Struct, gc=False):
    """An annotation, its values not decoded: no value can then make it unreadable."""

    id: _Piece = _UNSET
    category_id: _Piece = _UNSET
    segmentation: _Piece = _UNSET
    bbox: _Piece = _UNSET
    iscrowd: _Piece = _UNSET
    isbbox: _Piece = _UNSET
    deleted: _Piece = _UNSET
    attributes: _Piece = _UNSET
    metadata: _Piece = _UNSET
    caption: _Piece = _UNSET
    segments_info: _Piece = _UNSET
    keypoints: _Piece = _UNSET


def read_entry(raw: msgspec.Raw) -> Entry | None:
    """An annotation; None if it is no object."""
    try:
        return msgspec.json.decode(raw, type=Entry)
    except msgspec.ValidationError:
        return None


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


def content(entry: Entry) -> list[bytes]:
    """Class and segmentation of an annotation as they are written; b"" for what is missing."""
    pieces = []
    for piece in (entry.category_id, entry.segmentation):
        if piece is _UNSET:
            pieces.append(b"")
        else:
            pieces.append(bytes(piece))
    return pieces
