"""Outlines in V7 Darwin's annotations as shapes of ours."""

import math
from typing import Any

from curate.formats.shared.even_odd import even_odd
from curate.pixels.outlines import ellipse
from curate.reasons import Reason, Refusal
from curate.records import Compound, Polygons

Outlines = Polygons | Compound
"""What an outline becomes."""

OUTLINES = ("polygon", "complex_polygon", "ellipse")
"""Keys of the geometries that have an outline and an area."""


def read_outline(data: dict[str, Any]) -> Outlines:
    """The shape of an annotation that is drawn by its outline.

    Raises:
        Refusal: no_mask, bad_polygon or over_limit.
    """
    for key in ("polygon", "complex_polygon"):
        if key in data:
            return even_odd([_ring(path) for path in read_paths(data[key])])
    if "ellipse" in data:
        return Polygons(rings=[_ellipse(data["ellipse"])])
    raise Refusal(Reason.NO_MASK, "neither polygon nor ellipse nor mask")


def read_paths(data: Any) -> list[Any]:
    """The paths of a polygon: `paths`, or `path` and `additional_paths`, as in Darwin JSON 1.0.

    Raises:
        Refusal: bad_polygon if there are no paths.
    """
    if not isinstance(data, dict):
        raise Refusal(Reason.BAD_POLYGON, "a polygon without paths")
    paths = data.get("paths")
    if paths is None:
        paths = data.get("path")
    if not isinstance(paths, list) or not paths:
        raise Refusal(Reason.BAD_POLYGON, "a polygon without paths")

    if not isinstance(paths[0], list):
        paths = [paths]  # a single path is a list of points
    # The first version had no holes: what came later stands beside the path.
    more = data.get("additional_paths")
    if isinstance(more, list):
        return [*paths, *more]
    return paths


def _ring(path: Any) -> list[Any]:
    """The flat ring of a list of points; [None] if it is not one."""
    if not isinstance(path, list):
        return [None]
    ring: list[Any] = []
    for point in path:
        if not isinstance(point, dict):
            return [None]
        ring += [read_number(point.get("x")), read_number(point.get("y"))]
    if not ring or None in ring:
        return [None]
    return ring


def read_number(data: Any) -> float | None:
    """A number; None if it is not one."""
    if isinstance(data, bool) or not isinstance(data, int | float):
        return None
    try:
        return float(data)
    except OverflowError:
        return None


def _ellipse(data: Any) -> list[float]:
    """The ring of an ellipse, turned by `angle` in radians. Refusal bad_polygon."""
    if not isinstance(data, dict):
        raise Refusal(Reason.BAD_POLYGON, "an ellipse without centre and radius")
    cx, cy = _pair(data, "center")
    rx, ry = _pair(data, "radius")
    angle = read_number(data.get("angle", 0.0))
    if angle is None or not math.isfinite(angle):
        raise Refusal(Reason.BAD_POLYGON, "an ellipse whose angle is no finite number")
    return ellipse(cx, cy, rx, ry, angle)


def _pair(data: dict[str, Any], key: str) -> tuple[float, float]:
    """x and y of a point. Refusal bad_polygon if one is no finite number."""
    point = data.get(key)
    if isinstance(point, dict):
        x = read_number(point.get("x"))
        y = read_number(point.get("y"))
        if x is not None and y is not None and math.isfinite(x) and math.isfinite(y):
            return x, y
    raise Refusal(
        Reason.BAD_POLYGON, f"an ellipse whose {key} is not two finite numbers"
    )
