"""Weighted F: how errors near the object and far from it count (Margolin et al., 2014).

It is equal to that of pysodmetrics, for empty and full masks too.
"""

from itertools import product

import cv2
import numpy as np

from curate.pixels.masks import Mask
from model.evaluation.comparison import Comparison, Map, Truth

_EPS = float(np.spacing(1))

# A Gaussian of 7 × 7 px with sigma 5, and errors that weigh less near the object.
_KERNEL_PX = 7
_SIGMA_PX = 5
_HALVING_PX = 5
_RATE = np.float32(np.log(0.5) / _HALVING_PX)  # per px: e to the power of it halves so


def _nearest_first() -> list[tuple[int, int]]:
    """Offsets dx, dy from a px to the px of the mask that may be its nearest.

    If a px of the mask is within the Gaussian's reach, the nearest one is as near as its corner.
    Of two at the same distance the one to the left comes first, then the upper one.
    """
    reach = _KERNEL_PX // 2
    farthest = 2 * reach**2  # squared
    side = int(np.sqrt(farthest))
    steps = range(-side, side + 1)
    by_distance = []
    for dx, dy in product(steps, steps):
        distance = dx**2 + dy**2
        if 0 < distance <= farthest:
            by_distance.append((distance, dx, dy))

    by_distance.sort()
    return [(dx, dy) for _, dx, dy in by_distance]


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
    carried = _carried_out(error, true)
    smooth = _smoothed(carried)
    missed = cv2.min(error, smooth)
    missed_share, *_ = cv2.mean(missed, mask=object_px)

    ground = 1 - object_px
    weights = comparison.truth.derived(_weights)
    false_share, *_ = cv2.mean(error * weights, mask=ground)

    area = comparison.truth.area
    ground_area = true.size - area
    false_px = false_share * ground_area
    recall = 1 - missed_share
    found_px = recall * area
    predicted_px = found_px + false_px
    precision = found_px / (predicted_px + _EPS)
    both = recall + precision
    return 2 * recall * precision / (both + _EPS)


def _weights(truth: Truth) -> Map:
    """How much an error weighs: 1 on the object, up to 2 far away from it."""
    ground = 1 - truth.bytes
    distance = cv2.distanceTransform(ground, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    nearness = cv2.exp(distance * _RATE)
    return np.asarray(2 - nearness, np.float32)


def _smoothed(error: Map) -> Map:
    """The error under a Gaussian; beyond the window it is 0."""
    kernel = cv2.getGaussianKernel(_KERNEL_PX, _SIGMA_PX, cv2.CV_32F)
    smooth = cv2.sepFilter2D(
        error,
        cv2.CV_32F,
        kernel,
        kernel,
        borderType=cv2.BORDER_CONSTANT,
    )
    return np.asarray(smooth, np.float32)


def _carried_out(error: Map, true: Mask) -> Map:
    """The error, but near the true mask, outside of it, that of its nearest px.

    Near is what the Gaussian reaches from a px of the mask.
    """
    kernel = np.ones((_KERNEL_PX, _KERNEL_PX), np.uint8)
    dilated = cv2.dilate(true.astype(np.uint8), kernel)
    reached = dilated > true

    # A margin keeps neighbours of px at the window's edge apart from the next row.
    padded_reached = np.pad(reached, _MARGIN_PX)
    _, stride = padded_reached.shape
    waiting = np.flatnonzero(padded_reached)
    padded_true = np.pad(true, _MARGIN_PX).ravel()
    padded_error = np.pad(error, _MARGIN_PX).ravel()

    for dx, dy in _NEAREST_FIRST:
        step = dy * stride + dx
        neighbours = waiting + step
        is_nearest = padded_true[neighbours]
        found = waiting[is_nearest]
        padded_error[found] = padded_error[neighbours[is_nearest]]
        waiting = waiting[~is_nearest]
        if waiting.size == 0:
            break

    carried = padded_error.reshape(-1, stride)
    inner = slice(_MARGIN_PX, -_MARGIN_PX)
    return carried[inner, inner]
