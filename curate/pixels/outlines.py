"""Outlines of round shapes: circles and ellipses as polygons."""

import math

import numpy as np

_GAP_PX = 0.05  # how far a side of the polygon may stay inside the curve
_FEWEST_SIDES = 16
_MOST_SIDES = 4096


def ellipse(
    cx: float, cy: float, rx: float, ry: float, angle: float = 0.0
) -> list[float]:
    """The flat ring x0, y0, x1, y1, … of an ellipse.

    Its sides stay inside the curve by at most a twentieth of a px, up to radii of 170,000 px.

    `cx`, `cy`: its centre, px. `rx`, `ry`: its half axes, px. `angle`: by how much it is turned
    around its centre, in radians, clockwise as seen on the screen (y grows downwards).

    >>> ellipse(10, 20, 5, 5)[:2]
    [15.0, 20.0]
    """
    longest = max(abs(rx), abs(ry))
    sides = _sides(longest)
    numbers = np.arange(sides)
    turns = 2 * math.pi * numbers / sides
    along = rx * np.cos(turns)
    across = ry * np.sin(turns)

    # From the ellipse's own axes into the picture's.
    cosine = math.cos(angle)
    sine = math.sin(angle)
    x = cx + along * cosine - across * sine
    y = cy + along * sine + across * cosine

    vertices = np.stack([x, y], axis=1)
    ring: list[float] = vertices.ravel().tolist()
    return ring


def _sides(radius: float) -> int:
    """Sides of a regular polygon whose sides stay inside a circle by at most `_GAP_PX`."""
    if radius <= _GAP_PX:
        return _FEWEST_SIDES

    # The middle of a side is radius × cos(half the side's angle) away from the centre.
    half_angle = math.acos(1 - _GAP_PX / radius)
    if half_angle == 0:
        return _MOST_SIDES
    sides = math.ceil(math.pi / half_angle)
    return min(max(sides, _FEWEST_SIDES), _MOST_SIDES)
