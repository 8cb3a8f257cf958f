"""Entries of `objects` in Supervisely's annotations: polygons and bitmaps as shapes of ours."""

import math
import zlib
from typing import Any

from curate.formats.shared.coco_entries import read_id
from curate.formats.shared.grouping import Drawn, Piece
from curate.formats.shared.json_values import attributes, decode_base64, ring
from curate.formats.shared.keys import content_digest
from curate.formats.shared.supervisely_classes import Classes
from curate.reasons import Reason, Refusal
from curate.records import Bitmap, Polygons

_BITMAPS = ("bitmap", "alpha_mask")
_POLYGONS = ("polygon", "multipolygon")
_GEOMETRY = ("bitmap", "points", "parts", "nodes")

_FARTHEST = 1e9  # px; no mask of a picture lies so far away
_PX_CENTRE = 0.5

# A mask that is one large blank shrinks twice, first as a PNG and then by zlib: hundredfold.
_MOST_PER_BYTE = 128
_LEAST_ROOM = 1 << 16  # bytes that the smallest of masks may unpack to


def object_id(data: Any) -> str | None:
    """The id that Supervisely's server gave an object, or None."""
    if not isinstance(data, dict):
        return None
    return read_id(data.get("id"))


def read_object(
    path: str, number: int, data: Any, classes: Classes, *, has_own_id: bool
) -> Drawn:
    """Entry `number` of the `objects` of the document `path`.

    `has_own_id`: whether its id is that of no other entry of the document.
    """
    if not isinstance(data, dict):
        refusal = Refusal(
            Reason.MALFORMED_FILE, f"{path}: objects[{number}] is no object"
        )
        return Drawn("", None, f"{path}[{number}]", {}, refusal=refusal)

    label = classes.title(data)
    drawn = Drawn(
        label=label,
        group=read_id(data.get("instance")),
        key=f"{path}#{_name(label, data, has_own_id)}",
        attributes=_attributes(data),
    )
    try:
        classes.check(label)
        drawn.shape = _shape(data, classes.shapes.get(label, ""))
    except Refusal as refusal:
        drawn.refusal = refusal
    return drawn


def _name(label: str, data: dict[str, Any], has_own_id: bool) -> str:
    """What the object is called in its key: its id, or a digest of class and geometry."""
    if has_own_id:
        return object_id(data) or ""
    geometry = {key: data[key] for key in _GEOMETRY if data.get(key)}
    return content_digest(label, geometry)


def _attributes(data: dict[str, Any]) -> dict[str, str]:
    """The tags of an object, and its description. A tag without a value is "true"."""
    noted = {}
    if data.get("description"):
        noted["description"] = data["description"]

    tags = data.get("tags")
    if not isinstance(tags, list):
        tags = []
    for tag in tags:
        if isinstance(tag, str):  # so in the projects of 2018
            noted[tag] = True
        elif isinstance(tag, dict) and isinstance(tag.get("name"), str):
            tag_value = tag.get("value")
            if tag_value is None:
                tag_value = True
            noted[tag["name"]] = tag_value
    return attributes(noted)


def _shape(data: dict[str, Any], class_shape: str) -> Piece:
    """The shape of an object. Refusal no_mask, bad_bitmap, bad_polygon or over_limit."""
    kind = _kind(data, class_shape)
    if kind in _BITMAPS:
        return _bitmap(data.get("bitmap") or data.get(kind))
    if kind in _POLYGONS:
        return _polygons(data)
    raise Refusal(Reason.NO_MASK, f"a geometry of type {kind[:40]}")


def _kind(data: dict[str, Any], class_shape: str) -> str:
    """The type of an object's geometry: what it says itself, else its class, else what it has."""
    for key in ("geometryType", "shape"):
        stated = data.get(key)
        if isinstance(stated, str) and stated:
            return stated
    if class_shape and class_shape != "any":
        return class_shape

    if data.get("bitmap"):
        return "bitmap"
    if data.get("parts"):
        return "multipolygon"
    points = data.get("points")
    if isinstance(points, dict) and len(_list(points.get("exterior"))) > 2:
        return "polygon"
    return "unknown"


def _polygons(data: dict[str, Any]) -> Polygons:
    """A polygon, or all pieces of one."""
    rings = []
    holes = []
    parts = data.get("parts")
    if not isinstance(parts, list):
        parts = [data.get("points")]
    for part in parts:
        # A bad ring costs itself, and the rest is flagged.
        if not isinstance(part, dict):
            rings.append([None])
            continue
        rings.append(ring(part.get("exterior")) or [None])
        holes += [ring(hole) for hole in _list(part.get("interior"))]

    # Supervisely's library rounds the points that were drawn down to the px in which they lie.
    if all(_is_whole(each) for each in [*rings, *holes]):
        rings = [_moved(each) for each in rings]
        holes = [_moved(each) for each in holes]
    return Polygons(rings=rings, holes=holes)


def _is_whole(outline: list[Any]) -> bool:
    """Whether no number of a ring has a fraction."""
    return all(number is None or number.is_integer() for number in outline)


def _moved(outline: list[Any]) -> list[Any]:
    """The ring from the corners of its px to their centres."""
    if None in outline:
        return outline
    return [number + _PX_CENTRE for number in outline]


def _list(data: Any) -> list[Any]:
    if isinstance(data, list):
        return data
    return []


def _bitmap(data: Any) -> Bitmap:
    """An encoded mask at its place. Refusal bad_bitmap or over_limit."""
    if not isinstance(data, dict):
        raise Refusal(Reason.BAD_BITMAP, "a bitmap without data and origin")
    packed = decode_base64(data.get("data"))
    if packed is None:
        raise Refusal(Reason.BAD_BITMAP, "the bitmap is no base64 text")

    origin = data.get("origin")
    corner = ring(origin)
    if len(corner) != 2 or not all(_is_near(number) for number in corner):
        raise Refusal(Reason.BAD_BITMAP, f"the bitmap's origin is {origin!r}"[:200])
    x, y = map(math.floor, corner)
    return Bitmap(data=_unpacked(packed), x=x, y=y)


def _is_near(number: Any) -> bool:
    return number is not None and abs(number) < _FARTHEST


def _unpacked(packed: bytes) -> bytes:
    """The picture in zlib's envelope; what has none is a picture already, as Supervisely reads it.

    Raises:
        Refusal: over_limit if it unpacks to far more than a mask ever does, else bad_bitmap.
    """
    room = max(_LEAST_ROOM, len(packed) * _MOST_PER_BYTE)
    unpacker = zlib.decompressobj()
    try:
        picture = unpacker.decompress(packed, room)
    except zlib.error:
        return packed
    if unpacker.unconsumed_tail:
        detail = f"the bitmap unpacks to more than {_MOST_PER_BYTE} times its {len(packed)} bytes"
        raise Refusal(Reason.OVER_LIMIT, detail)
    if not picture:
        raise Refusal(Reason.BAD_BITMAP, "the bitmap is empty")
    return picture
