"""The metrics by which salient object detection is compared: F, E and S. Weighted F has a file.

They are equal to those of pysodmetrics (`normalize=False`: probabilities are not stretched to
reach from 0 to 1), for empty and full masks too.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.evaluation.comparison import Comparison, LevelCounts, Map, Truth

Curve = NDArray[np.float64]
"""(256,) a value at each threshold, from 255/255 down to 0/255."""

BETA_SQUARED = 0.3
"""Weight of recall against precision in F, as Achanta et al. (2009) chose it."""

_EPS = float(np.spacing(1))
_ROUNDING = 1e-13  # what sums in float64 lose
_ONE_AND_ZERO = np.array([1.0, 0.0]).reshape(2, 1, 1)  # px of a mask, and others


def f_curve(comparison: Comparison) -> Curve:
    """F at each threshold: Achanta et al. (2009), Frequency-tuned salient region detection.

    0 where precision or recall is 0.
    """
    inside, outside = comparison.passing
    predicted = inside + outside
    true = max(comparison.truth.area, 1)

    # Precision is inside / predicted and recall inside / true; written out, one quotient is left.
    weighted = predicted + BETA_SQUARED * true
    curve: Curve = (1 + BETA_SQUARED) * inside / weighted
    return curve


def mean_f(comparison: Comparison) -> float:
    """Mean of `f_curve`."""
    return float(f_curve(comparison).mean())


def e_curve(comparison: Comparison) -> Curve:
    """Enhanced alignment at each threshold: Fan et al. (2018), Enhanced-alignment Measure.

    Its sum over n px is divided by n - 1, so a perfect answer has n / (n - 1); of a single px, by
    1.
    """
    inside, outside = comparison.passing
    size = comparison.truth.mask.size
    true = comparison.truth.area
    predicted = inside + outside

    if true == 0:
        aligned = size - predicted
    elif true == size:
        aligned = predicted
    else:
        aligned = _aligned(inside, outside, true, size)
    return aligned / max(size - 1, 1)


def mean_e(comparison: Comparison) -> float:
    """Mean of `e_curve`."""
    return float(e_curve(comparison).mean())


def _aligned(inside: LevelCounts, outside: LevelCounts, true: int, size: int) -> Curve:
    """The sum of enhanced alignment over all px, at each threshold.

    Px differ only by whether they are predicted and whether they are true: four kinds. With p and
    t, what the two differ from their means, the alignment of a px is (1 + 2 p t / (p² + t²))² / 4,
    which is ((p + t)² / (p² + t²))² / 4.
    """
    predicted = inside + outside
    from_predicted = _ONE_AND_ZERO - predicted / size
    from_true = _ONE_AND_ZERO.reshape(1, 2, 1) - true / size

    # (2, 2, 256): whether px are predicted, whether they are true, and the threshold.
    alignment = from_predicted + from_true
    alignment *= alignment
    alignment += _EPS
    squares = from_predicted**2 + from_true**2
    squares += _EPS
    alignment /= squares
    alignment *= alignment

    (found, false), (missed, ground) = alignment
    px_missed = true - inside
    px_of_ground = size - true - outside
    in_mask = inside * found + px_missed * missed
    around = outside * false + px_of_ground * ground
    aligned: Curve = (in_mask + around) / 4
    return aligned


@dataclass(slots=True)  # frozen, it would take three times as long to make
class _Part:
    """A part of the window: sums from which its means and variances follow."""

    size: int
    """px"""
    area: int
    """px of the true mask"""
    total: float
    """of the probabilities"""
    total_inside: float
    """of those in the true mask"""
    squares: float


def structure(comparison: Comparison) -> float:
    """S: Fan et al. (2017), Structure-measure, with equal weight of objects and regions."""
    truth = comparison.truth
    size = truth.mask.size
    share = truth.area / size
    if share in (0, 1):
        mean = float(comparison.probability.mean(dtype=np.float64))
        right_answer = 1 - share
        return abs(right_answer - mean)

    copied = cv2.copyTo(comparison.probability, truth.bytes)
    inside = np.asarray(copied, np.float32)
    parts = _quadrants(comparison.probability, inside, truth)
    of_regions = sum(part.size / size * _similarity(part) for part in parts)

    total_inside = sum(part.total_inside for part in parts)
    squares_inside = cv2.norm(inside, cv2.NORM_L2SQR)
    of_object = _object_score(total_inside, squares_inside, truth.area)

    # On the ground, what counts is the probability of no object.
    ground = size - truth.area
    total_outside = sum(part.total for part in parts) - total_inside
    squares_outside = sum(part.squares for part in parts) - squares_inside
    total_missing = ground - total_outside
    squares_missing = ground - 2 * total_outside + squares_outside
    of_ground = _object_score(total_missing, squares_missing, ground)
    of_both = share * of_object + (1 - share) * of_ground
    return max(0.0, (of_both + of_regions) / 2)


def _quadrants(probability: Map, inside: Map, truth: Truth) -> list[_Part]:
    """The quadrants around the middle of the true mask that hold any px.

    `inside`: the probability, and 0 outside the true mask.
    """
    middle_y, middle_x = truth.derived(_middle)
    found = []
    for in_y in (slice(None, middle_y), slice(middle_y, None)):
        for in_x in (slice(None, middle_x), slice(middle_x, None)):
            true_part = truth.bytes[in_y, in_x]
            if not true_part.size:
                continue
            part = probability[in_y, in_x]
            inside_part = inside[in_y, in_x]
            sums = _Part(
                size=true_part.size,
                area=cv2.countNonZero(true_part),
                total=cv2.sumElems(part)[0],
                total_inside=cv2.sumElems(inside_part)[0],
                squares=cv2.norm(part, cv2.NORM_L2SQR),
            )
            found.append(sums)
    return found


def _middle(truth: Truth) -> tuple[int, int]:
    """The first row and column behind the middle of the true mask."""
    return _behind_middle(truth, along=1), _behind_middle(truth, along=0)


def _behind_middle(truth: Truth, along: int) -> int:
    """The number of the line behind the middle one, by how many px of the mask each line has.

    `along`: the axis that a line runs along, 1 for rows and 0 for columns.
    """
    # A third of the time of `cv2.moments`, which sums up what nobody asks for, too.
    px = cv2.reduce(truth.bytes, along, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    numbers = np.arange(px.size)
    total = int(numbers @ px)
    middle = round(total / truth.area)
    return middle + 1


def _object_score(total: float, squares: float, size: int) -> float:
    """How bright and how even a region of `size` px is, 1 or more."""
    mean = total / size
    spread = 0.0
    if size > 1:
        variance = _from_mean(total, squares, size) / (size - 1)
        spread = math.sqrt(variance)
    return 2 * mean / (mean**2 + 1 + spread + _EPS)


def _similarity(sums: _Part) -> float:
    """The structural similarity of a quadrant, from -1 to 1."""
    size = sums.size
    area = sums.area
    x = sums.total / size
    y = area / size

    divisor = size - 1 + _EPS
    x_variance = _from_mean(sums.total, sums.squares, size) / divisor
    y_variance = size * y * (1 - y) / divisor
    covariance = 0.0
    if 0 < area < size:
        covariance = (sums.total_inside - area * x) / divisor

    above = 4 * x * y * covariance
    below = (x**2 + y**2) * (x_variance + y_variance)
    if above != 0:
        return above / (below + _EPS)
    return float(below == 0)


def _from_mean(total: float, squares: float, size: int) -> float:
    """The sum of squared differences from the mean, from the sum and the sum of squares.

    Equal values have none; what rounding leaves of it, quotients would blow up.
    """
    difference = squares - total**2 / size
    if difference < _ROUNDING * squares:
        return 0.0
    return difference
