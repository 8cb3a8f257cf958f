"""Outlines of so few points that a curve between them is cut off by straight sides."""

import numpy as np
from numpy.typing import NDArray

from curate.pixels.rings import Rings

_MISS_PX = 3.0  # beyond the narrow radius of the edge metric, 2 px
_LEAST_SHARE = 0.25  # of the outline's length
_LEAST_SIDE = 20.0  # px; at 60 degrees even this misses less than 3 px
_REAL_CORNER = np.radians(60)  # boxes in perspective have such corners

_Sides = NDArray[np.float64]
"""(m, 2): dx and dy of each."""


def are_coarse(rings: Rings) -> NDArray[np.bool_]:
    """(n,) whether a quarter of each outline or more may miss its object by over 3 px.

    An outline that turns by an angle θ between two sides follows an arc. A side of length L
    misses the middle of the arc by L / 2 · tan(θ / 4). The shorter one of the two sides counts: a
    chamfer between long sides is no arc. A turn of 60 degrees or more is a corner of the object:
    boxes and doors of four points are exact.

    `rings`: without repeats.
    """
    corners = rings.corners
    following = rings.following
    sides = corners[following] - corners
    lengths = _lengths(sides)

    # Each corner is between a side and the next one, the last before the first.
    next_lengths = lengths[following]
    shorter = np.minimum(lengths, next_lengths)
    is_long = shorter >= _LEAST_SIDE
    long = np.flatnonzero(is_long)
    next_of_long = following[long]
    turns = _turns(sides[long], sides[next_of_long])

    # How far the curve may be from the middle of the shorter side.
    half_side = shorter[long] / 2
    miss = half_side * np.tan(turns / 4)
    is_missing = miss > _MISS_PX
    is_missing &= turns < _REAL_CORNER
    missing_at = long[is_missing]
    missing = np.zeros(lengths.size)
    missing[missing_at] = shorter[missing_at]

    # (n,) for each ring: the length of what may miss the object, and of the whole outline.
    missing_length = np.add.reduceat(missing, rings.first)
    whole_length = np.add.reduceat(lengths, rings.first)
    least = _LEAST_SHARE * whole_length
    is_coarse: NDArray[np.bool_] = missing_length >= least
    is_coarse &= missing_length > 0
    return is_coarse


def _lengths(sides: _Sides) -> NDArray[np.float64]:
    """(m,) the length of each side, px, in a fifth of the time of `np.hypot`."""
    dx, dy = sides.T
    squares = dx * dx + dy * dy
    lengths: NDArray[np.float64] = np.sqrt(squares)
    return lengths


def _turns(sides: _Sides, next_sides: _Sides) -> NDArray[np.float64]:
    """(k,) the angle between each of k sides and the next, 0 to π."""
    dx, dy = sides.T
    next_dx, next_dy = next_sides.T

    # Of two vectors of lengths a and b: the sine of their angle times a b, and the cosine.
    cross = dx * next_dy
    cross -= dy * next_dx
    dot = dx * next_dx
    dot += dy * next_dy
    angles: NDArray[np.float64] = np.arctan2(cross, dot)
    return np.abs(angles)
