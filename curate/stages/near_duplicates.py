"""Near-duplicate images: difference hashes that differ in a few bits, and a second look."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curate.stages.second_look import details, looks_alike

Hashes = NDArray[np.uint64]
"""(n,) 64-bit difference hashes."""

Indices = NDArray[np.int64]
"""Positions of hashes."""

_HASH_BITS = 64


def near_duplicate_links(
    dhashes: Hashes, thumbnails: Sequence[bytes], bits: int
) -> Iterator[tuple[int, int]]:
    """Links between images, as positions, that join all near duplicates of each other.

    Near duplicates have hashes that differ in at most `bits` bits, and look alike on a second
    look. What is joined over several links needs no link of its own: n images that hang together
    have n - 1. `dhashes`: in any order, with repetitions.
    """
    values, value_of = np.unique(dhashes, return_inverse=True)
    near = _near_values(values, bits)
    of_value = _positions_by_value(value_of, len(values))
    seen = details(thumbnails)
    is_waiting = np.ones(len(dhashes), np.bool_)

    for start in range(len(dhashes)):
        if not is_waiting[start]:
            continue
        is_waiting[start] = False
        # From each image on to those that look like it, until no more are found.
        reached = [start]
        while reached:
            one = reached.pop()
            value = int(value_of[one])
            for near_value in (value, *near[value]):
                candidates = of_value[near_value]
                candidates = candidates[is_waiting[candidates]]
                alike = candidates[looks_alike(seen, one, candidates)]
                is_waiting[alike] = False
                for other in alike.tolist():
                    reached.append(other)
                    yield one, other


def _near_values(values: Hashes, bits: int) -> defaultdict[int, list[int]]:
    """The positions of the hashes that are near each hash; `values`: all different."""
    near: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in near_duplicate_pairs(values, bits).tolist():
        near[one].append(other)
        near[other].append(one)
    return near


def _positions_by_value(value_of: Indices, number: int) -> list[Indices]:
    """For each of so many values, the positions that have it."""
    order = np.argsort(value_of, kind="stable")
    first = np.searchsorted(value_of[order], np.arange(1, number))
    return np.split(order, first)


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
