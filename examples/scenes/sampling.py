"""Sampling, in words that read aloud; every function takes its numbers from `rng` alone."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.random import Generator

T = TypeVar("T")


def happens(rng: Generator, probability: float) -> bool:
    """True with the given probability, 0 to 1."""
    return bool(rng.random() < probability)


def count(rng: Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`; `high` itself is left out."""
    return int(rng.integers(low, high))


def one_of(rng: Generator, options: Sequence[T]) -> T:
    """One of the options, each as likely as the others."""
    number = int(rng.integers(len(options)))
    return options[number]


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """A number from `low` to `high`; its logarithm is uniform: 1 to 2 is as likely as 2 to 4."""
    logarithm = rng.uniform(np.log(low), np.log(high))
    return float(np.exp(logarithm))


def log_normal(rng: Generator, mean: float, deviation: float) -> float:
    """A positive number whose logarithm has the given mean and standard deviation."""
    logarithm = rng.normal(mean, deviation)
    return float(np.exp(logarithm))


def either(rng: Generator, probability: float, one: T, other: T) -> T:
    """`one` with the given probability, 0 to 1, else `other`."""
    if happens(rng, probability):
        return one
    return other
