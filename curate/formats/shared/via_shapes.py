"""Outlines in VIA's documents as shapes of ours."""

import math
from typing import Any

from curate.pixels.outlines import ellipse
from curate.reasons import Reason, Refusal
from curate.records import Polygons


def read_shape(data: Any) -> Polygons:
    """The outline of a region. Refusal no_mask or bad_polygon."""
    if not isinstance(data, dict) or not data:
        raise Refusal(Reason.NO_MASK, "a region without a shape")
    kind = data.get("name")
    if kind == "polygon":
        return Polygons(
            rings=[_ring(data.get("all_points_x"), data.get("all_points_y"))]
        )
    if kind == "circle":
        cx, cy, r = _numbers(data, "cx", "cy", "r")
        return Polygons(rings=[ellipse(cx, cy, r, r)])
    if kind == "ellipse":
        cx, cy, rx, ry = _numbers(data, "cx", "cy", "rx", "ry")
        angle = 0.0  # the first releases of VIA do not turn ellipses
        if "theta" in data:
            (angle,) = _numbers(data, "theta")
        return Polygons(rings=[ellipse(cx, cy, rx, ry, angle)])
    raise Refusal(Reason.NO_MASK, f"a shape of the kind {str(kind)[:40]}")


def _ring(x: Any, y: Any) -> list[Any]:
    """The flat ring of all x and all y; [None] if one of them is no number."""
    if not isinstance(x, list) or not isinstance(y, list):
        raise Refusal(Reason.BAD_POLYGON, "a polygon without lists of its points")
    if len(x) != len(y):
        raise Refusal(
            Reason.BAD_POLYGON, f"{len(x)} x and {len(y)} y of a polygon's points"
        )

    ring: list[Any] = []
    for pair in zip(x, y, strict=True):
        ring += [_number(each) for each in pair]
    if not ring or None in ring:
        return [None]
    return ring


def _numbers(data: dict[str, Any], *names: str) -> list[float]:
    """Several values of a shape. Refusal bad_polygon if one is no finite number."""
    numbers = []
    for name in names:
        number = _number(data.get(name))
        if number is None or not math.isfinite(number):
            raise Refusal(
                Reason.BAD_POLYGON, f"a {data['name']} whose {name} is no finite number"
            )
        numbers.append(number)
    return numbers


def _number(data: Any) -> float | None:
    """A number, which VIA 1 may write as text; None if it is not one."""
    if isinstance(data, bool) or not isinstance(data, int | float | str):
        return None
    try:
        return float(data)
    except (ValueError, OverflowError):
        return None
