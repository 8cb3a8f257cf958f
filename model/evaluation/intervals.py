"""Means with 95% intervals by the bootstrap over source images: objects of one photo are not independent.

Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13 (percentiles); whole images are drawn.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_DRAWS = 2_000_000  # counts in memory


class Interval(NamedTuple):
    """A mean over objects and the 2.5% and 97.5% percentiles of its resampled values."""

    mean: float
    low: float
    high: float


def intervals(
    values: NDArray[np.float64], images: NDArray[np.int64], resamples: int, seed: int
) -> list[Interval]:
    """One interval for each column of (n, k) values; `images`: (n,) number of each object's source image."""
    _, image = np.unique(images, return_inverse=True)
    number = int(image.max()) + 1
    sums = np.stack([np.bincount(image, column, number) for column in values.T], axis=1)
    sizes = np.bincount(image, minlength=number)
    chance, together = np.random.default_rng(seed), max(1, _DRAWS // number)
    means = []
    for first in range(0, resamples, together):
        draws = chance.multinomial(
            number, np.full(number, 1 / number), min(together, resamples - first)
        )
        draws = draws.astype(np.float64)  # as floats they multiply fast
        means.append((draws @ sums) / (draws @ sizes)[:, None])
    low, high = np.percentile(np.concatenate(means), (2.5, 97.5), axis=0)
    return [
        Interval(*map(float, each)) for each in zip(values.mean(axis=0), low, high, strict=True)
    ]
