"""The signs of a wrong annotation: numbers that tell sound masks from spoiled ones.

None decides alone. A new sign is one function of `Evidence` and one line of `SIGNS`.
"""

import math
from collections.abc import Callable, Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import boundary, dilate, tight_box
from model.annotations.evidence import Evidence
from model.annotations.outlines import FEWEST_POINTS, REACH, STEPS
from model.annotations.straight_sides import StraightSide
from model.evaluation.comparison import as_mask, overlap

_EDGE_PX = 2
_BARE = 0.5  # of the usual strongest edge: what is weaker is none
_FAR_PX = 2
_WEAK_EDGE = 0.65  # along a side; from there on it counts as an image edge
_MOST = 2.0  # signs that have no bound end here
_MOST_SHARED = 0.5  # IoU of two masks that are mostly one region

Values = NDArray[np.float64]
"""(signs,)"""


def model_overlap(evidence: Evidence) -> float:
    """IoU of the model's answer with the mask, mean over the redrawn windows."""
    found = [
        overlap(as_mask(answer), evidence.mask).iou
        for answer in evidence.answers.redrawn
    ]
    return float(np.mean(found))


def window_agreement(evidence: Evidence) -> float:
    """IoU of the answers to redrawn windows with each other."""
    masks = [as_mask(answer) for answer in evidence.answers.redrawn]
    found = [overlap(one, other).iou for one, other in combinations(masks, 2)]
    if not found:
        return 1.0
    return float(np.mean(found))


def spilled(evidence: Evidence) -> float:
    """What the model sees outside the mask, as a share of the mask."""
    outside = float(evidence.probability[~evidence.mask].sum(dtype=np.float64))
    return min(_MOST, outside / evidence.area)


def surely_missing(evidence: Evidence) -> float:
    """What the model surely sees as the object and the mask leaves out."""
    where = evidence.predicted & ~evidence.mask
    return min(_MOST, float(evidence.sureness[where].sum()) / evidence.area)


def surely_extra(evidence: Evidence) -> float:
    """What the mask holds and the model surely does not."""
    where = evidence.mask & ~evidence.predicted
    return float(evidence.sureness[where].sum()) / evidence.area


def growth(evidence: Evidence) -> float:
    """What the model sees outside the mask's box, if it is asked about a wider one."""
    box = tight_box(evidence.mask)
    beyond = evidence.answers.wider.copy()
    beyond[box.y0 : box.y1, box.x0 : box.x1] = 0
    return min(_MOST, float(beyond.sum()) / evidence.area)


def wider_overlap(evidence: Evidence) -> float:
    """IoU of the answer to a wider box with the mask."""
    return overlap(as_mask(evidence.answers.wider), evidence.mask).iou


def edge_agreement(evidence: Evidence) -> float:
    """F of the mask's edge and the model's, 2 px wide."""
    own = dilate(boundary(evidence.mask, evidence.at_edge), _EDGE_PX)
    theirs = dilate(boundary(evidence.predicted, evidence.at_edge), _EDGE_PX)
    return overlap(theirs, own).f


def uneven_offset(evidence: Evidence) -> float:
    """How unevenly the model's edge lies beside the outline, px, apart from one shift of all."""
    offsets = evidence.model_offsets
    normals = evidence.outline.normals.astype(np.float64)

    # The shift of all that explains the offsets best: least squares, held back a little, because
    # the normals of a straight outline tell one direction only.
    ridge = 0.01 * len(offsets) * np.eye(2)
    squares = normals.T @ normals + ridge
    shift = np.linalg.solve(squares, normals.T @ offsets)
    explained = normals @ shift
    rest = offsets - explained
    return float(np.sqrt((rest**2).mean()))


def model_gain(evidence: Evidence) -> float:
    """By how much the mask would fit the model's answer better at another place."""
    places = evidence.model_places
    better = float(places.max() - places[REACH, REACH])
    return better / evidence.area


def edge_fit(evidence: Evidence) -> float:
    """How much better the outline fits image edges here than moved by up to 8 px, in deviations."""
    places = evidence.places
    return float((_here(places) - places.mean()) / (places.std() + 1e-3))


def better_place(evidence: Evidence) -> float:
    """How much better another place is for the outline: 0, this is the best, to 1, the worst."""
    places = evidence.places
    spread = float(places.max() - places.min()) + 1e-6
    return (float(places.max()) - _here(places)) / spread


def _here(places: NDArray[np.float32]) -> float:
    """The best place within 1 px of the outline's own."""
    return float(places[REACH - 1 : REACH + 2, REACH - 1 : REACH + 2].max())


def edge_contrast(evidence: Evidence) -> float:
    """Image edges on the outline beside those 3 to 8 px off it, as a logarithm."""
    mean = evidence.edges.mean(axis=0)
    off = np.abs(STEPS)
    on_outline = mean[off <= 1].mean()
    far_from_it = mean[off > _FAR_PX].mean()
    return float(np.log(on_outline / far_from_it))


def bare_share(evidence: Evidence) -> float:
    """Share of the outline that has no image edge below it."""
    usual = np.median(evidence.edges.max(axis=1))
    return float(np.mean(evidence.edge_below < _BARE * usual))


def off_edges(evidence: Evidence) -> float:
    """Share of the outline that lies 2 px or more off the best line along edges near it."""
    return float(np.mean(np.abs(evidence.snapped) >= _FAR_PX))


def inner_edges(evidence: Evidence) -> float:
    """Image edges inside the mask beside those on its outline, as a logarithm."""
    kernel = np.ones((9, 9), np.uint8)
    inside = cv2.erode(evidence.mask.astype(np.uint8), kernel).astype(np.bool_)
    if not inside.any():
        return 0.0
    found = evidence.gradients
    strength = np.hypot(found.across, found.down).max(axis=2)
    columns, rows = evidence.outline.points.astype(int).T
    on_outline = float(strength[rows, columns].mean())
    in_mask = strength[inside].mean()
    return float(np.log((in_mask + 1) / (on_outline + 1)))


def straight_share(evidence: Evidence) -> float:
    """Share of the outline that is in straight sides of 8 px or more."""
    sides = evidence.sides
    return sum(side.length for side in sides.straight) / sides.length


def longest_side(evidence: Evidence) -> float:
    """The longest straight side, beside the root of the mask's area."""
    lengths = [side.length for side in evidence.sides.straight]
    return min(_MOST, max(lengths, default=0.0) / math.sqrt(evidence.area))


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
        total += side.length * min(4.0, abs(side.middle["snapped"]))
    return total / evidence.sides.length


def corner_count(evidence: Evidence) -> float:
    """Corners of the outline, beside the root of its length."""
    return evidence.sides.corners / math.sqrt(evidence.sides.length)


def pieces(evidence: Evidence) -> float:
    """Share of the mask that is not in its largest piece."""
    _, _, found, _ = cv2.connectedComponentsWithStats(evidence.mask.astype(np.uint8))
    return 1 - float(found[1:, cv2.CC_STAT_AREA].max()) / evidence.area


def solidity(evidence: Evidence) -> float:
    """Share of its convex hull that the mask fills."""
    rows, columns = np.nonzero(evidence.mask)
    points = np.stack([columns, rows], axis=1).astype(np.int32)
    hull = cv2.convexHull(points)
    hull_area = max(cv2.contourArea(hull), 1.0)
    return min(1.0, evidence.area / hull_area)


def shared(evidence: Evidence) -> float:
    """The greatest IoU of the mask with another annotation of its export in the image, .5 at most.

    Beyond that it says the less: a mask that has swallowed a larger object shares nearly all with
    it, and so does that object, which is sound.
    """
    return min(_MOST_SHARED, evidence.annotation.shared)


def swallowed(evidence: Evidence) -> float:
    """The greatest share of another annotation of a like size that the mask covers, unless masks of
    its concept usually cover such ones.
    """
    return evidence.annotation.swallowed


SIGNS: dict[str, Callable[[Evidence], float]] = {
    each.__name__: each
    for each in (
        model_overlap,
        window_agreement,
        spilled,
        surely_missing,
        surely_extra,
        growth,
        wider_overlap,
        edge_agreement,
        uneven_offset,
        model_gain,
        edge_fit,
        better_place,
        edge_contrast,
        bare_share,
        off_edges,
        inner_edges,
        straight_share,
        longest_side,
        bare_side,
        cut_side,
        bowed_sides,
        corner_count,
        pieces,
        solidity,
        shared,
        swallowed,
    )
}
"""All signs by name."""


def read_signs(evidence: Evidence) -> Values:
    """(signs,) of an annotation, in the order of `SIGNS`.

    NaN for all where too little of an outline is left to judge: masks of a few px, or those that
    fill their image.
    """
    if len(evidence.outline) < FEWEST_POINTS:
        return np.full(len(SIGNS), np.nan)
    return np.array([sign(evidence) for sign in SIGNS.values()], np.float64)


def best_move(evidence: Evidence) -> Values:
    """(2,) px right and down, -8 to 8, by which the mask would lie best on edges and answer.

    Both fits count alike, each in its own deviations. NaN as of `read_signs`. One mask may well be
    wrong in this; a shift that a whole delivery has shows in their median.
    """
    if len(evidence.outline) < FEWEST_POINTS:
        return np.full(2, np.nan)
    together = np.zeros(evidence.places.shape)
    for places in (evidence.places, evidence.model_places):
        spread = places.std() + 1e-6
        together += (places - places.mean()) / spread

    best = int(together.argmax())
    row, column = np.unravel_index(best, together.shape)
    right = column - REACH
    down = row - REACH
    return np.array([right, down], np.float64)
