"""Entries of COCO documents: what an annotation, an image or an id may look like, and segmentations as shapes."""

import posixpath
import re
from typing import Any

import msgspec

from curate.formats.shared import json_pieces as _json
from curate.reasons import Reason, Refusal
from curate.records import Compound, Polygons, RawRunLengths, Shape

_Piece = msgspec.Raw | msgspec.UnsetType
UNSET = msgspec.UNSET


class Ids(msgspec.Struct, gc=False):
    """What sorts annotations by image, its values not decoded."""

    id: _Piece = UNSET
    image_id: _Piece = UNSET


class Entry(msgspec.Struct, gc=False):
    """An annotation, its values not decoded."""

    id: _Piece = UNSET
    category_id: _Piece = UNSET
    segmentation: _Piece = UNSET
    iscrowd: _Piece = UNSET
    isbbox: _Piece = UNSET
    deleted: _Piece = UNSET
    attributes: _Piece = UNSET
    metadata: _Piece = UNSET
    caption: _Piece = UNSET
    segments_info: _Piece = UNSET
    keypoints: _Piece = UNSET


def is_other(entry: Entry) -> bool:
    """Whether an annotation is of a caption, panoptic or keypoints document."""
    others = (entry.caption, entry.segments_info, entry.keypoints)
    return entry.segmentation is UNSET and any(piece is not UNSET for piece in others)


def read_entry(raw: msgspec.Raw) -> Entry | None:
    """An annotation; None where it is no object."""
    try:
        return msgspec.json.decode(raw, type=Entry)
    except msgspec.ValidationError:
        return None


def read_shape(data: Any) -> Shape | None:
    """A segmentation as a shape; None where it is empty. Refusal bad_run_lengths or bad_polygon."""
    if data in (None, [], {}, ""):
        return None
    if isinstance(data, dict):
        return _run_lengths(data)
    if not isinstance(data, list):
        raise Refusal(
            Reason.BAD_POLYGON,
            f"segmentation is neither a list nor run-lengths but {type(data).__name__}",
        )
    if all(isinstance(part, dict) for part in data):
        return Compound(pieces=[_run_lengths(part) for part in data])
    if not all(isinstance(part, list) for part in data):
        return Polygons(rings=[_json.ring(data)])
    if len(data) > 2 and all(len(part) == 2 and not isinstance(part[0], list) for part in data):
        return Polygons(rings=[_json.ring(data)])  # points as pairs
    return Polygons(rings=[_json.ring(part) if part else [] for part in data])


def _run_lengths(data: dict[str, Any]) -> RawRunLengths:
    counts, size = data.get("counts"), data.get("size")
    if isinstance(counts, list) and not all(
        isinstance(run, int | float) and abs(run) < 1 << 62 for run in counts
    ):
        raise Refusal(Reason.BAD_RUN_LENGTHS, "a run is no number, or longer than any mask")
    if not isinstance(counts, list | str):
        raise Refusal(Reason.BAD_RUN_LENGTHS, "counts is neither a list nor text")
    if (
        not isinstance(size, list)
        or len(size) != 2
        or None in (sides := [_json.whole(side) for side in size])
    ):
        raise Refusal(Reason.BAD_RUN_LENGTHS, "size is not two whole numbers, height and width")
    return RawRunLengths(counts=counts, height=sides[0], width=sides[1])


def read_object(raw: msgspec.Raw) -> dict[str, Any]:
    """An image or a category; empty where it is no object."""
    data = _json.value(raw)
    return data if isinstance(data, dict) else {}


def read_id(data: Any) -> str | None:
    """An id as text, however it is written; None where it is none."""
    if isinstance(data, str):
        return data
    if isinstance(data, bool) or not isinstance(data, int | float):
        return None
    number = _json.whole(data)
    return str(data if number is None else number)


def says_yes(data: Any) -> bool:
    """Whether a flag is set, however tools write it."""
    return data in (1, "1", "true", "True")


def file_name(image: dict[str, Any]) -> str:
    """The image's name in its document, '' where it has none."""
    name = image.get("file_name")
    if isinstance(name, str):
        return name
    stated = next(
        (
            image[key]
            for key in ("coco_url", "flickr_url", "path")
            if isinstance(image.get(key), str)
        ),
        "",
    )
    return posixpath.basename(re.split(r"[?#]", stated)[0])
