"""Entries of `shapes` in labelme's documents: polygons, circles and masks as shapes of ours."""

import math
from typing import Any

from curate.formats.shared.grouping import Drawn, extent_of
from curate.formats.shared.json_values import (
    attributes,
    decode_base64,
    finite_numbers,
    ring,
)
from curate.formats.shared.keys import content_digest
from curate.pixels.outlines import ellipse
from curate.reasons import Reason, Refusal
from curate.records import Bitmap, Polygons

_POLYGON_TYPES = (None, "", "polygon", "quadrilateral")
_LARGEST_CORNER = 1e9

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_WIDTH = slice(16, 20)  # in the header that follows
_PNG_HEIGHT = slice(20, 24)


def read_shape(path: str, number: int, data: Any) -> Drawn:
    """Entry `number` of the `shapes` of the document `path`."""
    if not isinstance(data, dict):
        refusal = Refusal(
            Reason.MALFORMED_FILE, f"{path}: shapes[{number}] is no object"
        )
        return Drawn("", None, f"{path}[{number}]", {}, refusal=refusal)

    label = data.get("label")
    kind = data.get("shape_type")
    points = data.get("points")
    mask = data.get("mask")
    drawn = Drawn(
        label=_text(label),
        group=_group(data.get("group_id")),
        key=f"{path}#{content_digest(label, kind, points, mask)}",
        attributes=_attributes(data),
    )
    try:
        if label is None:
            raise Refusal(
                Reason.UNKNOWN_CLASS, f"{path}: shapes[{number}] has no label"
            )
        drawn.shape = _shape(kind, points, mask)
    except Refusal as refusal:
        drawn.refusal = refusal
    else:
        if isinstance(drawn.shape, Polygons):
            drawn.extent = extent_of(drawn.shape)
    return drawn


def _text(label: Any) -> str:
    if label is None:
        return ""
    return str(label)


def _group(group_id: Any) -> str | None:
    if group_id is None or group_id == "":
        return None
    return str(group_id)


def _attributes(data: dict[str, Any]) -> dict[str, str]:
    """What was noted at a shape: fields of its own, then `flags`, then `attributes`."""
    stated = {key: data[key] for key in ("description", "difficult") if data.get(key)}
    return (
        attributes(stated)
        | attributes(data.get("flags"))
        | attributes(data.get("attributes"))
    )


def _shape(kind: Any, points: Any, mask: Any) -> Polygons | Bitmap:
    """The shape of an entry. Refusal no_mask, bad_bitmap or mask_size_mismatch."""
    if kind == "mask":
        return _bitmap(points, mask)
    if kind == "circle":
        return Polygons(rings=[_circle(points)])
    if kind in _POLYGON_TYPES:
        return Polygons(rings=[ring(points) or [None]])
    raise Refusal(Reason.NO_MASK, f"a shape of type {str(kind)[:40]}")


def _circle(points: Any) -> list[Any]:
    """The ring of a circle, given by its centre and a point on it; [None] if it is not one."""
    numbers = finite_numbers(points, 4)
    if numbers is None:
        return [None]

    x, y, on_x, on_y = numbers
    radius = math.hypot(on_x - x, on_y - y)
    return ellipse(x, y, radius, radius)


def _bitmap(points: Any, mask: Any) -> Bitmap:
    """An encoded mask at its place. Refusal bad_bitmap or mask_size_mismatch."""
    data = decode_base64(mask)
    if data is None:
        raise Refusal(Reason.BAD_BITMAP, "the mask is no base64 text")
    corners = ring(points)
    if len(corners) not in (2, 4) or not all(_is_coordinate(each) for each in corners):
        detail = "the mask has no place: its points are not two corners"
        raise Refusal(Reason.BAD_BITMAP, detail)
    # labelme writes whole px; Python's int() cuts what is behind the point, as labelme does.
    x = int(corners[0])
    y = int(corners[1])
    if len(corners) == 4:
        _check_size(data, int(corners[2]) - x + 1, int(corners[3]) - y + 1)
    return Bitmap(data=data, x=x, y=y)


def _is_coordinate(number: float | None) -> bool:
    return number is not None and abs(number) < _LARGEST_CORNER


def _check_size(data: bytes, width: int, height: int) -> None:
    """Refusal mask_size_mismatch if a PNG is not of the size that its corners say, to a px."""
    if not data.startswith(_PNG) or len(data) <= _PNG_HEIGHT.stop:
        return
    # The second corner is the last px of the mask, not the one behind it.
    own_width = int.from_bytes(data[_PNG_WIDTH], "big")
    own_height = int.from_bytes(data[_PNG_HEIGHT], "big")
    if abs(width - own_width) > 1 or abs(height - own_height) > 1:
        own_size = f"{own_width} x {own_height} px"
        detail = f"the mask is {own_size}, its points are {width} x {height} apart"
        raise Refusal(Reason.MASK_SIZE_MISMATCH, detail)
