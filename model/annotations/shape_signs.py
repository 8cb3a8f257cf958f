"""Signs that the mask's own shape gives: straight sides, corners, pieces and bays."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from model.annotations.evidence import Evidence
from model.annotations.straight_sides import StraightSide

_WEAK_EDGE = 0.65  # along a side; from there on it counts as an image edge
_MOST_BOWED = 4.0  # px; farther off is another edge
_MOST = 2.0  # signs that have no bound end here


def straight_share(evidence: Evidence) -> float:
    """Share of the outline that is in straight sides of 8 px or more."""
    sides = evidence.sides
    straight = sum(side.length for side in sides.straight)
    return straight / sides.length


def longest_side(evidence: Evidence) -> float:
    """The longest straight side, beside the root of the mask's area."""
    lengths = [side.length for side in evidence.sides.straight]
    return _beside_area(lengths, evidence)


def bare_side(evidence: Evidence) -> float:
    """The longest straight side without an image edge below it, beside the root of the area."""
    lengths = [_bare_length(side) for side in evidence.sides.straight]
    return _beside_area(lengths, evidence)


def cut_side(evidence: Evidence) -> float:
    """The same, where the model sees the object go on beyond the side when asked about more."""
    sides = evidence.sides.straight
    lengths = [_bare_length(side) * side.means["wider"] for side in sides]
    return _beside_area(lengths, evidence)


def _bare_length(side: StraightSide) -> float:
    """The length of a straight side, less what an image edge below it accounts for, px."""
    bare = 1 - side.means["edge"] / _WEAK_EDGE
    return side.length * max(0.0, bare)


def _beside_area(lengths: Sequence[float], evidence: Evidence) -> float:
    """The greatest of some lengths, beside the root of the area."""
    longest = max(lengths, default=0.0)
    return min(_MOST, longest / math.sqrt(evidence.area))


def bowed_sides(evidence: Evidence) -> float:
    """How far edges lie off the middles of straight sides, px, by their share of the outline."""
    total = 0.0
    for side in evidence.sides.straight:
        bow = abs(side.middle["snapped"])
        total += side.length * min(_MOST_BOWED, bow)
    return total / evidence.sides.length


def corner_count(evidence: Evidence) -> float:
    """Corners of the outline, beside the root of its length."""
    return evidence.sides.corners / math.sqrt(evidence.sides.length)


def pieces(evidence: Evidence) -> float:
    """Share of the mask that is not in its largest piece."""
    mask = evidence.mask.astype(np.uint8)
    _, _, components, _ = cv2.connectedComponentsWithStats(mask)

    # The first component is what is not mask.
    areas = components[1:, cv2.CC_STAT_AREA]
    return 1 - float(areas.max()) / evidence.area


def solidity(evidence: Evidence) -> float:
    """Share of its convex hull that the mask fills."""
    rows, columns = np.nonzero(evidence.mask)
    points = np.stack([columns, rows], axis=1).astype(np.int32)
    hull = cv2.convexHull(points)
    hull_area = max(cv2.contourArea(hull), 1.0)
    return min(1.0, evidence.area / hull_area)
