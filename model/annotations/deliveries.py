"""Judging a delivery as a whole: a hundred masks that are each a little doubtful are sure together.

A delivery is what an export of a customer brings at a time. It is judged beside masks that were
there before, which are called usual here, and never beside itself: the regression that gives its
qualities has learned from the usual ones alone. Two questions are asked of it, and each gives the
share of its masks that are wrong:

- `beside_usual`: do its masks rank as low among the usual ones as spoiled copies of those do?
- `beside_copies`: does spoiling a mask of it once more make no difference?

A domain that is merely harder than the usual ones is lower in rank, but its own copies are lower
still. So both must say that masks are wrong: an intersection-union test, of the level of each of
its two (Berger 1982, Multiparameter Hypothesis Testing and Acceptance Sampling).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from model.annotations.report import MOST_WRONG
from model.evaluation.intervals import LEAST_IMAGES, Interval, sums_of_groups

LEVEL = 0.05
"""Chance that any of the deliveries that are judged together is found worse than it is."""

_LEAST_OBJECTS = 30
_LEAST_CONTRAST = 0.2  # of a rank area over a half: signs that tell less tell nothing

Values = NDArray[np.float64]
"""(n,)"""


@dataclass(frozen=True, slots=True, eq=False)
class Qualities:
    """The masks of a delivery, or the usual ones."""

    own: Values
    """The quality of each mask."""

    copies: Values
    """The quality of a copy of each that is spoiled on purpose; NaN without a copy."""

    images: NDArray[np.int64]
    """A number for the image of each."""

    def is_small(self) -> bool:
        """Whether these are too few to judge, or to judge by."""
        images = len(np.unique(self.images))
        has_copy = ~np.isnan(self.copies)
        paired = int(np.count_nonzero(has_copy))
        return images < LEAST_IMAGES or paired < _LEAST_OBJECTS


def share_wrong(
    delivery: Qualities, usual: Qualities, deliveries: int
) -> Interval | None:
    """The share of a delivery's masks that are wrong, with its limits; None if nobody can tell.

    `deliveries`: how many are judged together. Each gets its part of `LEVEL` (Bonferroni).
    """
    if delivery.is_small() or usual.is_small():
        return None
    deviations = NormalDist().inv_cdf(1 - LEVEL / deliveries)
    found = []
    for question in (beside_usual, beside_copies):
        answer = question(delivery, usual, deviations)
        if answer is None:
            return None
        found.append(answer)
    return min(found, key=lambda each: each.low)


def is_surely_wrong(wrong: Interval | None) -> bool:
    """Whether a delivery is held back for the share of its masks that is wrong."""
    return wrong is not None and wrong.low > MOST_WRONG


def beside_usual(
    delivery: Qualities, usual: Qualities, deviations: float
) -> Interval | None:
    """How much of a delivery ranks like spoiled copies among the usual masks.

    Let θ be the chance that a mask of the delivery has a lower quality than a usual one: the
    statistic of Mann and Whitney (1947). Where a share w of the delivery is wrong, and the rest as
    usual, θ = (1 − w) / 2 + w σ, with σ the same chance for spoiled copies of usual masks. So
    w = (θ − 1/2) / (σ − 1/2). The variance of θ is that of its placements, summed by image
    (DeLong, DeLong and Clarke-Pearson 1988; Obuchowski 1997, for clustered data).
    """
    has_copy = ~np.isnan(usual.copies)
    of_copies = _placements(usual.copies[has_copy], usual.own)
    contrast = float(of_copies.mean()) - 0.5
    if contrast < _LEAST_CONTRAST:
        return None

    of_delivery = _placements(delivery.own, usual.own)
    of_usual = 1 - _placements(usual.own, delivery.own)
    variance = _variance(of_delivery, delivery.images)
    variance += _variance(of_usual, usual.images)

    excess = float(of_delivery.mean()) - 0.5
    margin = deviations * np.sqrt(variance)
    return _interval(excess, margin, contrast)


def beside_copies(
    delivery: Qualities, usual: Qualities, deviations: float
) -> Interval | None:
    """How much of a delivery is as wrong as its own spoiled copies.

    Let A be the chance that a mask has a higher quality than the copy that is made of it: about
    one half where the mask is wrong already. Where that is so of a share w of the delivery, and A
    is B for usual masks, A = (1 − w) B + w / 2. So w = (B − A) / (B − 1/2).
    """
    in_delivery, images = _wins(delivery)
    in_usual, usual_images = _wins(usual)
    contrast = float(in_usual.mean()) - 0.5
    if contrast < _LEAST_CONTRAST:
        return None

    variance = _variance(in_delivery, images)
    variance += _variance(in_usual, usual_images)

    loss = float(in_usual.mean() - in_delivery.mean())
    margin = deviations * np.sqrt(variance)
    return _interval(loss, margin, contrast)


def _placements(values: Values, among: Values) -> Values:
    """(n,) the share of others that are above each value; ties count half."""
    ordered = np.sort(among)
    first = np.searchsorted(ordered, values, side="left")
    last = np.searchsorted(ordered, values, side="right")
    return 1 - (first + last) / (2 * len(among))


def _wins(masks: Qualities) -> tuple[Values, NDArray[np.int64]]:
    """1 for a mask that is better than its copy, 0 for one that is not; and their images."""
    has_copy = ~np.isnan(masks.copies)
    lead = masks.own[has_copy] - masks.copies[has_copy]
    wins = (np.sign(lead) + 1) / 2
    return wins, masks.images[has_copy]


def _variance(values: Values, images: NDArray[np.int64]) -> float:
    """The variance of the mean of values; values of one image may depend on each other."""
    _, image_of = np.unique(images, return_inverse=True)
    number = int(image_of.max()) + 1
    deviations = values - values.mean()
    sums = sums_of_groups(deviations[:, None], image_of, number)

    # As a variance of n values has n - 1 below it, that of n images has.
    squares = float((sums**2).sum())
    of_sum = squares * number / (number - 1)
    return of_sum / len(values) ** 2


def _interval(found: float, margin: float, whole: float) -> Interval:
    """A share, and its limits, of what would be the whole."""
    values = [found, found - margin, found + margin]
    shares = np.clip(values, 0, whole) / whole
    mean, low, high = shares.tolist()
    return Interval(mean, low, high)
