"""Whether the model knows how good its answers are: reliability, expected IoU, risk by coverage."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.shards.reader import Sample
from curate.shards.windows import SIZES
from model.calibration import LEVELS, Counts, brier, level_probabilities, pixel_shares
from model.confidence import Confidence, Probabilities, self_overlap, size_of
from model.evaluation.judging import Answers
from model.evaluation.report import ConfidenceReport, ReliabilityBin, SizeReliability

_PROBABILITY_BINS = 20
_IOU_BINS = 10
_COVERAGES = 20
_DIGITS = 9  # behind these, sums depend on where arrays lie in memory

Numbers = NDArray[np.float64]
"""(n,)"""


class WatchedModel:
    """A model whose answers are noted while they are judged: how sure each is, and each px."""

    def __init__(self, answers: Answers, confidence: Confidence | None) -> None:
        self._answers = answers
        self._confidence = confidence
        self._pixels = {size: np.zeros((2, LEVELS)) for size in SIZES}
        self._objects = dict.fromkeys(SIZES, 0)
        self.expected_ious: list[float] = []
        """Of all answers so far. Without a fitted confidence, what the answers expect of
        themselves."""

    def answer(self, samples: Sequence[Sample]) -> list[Probabilities]:
        """The model's answers to samples."""
        answers = self._answers(samples)
        for sample, answer in zip(samples, answers, strict=True):
            size = size_of(sample.drawn)
            self._pixels[size] += pixel_shares(answer, sample.mask)
            self._objects[size] += 1
            if self._confidence is None:
                expected = self_overlap(answer)
            else:
                expected = self._confidence.expected_iou(answer, sample.drawn)
            self.expected_ious.append(round(expected, _DIGITS))
        return answers

    def report(self, iou: Numbers) -> ConfidenceReport:
        """How well the model knows its answers. `iou`: (n,) of all answers."""
        expected = np.array(self.expected_ious)
        risk = 1 - iou
        by_coverage = risks(expected, risk)
        bins = iou_bins(expected, iou)
        return ConfidenceReport(
            fitted=self._confidence is not None,
            aurc=float(by_coverage.mean()),
            aurc_perfect=float(risks(iou, risk).mean()),
            aurc_random=float(risk.mean()),
            risks=_some_risks(by_coverage),
            iou_error=calibration_error(bins),
            iou_bins=bins,
            sizes=[self._of_size(size) for size in SIZES if self._objects[size]],
        )

    def _of_size(self, size: str) -> SizeReliability:
        """Whether the px of the answers of a size come true."""
        temperature = 1.0
        if self._confidence is not None:
            temperature = self._confidence.by_size[size].temperature
        pixels = self._pixels[size]
        bins = probability_bins(pixels, temperature)
        return SizeReliability(
            size=size,
            objects=self._objects[size],
            brier=brier(pixels, temperature),
            brier_raw=brier(pixels, 1.0),
            calibration_error=calibration_error(bins),
            calibration_error_raw=calibration_error(probability_bins(pixels, 1.0)),
            bins=bins,
        )


def risks(confidence: Numbers, risk: Numbers) -> Numbers:
    """(n,) the mean risk of the 1, 2, … n answers with the highest confidence.

    Answers of one confidence share their mean risk, so their order does not count.
    """
    values, group = np.unique(-confidence, return_inverse=True)
    sizes = np.bincount(group, minlength=len(values))
    mean = np.bincount(group, risk, len(values)) / sizes
    best_first = np.repeat(mean, sizes)
    means: Numbers = np.cumsum(best_first) / np.arange(1, len(risk) + 1)
    return means


def _some_risks(by_coverage: Numbers) -> list[tuple[float, float]]:
    """Coverage and risk at even steps of coverage."""
    number = len(by_coverage)
    found = []
    for step in range(1, _COVERAGES + 1):
        answers = max(1, round(number * step / _COVERAGES))
        found.append((answers / number, float(by_coverage[answers - 1])))
    return found


def iou_bins(expected: Numbers, iou: Numbers) -> list[ReliabilityBin]:
    """Answers by expected IoU, in bins of as many answers each."""
    order = np.argsort(expected, kind="stable")
    bins = []
    for rows in np.array_split(order, min(_IOU_BINS, len(order))):
        each = ReliabilityBin(
            share=len(rows) / len(order),
            stated=float(expected[rows].mean()),
            found=float(iou[rows].mean()),
        )
        bins.append(each)
    return bins


def probability_bins(pixels: Counts, temperature: float) -> list[ReliabilityBin]:
    """Px by probability at a temperature, in even steps; steps without px are left out."""
    probability = level_probabilities(temperature)
    outside, inside = pixels
    both = outside + inside
    steps = np.minimum(
        (probability * _PROBABILITY_BINS).astype(int), _PROBABILITY_BINS - 1
    )

    bins = []
    for step in range(_PROBABILITY_BINS):
        is_in_step = steps == step
        mass = both[is_in_step].sum()
        if mass > 0:
            each = ReliabilityBin(
                share=float(mass / both.sum()),
                stated=float((both * probability)[is_in_step].sum() / mass),
                found=float(inside[is_in_step].sum() / mass),
            )
            bins.append(each)
    return bins


def calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Mean difference of stated and found (ECE). Naeini, Cooper and Hauskrecht (2015)."""
    return sum(each.share * abs(each.stated - each.found) for each in bins)
