"""Whether the model knows how good its answers are: reliability, expected IoU, risk by coverage."""

from collections import Counter
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from curate.shards.sample import Sample
from curate.shards.windows import SIZES
from model import ranks
from model.calibration import Counts, brier, level_probabilities, pixel_shares
from model.confidence import Confidence, Probabilities, self_overlap, size_of
from model.evaluation.judging import Answers
from model.evaluation.report import ConfidenceReport, ReliabilityBin, SizeReliability

_PROBABILITY_BINS = 20
_IOU_BINS = 10
_COVERAGES = 20
_SHARE_UNITS = 2**40  # in which shares of px are added; a million answers fit 64 bits
_DIGITS = 9  # behind these, sums depend on where arrays lie in memory

Numbers = NDArray[np.float64]
"""(n,)"""


class WatchedModel:
    """A model whose answers are noted while they are judged: how sure each is, and each px.

    Of the px only sums are kept, so memory does not grow with an answer's size.
    """

    def __init__(self, answers: Answers, confidence: Confidence | None) -> None:
        self._answers = answers
        self._confidence = confidence
        self._lock = Lock()
        self._expected_ious: dict[int, float] = {}
        self._objects: Counter[str] = Counter()
        self._pixels: dict[str, NDArray[np.int64]] = {}

    def answer(self, samples: Sequence[Sample]) -> list[Probabilities]:
        """The model's answers to samples, which may come in any order and on several threads."""
        answers = self._answers(samples)
        for sample, answer in zip(samples, answers, strict=True):
            self._note(sample, answer)
        return answers

    def _note(self, sample: Sample, answer: Probabilities) -> None:
        if self._confidence is None:
            expected = self_overlap(answer)
        else:
            expected = self._confidence.expected_iou(answer, sample.drawn)

        # Whole numbers add up to the same sum in any order.
        shares = np.rint(pixel_shares(answer, sample.mask) * _SHARE_UNITS)
        size = size_of(sample.drawn)
        with self._lock:
            self._expected_ious[sample.row] = _rounded(expected)
            self._objects[size] += 1
            sums = self._pixels.setdefault(size, np.zeros(shares.shape, np.int64))
            sums += shares.astype(np.int64)

    def share(self) -> None:
        """Note what the answers of the other ranks were, too."""
        of_ranks = ranks.from_all((self._expected_ious, self._objects, self._pixels))
        self._expected_ious = {}
        self._objects = Counter()
        self._pixels = {}
        for expected_ious, objects, pixels in of_ranks:
            self._expected_ious |= expected_ious
            self._objects += objects
            for size, sums in pixels.items():
                self._pixels[size] = self._pixels.get(size, 0) + sums

    @property
    def expected_ious(self) -> list[float]:
        """Of all answers so far, in the order of the shards.

        Without a fitted confidence, what the answers expect of themselves.
        """
        return [iou for _, iou in sorted(self._expected_ious.items())]

    def report(self, iou: Numbers) -> ConfidenceReport:
        """How well the model knows its answers. `iou`: (n,) of all answers."""
        expected = np.array(self.expected_ious)
        risk = 1 - iou
        by_coverage = risks(expected, risk)
        bins = iou_bins(expected, iou)
        return ConfidenceReport(
            fitted=self._confidence is not None,
            aurc=_rounded(by_coverage.mean()),
            aurc_perfect=_rounded(risks(iou, risk).mean()),
            aurc_random=_rounded(risk.mean()),
            risks=_some_risks(by_coverage),
            iou_error=calibration_error(bins),
            iou_bins=bins,
            sizes=[self._of_size(size) for size in SIZES if size in self._pixels],
        )

    def _of_size(self, size: str) -> SizeReliability:
        """Whether the px of the answers of a size come true."""
        temperature = 1.0
        if self._confidence is not None:
            temperature = self._confidence.by_size[size].temperature
        pixels: Counts = self._pixels[size] / _SHARE_UNITS
        bins = probability_bins(pixels, temperature)
        return SizeReliability(
            size=size,
            objects=self._objects[size],
            brier=_rounded(brier(pixels, temperature)),
            brier_raw=_rounded(brier(pixels, 1.0)),
            calibration_error=calibration_error(bins),
            calibration_error_raw=calibration_error(probability_bins(pixels, 1.0)),
            bins=bins,
        )


def risks(confidence: Numbers, risk: Numbers) -> Numbers:
    """(n,) the mean risk of the 1, 2, … n answers with the highest confidence.

    Answers of one confidence share their mean risk, so their order does not count.
    """
    values, group = np.unique(-confidence, return_inverse=True)
    groups = len(values)
    sizes = np.bincount(group, minlength=groups)
    mean = np.bincount(group, risk, groups) / sizes

    # Groups are in the order of their values, so the highest confidence comes first.
    best_first = np.repeat(mean, sizes)
    answers = np.arange(1, len(risk) + 1)
    means: Numbers = np.cumsum(best_first) / answers
    return means


def _some_risks(by_coverage: Numbers) -> list[tuple[float, float]]:
    """Coverage and risk at even steps of coverage."""
    number = len(by_coverage)
    found = []
    for step in range(1, _COVERAGES + 1):
        answers = max(1, round(number * step / _COVERAGES))
        found.append((answers / number, _rounded(by_coverage[answers - 1])))
    return found


def iou_bins(expected: Numbers, iou: Numbers) -> list[ReliabilityBin]:
    """Answers by expected IoU, in bins of as many answers each."""
    order = np.argsort(expected, kind="stable")
    bins = []
    for rows in np.array_split(order, min(_IOU_BINS, len(order))):
        each = ReliabilityBin(
            share=_rounded(len(rows) / len(order)),
            stated=_rounded(expected[rows].mean()),
            found=_rounded(iou[rows].mean()),
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
                share=_rounded(mass / both.sum()),
                stated=_rounded((both * probability)[is_in_step].sum() / mass),
                found=_rounded(inside[is_in_step].sum() / mass),
            )
            bins.append(each)
    return bins


def calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Mean difference of stated and found (ECE). Naeini, Cooper and Hauskrecht (2015)."""
    error = sum(each.share * abs(each.stated - each.found) for each in bins)
    return _rounded(error)


def _rounded(value: float | np.floating) -> float:
    """A number that is the same wherever the arrays that it was summed from lay in memory."""
    return round(float(value), _DIGITS)
