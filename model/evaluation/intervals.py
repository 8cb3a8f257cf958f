"""Means with 95% intervals, by the bootstrap over source images.

Objects of one photo are not independent, so whole images are sampled. The limits are percentiles:
Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
"""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.seeded import generator

LEAST_IMAGES = 20
"""A stratum of fewer images is too small to judge: resampling them says too little."""

_LIMITS = (2.5, 97.5)  # percentiles
_MOST_COUNTS = 2_000_000  # of images in resamples, in memory at once


class Interval(msgspec.Struct, frozen=True):
    """A mean over objects, and the 2.5% and 97.5% percentiles of its resampled values."""

    mean: float
    low: float
    high: float


def resampled_means(
    values: NDArray[np.float64],
    images: NDArray[np.int64],
    resamples: int,
    seed: int,
) -> NDArray[np.float64]:
    """(resamples, k) means of the columns of (n, k) values, over resampled images.

    `images`: (n,) a number for each object's source image.
    """
    _, image_of_object = np.unique(images, return_inverse=True)
    objects_of_image = np.bincount(image_of_object)
    number = len(objects_of_image)
    sums = sums_of_groups(values, image_of_object, number)

    # A mean needs only how often each image is taken, so resamples are one product of matrices.
    means = []
    for counts in resampled_counts(number, resamples, seed):
        objects = counts @ objects_of_image
        means.append((counts @ sums) / objects[:, None])
    return np.concatenate(means)


def resampled_counts(
    images: int, resamples: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """How often each image is taken by a bootstrap over images, in blocks of (some, images).

    A resample takes as many images as there are, each any number of times.
    """
    rng = generator(seed)
    equal_chance = np.full(images, 1 / images)
    at_once = max(1, _MOST_COUNTS // images)
    for first in range(0, resamples, at_once):
        block = min(at_once, resamples - first)
        counts = rng.multinomial(images, equal_chance, block)
        yield counts.astype(np.float64)  # floats multiply faster


def sums_of_groups(
    values: NDArray[np.float64], group: NDArray[np.int64], number: int
) -> NDArray[np.float64]:
    """(number, k) sums of the rows of (n, k) values by group, each from 0 to number - 1."""
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], np.arange(number))
    sums: NDArray[np.float64] = np.add.reduceat(values[order], first, axis=0)
    return sums


def interval(mean: float, resampled: NDArray[np.float64]) -> Interval:
    """The interval of a mean from its (resamples,) resampled values."""
    low, high = np.percentile(resampled, _LIMITS)
    return Interval(float(mean), float(low), float(high))
