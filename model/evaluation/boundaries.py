"""The boundary metrics of the field: Boundary IoU, DAVIS boundary F and relaxed boundary F.

The first two take their tolerance from the source image's diagonal, and see the window as a part of
that image in which nothing else is mask: their values are those of the whole image.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from curate.pixels.masks import Mask, dilate
from model.evaluation.comparison import Comparison, Place, Truth, overlap

_BOUNDARY_SHARE = 0.02  # of the diagonal: how thick Boundary IoU's bands are
_TOLERANCE_SHARE = 0.008  # of the diagonal: how far apart DAVIS' boundaries may be
_RELAXED_PX = 3
_BETA_SQUARED = 0.3
_SQUARE = np.ones((3, 3), np.uint8)


def boundary_iou(comparison: Comparison) -> float:
    """IoU of the masks' inner bands: Cheng et al. (2021), Boundary IoU.

    A band is the px of a mask within 2% of the image's diagonal of its boundary. 1 if both masks
    are empty.
    """
    truth = comparison.truth
    thickness = max(1, round(_BOUNDARY_SHARE * truth.place.diagonal))
    predicted = _inner_band(comparison.predicted, thickness)
    true = truth.derived(_true_inner_band, thickness)
    return overlap(predicted, true).iou


def _inner_band(mask: Mask, thickness: int) -> Mask:
    """The px of a mask from which `thickness` steps, sideways or aslant, lead out of it."""
    padded = np.pad(mask, 1).astype(np.uint8)
    eroded = cv2.erode(padded, _SQUARE, iterations=thickness)
    inner = eroded[1:-1, 1:-1] > 0
    return mask & ~inner


def _true_inner_band(truth: Truth, thickness: int) -> Mask:
    return _inner_band(truth.mask, thickness)


def davis_f(comparison: Comparison) -> float:
    """Boundary F: Perazzi et al. (2016), A benchmark dataset for video object segmentation.

    Harmonic mean of the shares of each boundary within .8% of the image's diagonal of the other
    one. 1 if both masks are empty.
    """
    truth = comparison.truth
    tolerance = int(np.ceil(_TOLERANCE_SHARE * truth.place.diagonal))
    predicted = _lines(comparison.predicted, truth.place)
    return _f(
        _Boundary(predicted, dilate(predicted, tolerance)),
        truth.derived(_true_lines, tolerance),
        beta_squared=1,
    )


def relaxed_f(comparison: Comparison) -> float:
    """Relaxed boundary F, as Qin et al. (2019), BASNet, use it, with beta² = .3.

    Precision is the share of the predicted boundary within 3 px of the true one, recall the share
    of the true one within 3 px of the predicted one. Boundaries are px of a mask that a 3 × 3
    erosion takes away; at the image's own edge it takes nothing. 1 if neither mask has a boundary.
    """
    truth = comparison.truth
    predicted = _eroded_away(comparison.predicted, truth.place)
    return _f(
        _Boundary(predicted, dilate(predicted, _RELAXED_PX)),
        truth.derived(_true_eroded_away),
        beta_squared=_BETA_SQUARED,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Boundary:
    """A mask's boundary, and the same widened by a tolerance; (H, W) each."""

    lines: Mask
    widened: Mask


def _f(predicted: _Boundary, true: _Boundary, beta_squared: float) -> float:
    """The weighted harmonic mean of the shares of each boundary that is near the other one."""
    precision = overlap(predicted.lines, true.widened).precision
    recall = overlap(predicted.widened, true.lines).recall
    weighted = beta_squared * precision + recall
    if weighted == 0:
        return 0.0
    return (1 + beta_squared) * precision * recall / weighted


def _lines(mask: Mask, place: Place) -> Mask:
    """The boundary as DAVIS has it: px that differ from the one to the right, below or aslant.

    (H + 2, W + 2), because it also lies right before the mask. At the image's own edge is none.
    """
    left, top, right, bottom = place.at_edge
    padded = np.pad(mask, ((1, 2), (1, 2)))
    if right:
        padded[:, -2:] = padded[:, -3:-2]
    if bottom:
        padded[-2:] = padded[-3:-2]

    here = padded[:-1, :-1]
    to_the_right = padded[:-1, 1:]
    below = padded[1:, :-1]
    aslant = padded[1:, 1:]
    lines: Mask = here != to_the_right
    lines |= here != below
    lines |= here != aslant

    # What lies beyond the image's own edge was there only to be compared with.
    if left:
        lines[:, 0] = False
    if top:
        lines[0] = False
    if right:
        lines[:, -1] = False
    if bottom:
        lines[-1] = False
    return lines


def _true_lines(truth: Truth, tolerance: int) -> _Boundary:
    lines = _lines(truth.mask, truth.place)
    return _Boundary(lines, dilate(lines, tolerance))


def _eroded_away(mask: Mask, place: Place) -> Mask:
    """The px of a mask with one of 8 neighbours that is not mask; see `relaxed_f`."""
    left, top, right, bottom = place.at_edge
    padded = np.pad(mask, 1).astype(np.uint8)
    padded[:, 0] |= left
    padded[:, -1] |= right
    padded[0] |= top
    padded[-1] |= bottom
    eroded = cv2.erode(padded, _SQUARE)
    inner = eroded[1:-1, 1:-1] > 0
    return mask & ~inner


def _true_eroded_away(truth: Truth) -> _Boundary:
    lines = _eroded_away(truth.mask, truth.place)
    return _Boundary(lines, dilate(lines, _RELAXED_PX))
