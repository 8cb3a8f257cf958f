"""Human correction effort: Qin et al. (2022), Highly accurate dichotomous image segmentation.

How many clicks a person needs to mend a mask: corners of the outlines that must be moved, and
regions that must be added or removed as a whole. Errors thinner than the tolerance are free.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from curate.pixels.masks import Mask
from model.evaluation.comparison import Comparison, Truth

Contour = NDArray[Any]
"""(n, 1, 2) x and y of the px along an outline."""

_TOLERANCE_PX = 5
_CORNER_TOLERANCE_PX = 2.0
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def correction_effort(comparison: Comparison) -> float:
    """The number of clicks that mend the predicted mask; 0 if nothing need be done."""
    predicted = comparison.predicted
    true = comparison.truth.mask
    found = predicted & true
    either = predicted | true
    eroded = cv2.erode(either.astype(np.uint8), _CROSS, iterations=_TOLERANCE_PX)
    deep = eroded > 0

    too_much = predicted & ~true
    too_little = true & ~predicted
    surplus = _thick(too_much, deep, beyond=true)
    missing = _thick(too_little, deep, beyond=predicted)

    # A thin thing that is missed must be drawn, however thin: its middle line counts.
    middle_line = comparison.truth.derived(_middle_line)
    missing |= middle_line & ~found

    # What is surplus is given to nobody, and what is missing is taken from there.
    object_px = found | missing
    nobody = ~(object_px | surplus)
    of_surplus = _clicks(surplus, object_px)
    of_missing = _clicks(missing, nobody)
    return float(of_surplus + of_missing)


def _middle_line(truth: Truth) -> Mask:
    """The lines, one px wide, to which the true mask shrinks."""
    pixels = truth.mask.copy()  # it refuses what is read-only
    line: Mask = skeletonize(pixels)  # type: ignore[no-untyped-call]
    return line


def _thick(error: Mask, deep: Mask, beyond: Mask) -> Mask:
    """The px of an error that hang together with a place where it is thick.

    `deep`: px well inside of what either mask covers. `beyond`: where the error does not go on.
    """
    may_grow = ~beyond
    grown = error & deep
    for _ in range(_TOLERANCE_PX):
        dilated = cv2.dilate(grown.astype(np.uint8), _CROSS)
        grown = dilated > 0
        grown &= may_grow
    return error & grown


def _clicks(region: Mask, neighbour: Mask) -> int:
    """The clicks that give a region to its neighbour.

    Where they touch, the outline's corners are moved. A region that does not touch it takes one
    click as a whole.
    """
    pixels = region.astype(np.uint8)
    outlines, _ = cv2.findContours(pixels, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    count, labels = cv2.connectedComponents(pixels, connectivity=8)
    reached = cv2.dilate(neighbour.astype(np.uint8), _CROSS)

    stretches, touched = _stretches(outlines, reached > 0, labels)
    corners = 0
    for stretch in stretches:
        line = cv2.approxPolyDP(stretch, _CORNER_TOLERANCE_PX, closed=False)
        corners += len(line)

    regions = count - 1  # without what is no region
    apart = regions - len(touched)
    return corners + apart


def _stretches(
    outlines: Sequence[Contour],
    touching: Mask,
    labels: NDArray[Any],
) -> tuple[list[Contour], set[int]]:
    """The stretches of outlines that touch the neighbour, and the regions that have any.

    Each px counts once, where it first comes.
    """
    if not outlines:
        return [], set()
    every = np.concatenate(outlines)
    x, y = every[:, 0].T

    # An outline may pass a px twice: only the first time counts.
    does_touch = touching[y, x]
    places = np.flatnonzero(does_touch)
    _, width = touching.shape
    px = y[places].astype(np.int64)
    px *= width
    px += x[places]
    _, first = np.unique(px, return_index=True)
    is_new = np.zeros(len(every), np.bool_)
    is_new[places[first]] = True

    regions = labels[y[is_new], x[is_new]]
    distinct = np.unique(regions)
    touched = set(distinct.tolist())

    stretches = []
    start = 0
    for outline in outlines:
        end = start + len(outline)
        runs = _runs(outline, is_new[start:end])
        stretches += _joined(runs)
        start = end
    return stretches, touched


def _runs(outline: Contour, chosen: NDArray[np.bool_]) -> list[Contour]:
    """The stretches of an outline whose px are all chosen."""
    padded = np.pad(chosen, 1)
    changes = padded[1:] != padded[:-1]
    borders = np.flatnonzero(changes)
    pairs = borders.reshape(-1, 2)
    return [outline[start:end] for start, end in pairs.tolist()]


def _joined(stretches: list[Contour]) -> list[Contour]:
    """The stretches; the first goes with the last, turned round, if their ends are neighbours."""
    if len(stretches) < 2:
        return stretches
    first, *between, last = stretches
    start = first[0, 0]
    end = last[-1, 0]
    apart = np.abs(start - end)
    if apart.max() != 1:
        return stretches
    joined = np.concatenate((last, first[::-1]))
    return [*between, joined]
