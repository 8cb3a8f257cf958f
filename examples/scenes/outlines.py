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
    cos = np.cos(turn)
    sin = np.sin(turn)
    return from_xy(radius * cos, radius * sin)


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
    matrix = np.array(
        [
            [cos, sin],
            [-sin, cos],
        ]
    )
    turned: Ring = ring @ matrix
    return turned


def with_mirror_image(half: Ring) -> Ring:
    """One half of an outline, from top to bottom, and its mirror image at x = 0."""
    other = half * (-1, 1)
    return np.concatenate([half, other[::-1]])


def ellipse(
    rx: float,
    ry: float,
    at: Point = (0, 0),
    angle: float = 0.0,
) -> Ring:
    """An ellipse of 48 points with the half axes `rx` and `ry` about `at`.

    `angle`: radians by which it is turned.
    """
    circle = polar(full_turn(48))
    upright = circle * (rx, ry)
    return rotate(upright, angle) + at


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

    half_width = (x1 - x0) / 2
    half_height = (y1 - y0) / 2
    radius = min(corner, half_width, half_height)
    left = x0 + radius
    right = x1 - radius
    top = y0 + radius
    bottom = y1 - radius
    centres = (
        (right, bottom),
        (left, bottom),
        (left, top),
        (right, top),
    )

    # A quarter of a circle about each: the first one to the right and down.
    quarter = np.linspace(0, np.pi / 2, 8)
    arcs = []
    for number, centre in enumerate(centres):
        turn = quarter + number * np.pi / 2
        arc = polar(turn, radius)
        arcs.append(arc + centre)
    return np.concatenate(arcs)


def rounded(ring: Ring, share: float) -> Ring:
    """The polygon with its corners cut, twice over; `share` of each line is cut at either end."""
    for _ in range(2):
        last = np.roll(ring, 1, axis=0)
        following = np.roll(ring, -1, axis=0)
        before = ring + (last - ring) * share * 2
        after = ring + (following - ring) * share * 2
        pairs = np.stack([before, after], axis=1)
        ring = pairs.reshape(-1, 2)
    return ring


def capsule(
    start: Point,
    end: Point,
    r0: float,
    r1: float | None = None,
) -> Ring:
    """A bar from `start` to `end` with round ends.

    `r0`, `r1`: their radii; by default the second is like the first.
    """
    if r1 is None:
        r1 = r0
    first = np.array(start, np.float64)
    last = np.array(end, np.float64)
    dx, dy = last - first
    direction = np.arctan2(dy, dx)

    # Half a circle behind the start, and the other half before the end.
    half_turn = np.linspace(np.pi / 2, 3 * np.pi / 2, 14)
    backwards = direction + half_turn
    forwards = backwards + np.pi
    back = polar(backwards) * r0
    front = polar(forwards) * r1
    return np.concatenate([back + first, front + last])


def ribbon(points: Sequence[Point] | NDArray[np.float64], widths: ArrayLike) -> Ring:
    """A curved band through the points; `widths` are spread evenly over its length."""
    through = np.asarray(points, np.float64)
    number = len(through)
    last = number - 1
    # Twelve points for each point given make it look round.
    steps = np.linspace(0, last, 12 * number)
    x, y = through.T
    smooth_x = _smooth(x, steps)
    smooth_y = _smooth(y, steps)
    line = from_xy(smooth_x, smooth_y)

    widths = np.asarray(widths, np.float64)
    width_steps = np.linspace(0, last, len(widths))
    width = np.interp(steps, width_steps, widths)

    # The edges are at right angles to the direction of the line.
    reach = _across(line) * width[:, None] / 2
    one_edge = line + reach
    other_edge = line - reach
    return np.concatenate([one_edge, other_edge[::-1]])


def _across(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) of length 1: at each point of a line the direction at right angles to it."""
    along = np.gradient(line, axis=0)
    dx, dy = along.T
    length = np.hypot(dx, dy)
    along /= np.maximum(length, 1e-9)[:, None]
    dx, dy = along.T
    return from_xy(-dy, dx)


def lathe(*profile: tuple[float, float]) -> Ring:
    """The outline of a turned body from its side.

    `profile`: heights and the radii there, from top to bottom; between them the outline is smooth.
    """
    heights, radii = np.array(profile, np.float64).T
    number = np.arange(len(heights))
    steps = np.linspace(0, number[-1], 10 * len(heights))
    y = np.interp(steps, number, heights)
    smooth = _smooth(radii, steps)
    radius = np.maximum(smooth, 0.01)
    half = from_xy(radius, y)
    return with_mirror_image(half)


def _smooth(values: Numbers, steps: Numbers) -> Numbers:
    """The Catmull-Rom spline through the values, read at fractional indices `steps`."""
    # The ends go on straight, so that every step has four neighbours.
    before = 2 * values[0] - values[1]
    after = 2 * values[-1] - values[-2]
    padded = np.concatenate([[before], values, [after]])

    # The four values about each step, and how far it is between the second and the third.
    last_whole = len(values) - 2
    whole = np.minimum(steps.astype(int), last_whole)
    t = steps - whole
    a = padded[whole]
    b = padded[whole + 1]
    c = padded[whole + 2]
    d = padded[whole + 3]

    # The coefficients of the cubic through b and c that has the directions c - a and d - b there.
    linear = (c - a) * t
    square = (2 * a - 5 * b + 4 * c - d) * t**2
    cubic = (3 * b - a - 3 * c + d) * t**3
    smooth: Numbers = 0.5 * (2 * b + linear + square + cubic)
    return smooth
