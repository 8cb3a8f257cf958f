"""Outlines of exact form: rings of points, from which things are put together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ring = NDArray[np.float64]
"""(n, 2) float64: a closed line; x to the right, y down, in the units of its thing."""

Outline = list[Ring]
"""Rings that are filled even-odd: one about the whole, and holes in it."""

Point = tuple[float, float] | NDArray[np.float64]
"""x and y."""

Numbers = NDArray[np.float64]
"""(n,) float64."""


def polygon(*points: Point) -> Ring:
    """The ring through the points.

    >>> polygon((0, 0), (1, 0), (0, 1)).shape
    (3, 2)
    """
    return np.array(points, np.float64)


def from_xy(x: Numbers, y: Numbers) -> Ring:
    """The ring whose points have the coordinates `x` and `y`."""
    return np.stack([x, y], axis=1)


def polar(turn: Numbers, radius: Numbers | float = 1.0) -> Ring:
    """The ring of points `radius` away from the origin at the angles `turn`, in radians."""
    x = radius * np.cos(turn)
    y = radius * np.sin(turn)
    return from_xy(x, y)


def full_turn(points: int) -> Numbers:
    """(points,) angles in radians, evenly spread over a full turn."""
    return np.linspace(0, 2 * np.pi, points, endpoint=False)


def point_at(turn: float, distance: float, start: Point = (0, 0)) -> Point:
    """The point `distance` away from `start` in the direction `turn`, in radians."""
    direction = np.array([np.cos(turn), np.sin(turn)])
    point: NDArray[np.float64] = direction * distance + start
    return point


def rotate(ring: Ring, angle: float) -> Ring:
    """The ring turned about the origin by `angle` radians, clockwise as seen on the screen."""
    cos = np.cos(angle)
    sin = np.sin(angle)
    matrix = np.array([[cos, sin], [-sin, cos]])
    turned: Ring = ring @ matrix
    return turned


def with_mirror_image(half: Ring) -> Ring:
    """One half of an outline, from top to bottom, and its mirror image at x = 0."""
    other = half * (-1, 1)
    return np.concatenate([half, other[::-1]])


def ellipse(rx: float, ry: float, at: Point = (0, 0), angle: float = 0.0) -> Ring:
    """An ellipse of 48 points with the half axes `rx` and `ry` about `at`.

    `angle`: radians by which it is turned.
    """
    ring = polar(full_turn(48)) * (rx, ry)
    return rotate(ring, angle) + at


def disc(radius: float, at: Point = (0, 0)) -> Ring:
    """A circle about `at`."""
    return ellipse(radius, radius, at)


def box(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    corner: float = 0.0,
) -> Ring:
    """A rectangle; its corners are rounded by the radius `corner`."""
    if corner <= 0:
        return polygon(
            (x0, y0),
            (x1, y0),
            (x1, y1),
            (x0, y1),
        )

    corner = min(corner, (x1 - x0) / 2, (y1 - y0) / 2)
    left = x0 + corner
    right = x1 - corner
    top = y0 + corner
    bottom = y1 - corner
    centres = (
        (right, bottom),
        (left, bottom),
        (left, top),
        (right, top),
    )
    quarter = np.linspace(0, np.pi / 2, 8)
    arcs = []
    for number, centre in enumerate(centres):
        turn = quarter + number * np.pi / 2
        arcs.append(polar(turn, corner) + centre)
    return np.concatenate(arcs)


def rounded(ring: Ring, share: float) -> Ring:
    """The polygon with its corners cut, twice over; `share` of each line is cut at either end."""
    for _ in range(2):
        to_last = np.roll(ring, 1, axis=0) - ring
        to_next = np.roll(ring, -1, axis=0) - ring
        before = ring + to_last * share * 2
        after = ring + to_next * share * 2
        ring = np.stack([before, after], axis=1).reshape(-1, 2)
    return ring


def capsule(start: Point, end: Point, r0: float, r1: float | None = None) -> Ring:
    """A bar from `start` to `end` with round ends.

    `r0`, `r1`: their radii; by default the second is like the first.
    """
    if r1 is None:
        r1 = r0
    first = np.array(start, np.float64)
    last = np.array(end, np.float64)
    dx, dy = last - first
    half_turn = np.linspace(np.pi / 2, 3 * np.pi / 2, 14)
    backwards = np.arctan2(dy, dx) + half_turn
    back = polar(backwards) * r0 + first
    front = polar(backwards + np.pi) * r1 + last
    return np.concatenate([back, front])


def ribbon(points: Sequence[Point] | NDArray[np.float64], widths: ArrayLike) -> Ring:
    """A curved band through the points; `widths` are spread evenly over its length."""
    through = np.asarray(points, np.float64)
    last = len(through) - 1
    # Twelve points for each point given make it look round.
    steps = np.linspace(0, last, 12 * len(through))
    line = from_xy(
        _smooth(through[:, 0], steps),
        _smooth(through[:, 1], steps),
    )
    widths = np.asarray(widths, np.float64)
    width_steps = np.linspace(0, last, len(widths))
    width = np.interp(steps, width_steps, widths)

    # The edges are at right angles to the direction of the line.
    along = np.gradient(line, axis=0)
    length = np.hypot(*along.T)
    along /= np.maximum(length, 1e-9)[:, None]
    across = from_xy(-along[:, 1], along[:, 0])
    reach = across * width[:, None] / 2
    one_edge = line + reach
    other_edge = line - reach
    return np.concatenate([one_edge, other_edge[::-1]])


def lathe(*profile: tuple[float, float]) -> Ring:
    """The outline of a turned body from its side.

    `profile`: heights and the radii there, from top to bottom; between them the outline is smooth.
    """
    heights, radii = np.array(profile, np.float64).T
    number = np.arange(len(heights))
    steps = np.linspace(0, number[-1], 10 * len(heights))
    y = np.interp(steps, number, heights)
    radius = np.maximum(_smooth(radii, steps), 0.01)
    return with_mirror_image(from_xy(radius, y))


def _smooth(values: Numbers, steps: Numbers) -> Numbers:
    """The Catmull-Rom spline through the values, read at fractional indices `steps`."""
    before = 2 * values[0] - values[1]
    after = 2 * values[-1] - values[-2]
    # The ends go on straight, so that every step has four neighbours.
    padded = np.concatenate([[before], values, [after]])

    whole = np.minimum(steps.astype(int), len(values) - 2)
    t = steps - whole
    a = padded[whole]
    b = padded[whole + 1]
    c = padded[whole + 2]
    d = padded[whole + 3]
    linear = (c - a) * t
    square = (2 * a - 5 * b + 4 * c - d) * t**2
    cubic = (3 * b - a - 3 * c + d) * t**3
    smooth: Numbers = 0.5 * (2 * b + linear + square + cubic)
    return smooth
