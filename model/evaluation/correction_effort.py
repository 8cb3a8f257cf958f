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
    either = (predicted | true).astype(np.uint8)
    deep = cv2.erode(either, _CROSS, iterations=_TOLERANCE_PX) > 0

    surplus = _thick(predicted & ~true, deep, beyond=true)
    missing = _thick(true & ~predicted, deep, beyond=predicted)

    # A thin thing that is missed must be drawn, however thin: its middle line counts.
    missing |= comparison.truth.derived(_middle_line) & ~found

    right = found | missing
    of_surplus = _clicks(surplus, right)
    of_missing = _clicks(missing, ~(found | surplus | missing))
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
    grown = error & deep
    for _ in range(_TOLERANCE_PX):
        grown = cv2.dilate(grown.astype(np.uint8), _CROSS) > 0
        grown &= ~beyond
    return error & grown


def _clicks(region: Mask, neighbour: Mask) -> int:
    """The clicks that give a region to its neighbour.

    Where they touch, the outline's corners are moved. A region that does not touch it takes one
    click as a whole.
    """
    pixels = region.astype(np.uint8)
    outlines, _ = cv2.findContours(pixels, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    touching = cv2.dilate(neighbour.astype(np.uint8), _CROSS)
    count, labels = cv2.connectedComponents(pixels, connectivity=8)

    stretches, touched = _stretches(outlines, touching > 0, labels)
    corners = 0
    for stretch in stretches:
        corners += len(cv2.approxPolyDP(stretch, _CORNER_TOLERANCE_PX, closed=False))
    apart = count - 1 - len(touched)
    return corners + apart


def _stretches(
    outlines: Sequence[NDArray[Any]], touching: Mask, labels: NDArray[Any]
) -> tuple[list[Contour], set[int]]:
    """The stretches of outlines that touch the neighbour, and the regions that have any.

    Each px counts once, where it first comes.
    """
    if not outlines:
        return [], set()
    every = np.concatenate(outlines)
    x, y = every[:, 0].T

    # An outline may pass a px twice: only the first time counts.
    touches = np.flatnonzero(touching[y, x])
    px = y[touches].astype(np.int64) * touching.shape[1] + x[touches]
    _, first = np.unique(px, return_index=True)
    is_new = np.zeros(len(every), np.bool_)
    is_new[touches[first]] = True
    regions = labels[y[is_new], x[is_new]]
    touched = set(np.unique(regions).tolist())

    stretches = []
    start = 0
    for outline in outlines:
        end = start + len(outline)
        stretches += _joined(_runs(outline, is_new[start:end]))
        start = end
    return stretches, touched


def _runs(outline: Contour, chosen: NDArray[np.bool_]) -> list[Contour]:
    """The stretches of an outline whose px are all chosen."""
    padded = np.pad(chosen, 1)
    borders = np.flatnonzero(padded[1:] != padded[:-1])
    starts = borders[::2]
    ends = borders[1::2]
    return [outline[start:end] for start, end in zip(starts, ends, strict=True)]


def _joined(stretches: list[Contour]) -> list[Contour]:
    """The stretches; the first goes with the last, turned round, if their ends are neighbours."""
    if len(stretches) < 2:
        return stretches
    first, *between, last = stretches
    apart = np.abs(first[0, 0] - last[-1, 0])
    if apart.max() != 1:
        return stretches
    return [*between, np.concatenate((last, first[::-1]))]
