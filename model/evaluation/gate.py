"""The gate: in which strata a model is worse than the last one, and how sure that is.

Both models answer the same objects, so their scores are compared object by object. Images are
resampled, all strata and metrics together, because the objects of one photo are not independent.

A look at a hundred strata finds a fall somewhere by chance alone. So a fall counts only if it is
larger, in its own standard errors, than the largest fall of all strata in 95% of the resamples with
nothing changed: Westfall and Young (1993), Resampling-based multiple testing, the single-step maxT.
Of the runs with nothing changed at most 5% are stopped, however many strata there are.

Two seeds of one recipe give two models, which do differ: so a fall has to be surely larger than
what seeds differ by. Its upper limit must be below −`least_fall`, and for edges, on which seeds
differ more, below −`EDGE_FACTOR` times that.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from model.evaluation.intervals import (
    LEAST_IMAGES,
    resampled_counts,
    sums_of_groups,
)
from model.evaluation.report import GateCheck, Stratum
from model.evaluation.strata import Resampling, StratumObjects

RULE_VERSION = 2
"""A report that an earlier rule judged is made anew."""

CONFIDENCE = 0.95
"""In how many of the runs with nothing changed no stratum is stopped, at least."""

EDGE_FACTOR = 2.0
"""How much more an edge metric may fall than IoU: two seeds of the demo's training differ by a
standard deviation of .055 an object in edge F, and of .035 in IoU.
"""

_LEAST_ERROR = 1e-9  # of a mean; identical models have none
_LEAST_CHANCE = 1e-300  # normal numbers have no place for 0


@dataclass(frozen=True, slots=True)
class GateFindings:
    """What the gate finds."""

    checks: list[GateCheck]
    """One for each stratum that is large enough and each metric, the worst first."""

    too_small: list[Stratum]


@dataclass(frozen=True, slots=True)
class _Resampled:
    """A metric's difference in one stratum."""

    stratum: Stratum
    metric: str
    objects: int
    images: int
    mean: float
    means: NDArray[np.float64]
    """(resamples,) in the resamples."""

    @property
    def error(self) -> float:
        """The standard error of the mean; the bootstrap's own is too small by √((n - 1) / n)."""
        spread = float(self.means.std(ddof=1))
        spread *= math.sqrt(self.images / (self.images - 1))
        return max(spread, _LEAST_ERROR)


def find_falls(
    differences: Mapping[str, NDArray[np.float64]],
    strata: Sequence[StratumObjects],
    resampling: Resampling,
    least_fall: float,
) -> GateFindings:
    """Check each metric in each stratum.

    `differences`: by metric, (n,) the model's score of each object less the baseline's; higher is
    better. `least_fall`: an IoU that is not surely lower by more is let through.
    """
    judged = []
    too_small = []
    for stratum in strata:
        images = len(np.unique(resampling.images[stratum.rows]))
        if images < LEAST_IMAGES:
            too_small.append(stratum.stratum)
        else:
            judged.append(stratum)

    resampled = _resample(differences, judged, resampling)
    if not resampled:
        return GateFindings([], too_small)

    # In the resamples nothing has changed but the choice of images: how far each strays below its
    # own mean, in standard errors, and the farthest of all in each resample.
    strayed = [(each.means - each.mean) / each.error for each in resampled]
    farthest = np.min(strayed, axis=0)
    critical = -float(np.quantile(farthest, 1 - CONFIDENCE))

    checks = []
    for each in resampled:
        tolerance = _tolerance(each.metric, least_fall)
        checks.append(_check(each, farthest, critical, tolerance))
    checks.sort(key=lambda check: (not check.fell, check.high))
    return GateFindings(checks, too_small)


def _check(
    resampled: _Resampled,
    farthest: NDArray[np.float64],
    critical: float,
    tolerance: float,
) -> GateCheck:
    """Whether a metric has surely fallen in a stratum by more than a tolerance.

    `farthest`: (resamples,) how far the metrics of all strata stray below their means at most, in
    standard errors. `critical`: the errors within which the share `CONFIDENCE` of them stays.
    """
    mean = resampled.mean
    error = resampled.error
    in_errors = _as_normal(mean / error, resampled.images)
    beyond = _as_normal((mean + tolerance) / error, resampled.images)
    return GateCheck(
        stratum=resampled.stratum,
        metric=resampled.metric,
        objects=resampled.objects,
        images=resampled.images,
        mean=mean,
        low=mean - critical * error,
        high=mean + critical * error,
        by_chance=float(np.mean(farthest <= in_errors)),
        fell=beyond < -critical,
    )


def _tolerance(metric: str, least_fall: float) -> float:
    """By how much a metric may fall."""
    if metric.startswith("edge"):
        return EDGE_FACTOR * least_fall
    return least_fall


def _as_normal(in_errors: float, images: int) -> float:
    """A mean in standard errors, as far out among normal numbers as it is in Student's t.

    Of few images the error itself is uncertain: a mean lies far out more often.
    """
    if in_errors > 0:
        return -_as_normal(-in_errors, images)
    chance = stats.t.cdf(in_errors, images - 1)
    return float(stats.norm.ppf(max(chance, _LEAST_CHANCE)))


def _resample(
    differences: Mapping[str, NDArray[np.float64]],
    strata: Sequence[StratumObjects],
    resampling: Resampling,
) -> list[_Resampled]:
    """Each metric's difference in each stratum, all over the same resampled images."""
    values = np.stack(list(differences.values()), axis=1)
    names, image_of_object = np.unique(resampling.images, return_inverse=True)
    sums = [_ImageSums.of(values, image_of_object, each.rows) for each in strata]

    blocks: list[list[NDArray[np.float64]]] = [[] for _ in strata]
    counts = resampled_counts(len(names), resampling.resamples, resampling.seed)
    for block in counts:
        for each, of_stratum in zip(sums, blocks, strict=True):
            of_stratum.append(each.means(block))

    found = []
    for stratum, each, of_stratum in zip(strata, sums, blocks, strict=True):
        means = np.concatenate(of_stratum)
        for column, metric in enumerate(differences):
            resampled = _Resampled(
                stratum=stratum.stratum,
                metric=metric,
                objects=len(stratum.rows),
                images=len(each.images),
                mean=float(values[stratum.rows, column].mean()),
                means=means[:, column],
            )
            found.append(resampled)
    return found


@dataclass(frozen=True, slots=True)
class _ImageSums:
    """The values of a stratum's objects, summed by image."""

    images: NDArray[np.int64]
    """(i,) the numbers of its images."""

    sums: NDArray[np.float64]
    """(i, k)"""

    objects: NDArray[np.int64]
    """(i,) how many objects each image has."""

    @classmethod
    def of(
        cls,
        values: NDArray[np.float64],
        image_of_object: NDArray[np.int64],
        rows: NDArray[np.int64],
    ) -> "_ImageSums":
        """Those of some rows of (n, k) values."""
        images, image = np.unique(image_of_object[rows], return_inverse=True)
        sums = sums_of_groups(values[rows], image, len(images))
        return cls(images, sums, np.bincount(image))

    def means(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """(resamples, k) means over resampled images; 0 where none of them is the stratum's."""
        of_images = counts[:, self.images]
        sums = of_images @ self.sums
        objects = of_images @ self.objects
        means: NDArray[np.float64] = sums / np.maximum(objects, 1)[:, None]
        return means
