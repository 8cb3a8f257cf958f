"""Fitting a model's confidence on the val split: temperatures, and the IoU to expect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask
from curate.records import Box
from curate.shards.windows import SIZES
from model.confidence import (
    Confidence,
    Probabilities,
    SizeConfidence,
    self_overlap,
    size_of,
    soften,
)
from model.evaluation.comparison import as_mask, overlap

LEVELS = 1000
"""Steps of probability in which px are counted."""

_LEAST_OBJECTS = 40  # of a size: fewer are fitted together with all others
_OBJECTS_OF_KNOT = 20
_TEMPERATURES = np.geomspace(0.125, 8.0, 145)  # 3% apart; 1 is one of them

Counts = NDArray[np.float64]
"""(2, LEVELS): px that are not the object and px that are, by probability."""

Numbers = NDArray[np.float64]
"""(n,)"""


@dataclass(slots=True)
class AnswerCounts:
    """What is known of some answers: px by probability, and the overlaps of each answer."""

    pixels: Counts = field(default_factory=lambda: np.zeros((2, LEVELS)))
    """Shares of each answer's window, so that large windows do not count more."""

    self_overlaps: list[float] = field(default_factory=list)
    ious: list[float] = field(default_factory=list)

    def add(self, answer: Probabilities, mask: Mask) -> None:
        """Count an answer and its true mask, (H, W) each."""
        self.pixels += pixel_shares(answer, mask)
        self.self_overlaps.append(self_overlap(answer))
        self.ious.append(overlap(as_mask(answer), mask).iou)

    def together(self, other: "AnswerCounts") -> "AnswerCounts":
        """Both as one."""
        return AnswerCounts(
            self.pixels + other.pixels,
            self.self_overlaps + other.self_overlaps,
            self.ious + other.ious,
        )


def pixel_shares(answer: Probabilities, mask: Mask) -> Counts:
    """Shares of a window's px, by truth and probability."""
    levels = (answer * LEVELS).astype(np.int64)
    levels = np.minimum(levels, LEVELS - 1)

    # The cells of px that are the object come after those of px that are not.
    cell_of_px = levels.ravel() + LEVELS * mask.ravel()
    counts = np.bincount(cell_of_px, minlength=2 * LEVELS)
    shares: Counts = counts.reshape(2, LEVELS) / mask.size
    return shares


def count_by_size(
    answers: Iterable[tuple[Probabilities, Mask, Box]],
) -> dict[str, AnswerCounts]:
    """The counts of answers by the size of their drawn box: answer, true mask and drawn box."""
    counts = {size: AnswerCounts() for size in SIZES}
    for answer, mask, drawn in answers:
        counts[size_of(drawn)].add(answer, mask)
    return counts


def fit_confidence(counts: Mapping[str, AnswerCounts]) -> Confidence:
    """The confidence of a model from its answers on val, by size. There is at least one answer."""
    everything = AnswerCounts()
    for of_size in counts.values():
        everything = everything.together(of_size)

    by_size = {}
    for size in SIZES:
        objects = len(counts[size].ious)
        fitted = counts[size]
        if objects < _LEAST_OBJECTS:
            fitted = everything
        knots, iou = expected_iou_knots(
            np.array(fitted.self_overlaps), np.array(fitted.ious)
        )
        by_size[size] = SizeConfidence(
            objects=objects,
            temperature=best_temperature(fitted.pixels),
            self_overlap=knots.tolist(),
            iou=iou.tolist(),
        )
    return Confidence(by_size)


def best_temperature(pixels: Counts) -> float:
    """The temperature with the lowest Brier score."""
    scores = [brier(pixels, temperature) for temperature in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(scores))])


def brier(pixels: Counts, temperature: float) -> float:
    """The mean squared error of probabilities at a temperature. Brier (1950)."""
    probability = level_probabilities(temperature)
    outside, inside = pixels
    error = outside * probability**2 + inside * (1 - probability) ** 2
    return float(error.sum() / pixels.sum())


def level_probabilities(temperature: float) -> Numbers:
    """(LEVELS,) the probability in the middle of each level, at a temperature."""
    middles = np.arange(0.5, LEVELS) / LEVELS
    return soften(middles.astype(np.float32), temperature).astype(np.float64)


def expected_iou_knots(
    self_overlaps: Numbers, ious: Numbers
) -> tuple[Numbers, Numbers]:
    """Self-overlaps, rising, and the mean IoU at each, never falling: (k,) each.

    Means over at least 20 objects are made monotone, so single objects at the ends decide nothing.
    """
    order = np.argsort(self_overlaps, kind="stable")
    groups = np.array_split(order, max(1, len(order) // _OBJECTS_OF_KNOT))
    x = np.array([self_overlaps[group].mean() for group in groups])
    y = np.array([ious[group].mean() for group in groups])
    sizes = np.array([len(group) for group in groups], np.float64)
    return x, isotonic(y, sizes)


def isotonic(values: Numbers, weights: Numbers) -> Numbers:
    """(n,) the never falling numbers that are nearest to some values, by weighted squares.

    Pool adjacent violators: Ayer et al. (1955).

    >>> isotonic(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    means: list[float] = []
    masses: list[float] = []
    lengths: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, length = value, weight, 1
        # A stretch with a larger mean before this one is pooled with it.
        while means and means[-1] > mean:
            before = masses.pop()
            mean = (means.pop() * before + mean * mass) / (before + mass)
            mass += before
            length += lengths.pop()
        means.append(mean)
        masses.append(mass)
        lengths.append(length)
    return np.repeat(means, lengths)
