"""Weighted F: how errors near the object and far from it count (Margolin et al., 2014).

It is equal to that of pysodmetrics, for empty and full masks too.
"""

import cv2
import numpy as np

from curate.pixels.masks import Mask
from model.evaluation.comparison import Comparison, Map, Truth

_EPS = float(np.spacing(1))

# A Gaussian of 7 × 7 px with sigma 5, and errors that weigh less near the object.
_KERNEL_PX = 7
_SIGMA_PX = 5
_HALVING_PX = 5


def _nearest_first() -> list[tuple[int, int]]:
    """Offsets dx, dy from a px to the px of the mask that may be its nearest.

    If a px of the mask is within the Gaussian's reach, the nearest one is as near as its corner.
    Of two at the same distance the one to the left comes first, then the upper one.
    """
    reach = _KERNEL_PX // 2
    farthest = 2 * reach**2
    side = int(np.sqrt(farthest))
    by_distance = []
    for dx in range(-side, side + 1):
        for dy in range(-side, side + 1):
            distance = dx**2 + dy**2
            if 0 < distance <= farthest:
                by_distance.append((distance, dx, dy))
    return [(dx, dy) for _, dx, dy in sorted(by_distance)]


_NEAREST_FIRST = _nearest_first()


_MARGIN_PX = max(dx for dx, _ in _NEAREST_FIRST)


def weighted_f(comparison: Comparison) -> float:
    """Weighted F: Margolin et al. (2014), How to evaluate foreground maps?

    Errors inside the object are smoothed, and those outside weigh more the farther away they are. 0
    if the true mask is empty.
    """
    true = comparison.truth.mask
    if not true.any():
        return 0.0
    error = comparison.error

    # A missed px weighs less if its neighbours are found; beyond the object counts the error of its
    # nearest px.
    object_px = comparison.truth.bytes
    smooth = _smoothed(_carried_out(error, true))
    missed_share, *_ = cv2.mean(cv2.min(error, smooth), mask=object_px)

    ground = 1 - object_px
    weights = comparison.truth.derived(_weights)
    false_share, *_ = cv2.mean(error * weights, mask=ground)

    area = comparison.truth.area
    false_px = false_share * (true.size - area)
    recall = 1 - missed_share
    found_px = recall * area
    precision = found_px / (found_px + false_px + _EPS)
    return 2 * recall * precision / (recall + precision + _EPS)


def _weights(truth: Truth) -> Map:
    """How much an error weighs: 1 on the object, up to 2 far away from it."""
    ground = 1 - truth.bytes
    distance = cv2.distanceTransform(ground, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rate = np.float32(np.log(0.5) / _HALVING_PX)
    nearness = cv2.exp(distance * rate)  # halved every few px
    return np.asarray(2 - nearness, np.float32)


def _smoothed(error: Map) -> Map:
    """The error under a Gaussian; beyond the window it is 0."""
    kernel = cv2.getGaussianKernel(_KERNEL_PX, _SIGMA_PX, cv2.CV_32F)
    smooth = cv2.sepFilter2D(
        error, cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(smooth, np.float32)


def _carried_out(error: Map, true: Mask) -> Map:
    """The error, but near the true mask, outside of it, that of its nearest px.

    Near is what the Gaussian reaches from a px of the mask.
    """
    kernel = np.ones((_KERNEL_PX, _KERNEL_PX), np.uint8)
    reached = cv2.dilate(true.astype(np.uint8), kernel) > true

    # A margin keeps neighbours of px at the window's edge apart from the next row.
    padded = np.pad(reached, _MARGIN_PX)
    stride = padded.shape[1]
    waiting = np.flatnonzero(padded)
    padded_true = np.pad(true, _MARGIN_PX).ravel()
    padded_error = np.pad(error, _MARGIN_PX).ravel()

    for dx, dy in _NEAREST_FIRST:
        neighbours = waiting + (dy * stride + dx)
        is_near = padded_true[neighbours]
        padded_error[waiting[is_near]] = padded_error[neighbours[is_near]]
        waiting = waiting[~is_near]
        if waiting.size == 0:
            break
    carried = padded_error.reshape(-1, stride)
    return carried[_MARGIN_PX:-_MARGIN_PX, _MARGIN_PX:-_MARGIN_PX]
