"""Outlines of so few points that a curve between them is cut off by straight sides."""

import numpy as np
from numpy.typing import NDArray

from curate.pixels.raster import Ring

_MISS_PX = 3.0  # beyond the narrow radius of the edge metric, 2 px
_LEAST_SHARE = 0.25  # of the outline's length
_LEAST_SIDE = 20.0  # px; at 60 degrees even this misses less than 3 px
_REAL_CORNER = np.radians(60)  # boxes in perspective have such corners


def is_coarse(ring: Ring) -> bool:
    """Whether a quarter of an outline or more may miss its object by over 3 px.

    An outline that turns by an angle θ between two sides follows an arc, of which a
    side of length L misses the middle by L / 2 · tan(θ / 4). Of the two sides the
    shorter one counts: a chamfer between long sides is no arc. A turn of 60
    degrees or more is a corner of the object: boxes and doors of four points are exact.
    """
    sides = _sides(ring)
    if len(sides) < 3:
        return False

    # Each corner is between a side and the next one, the last before the first.
    closed = np.concatenate((sides, sides[:1]))
    dx, dy = closed.T
    lengths = np.hypot(dx, dy)
    shorter = np.minimum(lengths[:-1], lengths[1:])
    if shorter.max() < _LEAST_SIDE:
        return False

    turns = _turns(dx, dy)
    miss = shorter / 2 * np.tan(turns / 4)
    is_far = miss > _MISS_PX
    is_curve = turns < _REAL_CORNER
    missing = shorter[is_far & is_curve].sum()
    length = lengths[1:].sum()
    return bool(missing >= _LEAST_SHARE * length)


def _sides(ring: Ring) -> NDArray[np.float64]:
    """(n, 2) dx and dy of each side that has a length: some tools repeat a corner."""
    sides = np.diff(ring, axis=0, append=ring[:1])
    return sides[sides.any(axis=1)]


def _turns(dx: NDArray[np.float64], dy: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n - 1,) the angle between each of n sides and the next, 0 to π."""
    before_x = dx[:-1]
    before_y = dy[:-1]
    after_x = dx[1:]
    after_y = dy[1:]
    cross = before_x * after_y - before_y * after_x
    dot = before_x * after_x + before_y * after_y
    angles: NDArray[np.float64] = np.arctan2(cross, dot)
    return np.abs(angles)
