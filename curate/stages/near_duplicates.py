"""Near-duplicate images: pairs of difference hashes that differ in a few bits."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
"""(n,) 64-bit difference hashes."""

Indices = NDArray[np.int64]
"""Positions of hashes."""

_HASH_BITS = 64


def near_duplicate_pairs(dhashes: Hashes, bits: int) -> Indices:
    """Pairs of hashes that differ in at most `bits` bits.

    `dhashes`: all different. Gives (pairs, 2) positions, the smaller first, in order.

    Two hashes that differ in k bits are equal in one of k + 1 chunks (pigeonhole; Norouzi et al.
    2012, multi-index hashing), so only hashes with an equal chunk are compared.
    """
    found: list[Indices] = []
    chunk_bounds = np.linspace(0, _HASH_BITS, bits + 2).astype(int)
    for low, high in pairwise(chunk_bounds.tolist()):
        for candidates in _with_equal_chunk(dhashes, low, high):
            found.extend(_pairs_among(dhashes, candidates, bits))

    if not found:
        return np.empty((0, 2), np.int64)
    pairs = np.concatenate(found)
    return np.unique(pairs, axis=0)


def _with_equal_chunk(dhashes: Hashes, low: int, high: int) -> list[Indices]:
    """The positions of hashes with equal bits from `low` up to `high`, an array for each value."""
    width = high - low
    mask = np.uint64((1 << width) - 1)
    chunk = (dhashes >> np.uint64(low)) & mask

    # Sorted by the chunk, hashes with an equal chunk are adjacent.
    order = np.argsort(chunk, kind="stable")
    step = np.diff(chunk[order])
    changes = np.flatnonzero(step) + 1
    return np.split(order, changes)


def _pairs_among(dhashes: Hashes, candidates: Indices, bits: int) -> Iterator[Indices]:
    """The near-duplicate pairs among some hashes, in arrays of (pairs, 2) positions."""
    for number, one in enumerate(candidates[:-1], start=1):
        others = candidates[number:]
        different_bits = dhashes[others] ^ dhashes[one]
        distance = np.bitwise_count(different_bits)
        near = others[distance <= bits]
        if not near.size:
            continue

        pairs = np.empty((near.size, 2), np.int64)
        pairs[:, 0] = np.minimum(near, one)
        pairs[:, 1] = np.maximum(near, one)
        yield pairs
