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
    straight = 0.0
    for side in evidence.sides.straight:
        straight += side.length
    return straight / evidence.sides.length


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
    lengths = []
    for side in evidence.sides.straight:
        goes_on = side.means["wider"]
        lengths.append(goes_on * _bare_length(side))
    return _beside_area(lengths, evidence)


def _bare_length(side: StraightSide) -> float:
    """The length of a straight side, less what an image edge below it accounts for, px."""
    edge = side.means["edge"]
    bare = max(0.0, 1 - edge / _WEAK_EDGE)
    return side.length * bare


def _beside_area(lengths: Sequence[float], evidence: Evidence) -> float:
    """The greatest of some lengths, beside the root of the area."""
    longest = max(lengths, default=0.0)
    root = math.sqrt(evidence.area)
    return min(_MOST, longest / root)


def bowed_sides(evidence: Evidence) -> float:
    """How far edges lie off the middles of straight sides, px, by their share of the outline."""
    total = 0.0
    for side in evidence.sides.straight:
        bow = abs(side.middle["snapped"])
        total += side.length * min(_MOST_BOWED, bow)
    return total / evidence.sides.length


def corner_count(evidence: Evidence) -> float:
    """Corners of the outline, beside the root of its length."""
    sides = evidence.sides
    return sides.corners / math.sqrt(sides.length)


def pieces(evidence: Evidence) -> float:
    """Share of the mask that is not in its largest piece."""
    mask = evidence.mask.astype(np.uint8)
    _, _, components, _ = cv2.connectedComponentsWithStats(mask)

    # The first component is what is not mask.
    areas = components[1:, cv2.CC_STAT_AREA]
    largest = float(areas.max())
    return 1 - largest / evidence.area


def solidity(evidence: Evidence) -> float:
    """Share of its convex hull that the mask fills."""
    rows, columns = np.nonzero(evidence.mask)
    points = np.stack([columns, rows], axis=1).astype(np.int32)
    hull = cv2.convexHull(points)
    hull_area = max(cv2.contourArea(hull), 1.0)
    return min(1.0, evidence.area / hull_area)
