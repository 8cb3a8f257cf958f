"""Shapes of Label Studio's regions, in percent of their image, as shapes of ours."""

from collections.abc import Mapping
from typing import Any

from curate.formats.shared.json_values import decode_base64, ring
from curate.reasons import Reason, Refusal
from curate.records import Bitmap, Ellipse, PackedRunLengths, Polygons

Shape = Polygons | Ellipse | PackedRunLengths | Bitmap

_BITMAPS = ("imageDataURL", "maskDataURL")
_GEOMETRY = frozenset(
    {
        "points",
        "vertices",
        "rle",
        "x",
        "y",
        "width",
        "height",
        "rotation",
        "radiusX",
        "radiusY",
    }
    | {"sequence", *_BITMAPS}
)


def geometry_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """Those values of a result that say a shape; empty if it says none."""
    return {name: content for name, content in value.items() if name in _GEOMETRY}


def read_shape(
    geometry: Mapping[str, Any], width: int | None, height: int | None
) -> Shape:
    """The shape of a region.

    `width`, `height`: of the image for which it was drawn, px, if they are stated.

    Raises:
        Refusal: no_mask, bad_polygon, bad_run_lengths or bad_bitmap.
    """
    if "rle" in geometry:
        return _brush(geometry["rle"], width, height)
    for name in _BITMAPS:
        if name in geometry:
            return _bitmap(geometry[name])
    if "points" in geometry:
        return _polygon(geometry["points"])
    if "vertices" in geometry:
        return _path(geometry["vertices"])
    if "radiusX" in geometry or "radiusY" in geometry:
        return _ellipse(geometry)
    raise Refusal(Reason.NO_MASK, _what_it_is(geometry))


def _what_it_is(geometry: Mapping[str, Any]) -> str:
    """What a result without a mask is, for people."""
    if "sequence" in geometry:
        return "a box in a video"
    if "height" in geometry:
        return "a rectangle"
    if geometry:
        return "a key point"
    return "an answer about the whole image"


def _brush(rle: Any, width: int | None, height: int | None) -> PackedRunLengths:
    if rle is None or rle == []:
        raise Refusal(Reason.NO_MASK, "a brush that has painted nothing")
    if not isinstance(rle, list):
        raise Refusal(Reason.BAD_RUN_LENGTHS, "packed run-lengths: no list of bytes")
    try:
        data = bytes(rle)
    except (TypeError, ValueError):
        detail = "packed run-lengths: the list holds something that is no byte"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail) from None
    return PackedRunLengths(data=data, height=height, width=width)


def _bitmap(url: Any) -> Bitmap:
    data = decode_base64(url)
    if data is None:
        raise Refusal(Reason.BAD_BITMAP, "the mask is no data URL")
    return Bitmap(data=data, whole=True)


def _polygon(points: Any) -> Polygons:
    # Shares, and no px: the stated size of the image may be missing, or wrong.
    percent = ring(points)
    if None in percent:
        return Polygons(rings=[percent], normalised=True)
    return Polygons(rings=[[number / 100 for number in percent]], normalised=True)


def _path(vertices: Any) -> Polygons:
    """The polygon of a closed path of straight lines."""
    points = []
    if isinstance(vertices, list):
        for vertex in vertices:
            if not isinstance(vertex, dict):
                return Polygons(rings=[[None]])
            if vertex.get("isBezier"):
                raise Refusal(Reason.NO_MASK, "a path with curves, which are not read")
            points.append([vertex.get("x"), vertex.get("y")])
    return _polygon(points)


def _ellipse(geometry: Mapping[str, Any]) -> Ellipse:
    return Ellipse(
        cx=_number(geometry, "x") / 100,
        cy=_number(geometry, "y") / 100,
        rx=_number(geometry, "radiusX") / 100,
        ry=_number(geometry, "radiusY") / 100,
        angle=_number(geometry, "rotation", 0.0),
    )


def _number(
    geometry: Mapping[str, Any], name: str, default: float | None = None
) -> float:
    """A number of an ellipse. Refusal bad_polygon if it is not one."""
    data = geometry.get(name)
    if data is None:
        data = default
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise Refusal(Reason.BAD_POLYGON, f"an ellipse whose {name} is no number")
    try:
        return float(data)
    except OverflowError:
        raise Refusal(
            Reason.BAD_POLYGON, f"an ellipse whose {name} is no number"
        ) from None
