"""Outlines of so few points that a curve between them is cut off by straight sides."""

import numpy as np
from numpy.typing import NDArray

from curate.pixels.raster import Ring

_MISS_PX = 3.0  # beyond the narrow radius of the edge metric, 2 px
_LEAST_SHARE = 0.25  # of the outline's length
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
    lengths = np.hypot(sides[:, 0], sides[:, 1])

    # Each corner is between a side and the next one.
    next_lengths = np.roll(lengths, -1)
    turns = _turns(sides)
    shorter = np.minimum(lengths, next_lengths)
    miss = shorter / 2 * np.tan(turns / 4)

    is_missing = (miss > _MISS_PX) & (turns < _REAL_CORNER)
    missing = shorter[is_missing].sum()
    return bool(missing >= _LEAST_SHARE * lengths.sum())


def _sides(ring: Ring) -> NDArray[np.float64]:
    """(n, 2) dx and dy of each side that has a length: some tools repeat a corner."""
    sides = np.diff(ring, axis=0, append=ring[:1])
    return sides[sides.any(axis=1)]


def _turns(sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) the angle between each side and the next, 0 to π."""
    following = np.roll(sides, -1, axis=0)
    cross = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    dot = (sides * following).sum(axis=1)
    angles: NDArray[np.float64] = np.arctan2(cross, dot)
    return np.abs(angles)
