"""Random numbers as a pure function of an object's id, an epoch and a seed.

They are the same on any machine. SplitMix64 (Steele, Lea and Flood, 2014) runs as a counter: a key
names a stream, and the k-th number of the stream is `_mix(key + k × φ)`. Nothing is kept from call
to call, so rows may come in any order and in any partition.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
"""(n,) uint64: each names a stream of numbers."""

_PHI = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: SplitMix64's step

_FIRST_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_FACTOR = np.uint64(0x94D049BB133111EB)


def object_keys(object_ids: Sequence[str]) -> Keys:
    """(n,) uint64 keys of object ids, each of 32 hex digits; all 128 bits count.

    ValueError if an id is not like that.
    """
    digits = "".join(object_ids)
    if len(digits) != 32 * len(object_ids):
        raise ValueError("an object id is 32 hex digits")

    # Each id is two words of 64 bits. The first is hashed before the second is added, so that
    # their order counts.
    words = np.frombuffer(bytes.fromhex(digits), ">u8").astype(np.uint64)
    high, low = words.reshape(-1, 2).T
    return _mix(_mix(high) + low)


def row_keys(count: int) -> Keys:
    """(count,) uint64 keys of the rows 0, 1, … of a table."""
    rows = np.arange(count, dtype=np.uint64)
    return _mix(rows * _PHI)


def branch(keys: Keys, number: int) -> Keys:
    """(n,) keys of other streams, for a whole number such as an epoch, a seed or a purpose.

    The streams of different numbers are as independent as the hash is.
    """
    step = np.array([number % 2**64], np.uint64)
    hashed_number = _mix(step * _PHI + _PHI)
    return _mix(keys ^ hashed_number)


def numbers(keys: Keys, count: int) -> Keys:
    """The first numbers of each stream, (n, count) uint64, evenly distributed over all values."""
    steps = np.arange(1, count + 1, dtype=np.uint64)
    counters = keys[:, None] + steps * _PHI
    return _mix(counters)


def uniform(keys: Keys, count: int) -> NDArray[np.float64]:
    """The first numbers of each stream, (n, count) float64, uniform in [0, 1).

    They come in steps of 2^-53, the finest that float64 holds over the whole range.
    """
    highest_bits = numbers(keys, count) >> np.uint64(11)
    return highest_bits.astype(np.float64) * 2.0**-53


def generator(*path: int) -> np.random.Generator:
    """A numpy generator for whole numbers: a seed, then what it is for, such as an epoch or a row.

    The same numbers give the same generator; other numbers, or another order of them, give an
    independent one.

    >>> generator(0, 3).random() == generator(0, 3).random()
    True
    """
    key = row_keys(1)
    for number in path:
        key = branch(key, number)
    return np.random.default_rng(int(key[0]))


def _mix(values: Keys) -> Keys:
    """SplitMix64's finaliser: each bit of the result depends on every bit of the value."""
    values = values ^ (values >> np.uint64(30))
    values = values * _FIRST_FACTOR
    values = values ^ (values >> np.uint64(27))
    values = values * _SECOND_FACTOR
    return values ^ (values >> np.uint64(31))
