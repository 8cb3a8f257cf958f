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

# The shifts and factors of SplitMix64's finaliser, in the order in which it applies them.
_FIRST_SHIFT = np.uint64(30)
_FIRST_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_SHIFT = np.uint64(27)
_SECOND_FACTOR = np.uint64(0x94D049BB133111EB)
_LAST_SHIFT = np.uint64(31)

_ID_DIGITS = 32
_FLOAT_BITS = 53  # of a float64's mantissa
_UNUSED_BITS = np.uint64(64 - _FLOAT_BITS)
_FLOAT_STEP = 2.0**-_FLOAT_BITS


def object_keys(object_ids: Sequence[str]) -> Keys:
    """(n,) uint64 keys of object ids, each of 32 hex digits; all 128 bits count.

    ValueError if an id is not like that.
    """
    digits = "".join(object_ids)
    if len(digits) != _ID_DIGITS * len(object_ids):
        raise ValueError(f"an object id is {_ID_DIGITS} hex digits")

    # Each id is two words of 64 bits. The first is hashed before the second is added, so that
    # their order counts.
    written = bytes.fromhex(digits)
    words = np.frombuffer(written, ">u8").astype(np.uint64)
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
    # Numpy's arrays wrap at 2^64 in silence, where its single numbers warn.
    wrapped = number % 2**64
    step = np.array([wrapped], np.uint64)
    counter = step * _PHI + _PHI

    hashed_number = _mix(counter)
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
    all_bits = numbers(keys, count)
    highest_bits = all_bits >> _UNUSED_BITS
    return highest_bits.astype(np.float64) * _FLOAT_STEP


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
    seed = int(key[0])
    return np.random.default_rng(seed)


def _mix(values: Keys) -> Keys:
    """SplitMix64's finaliser: each bit of the result depends on every bit of the value."""
    values = values ^ (values >> _FIRST_SHIFT)
    values = values * _FIRST_FACTOR
    values = values ^ (values >> _SECOND_SHIFT)
    values = values * _SECOND_FACTOR
    return values ^ (values >> _LAST_SHIFT)
