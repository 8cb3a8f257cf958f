"""Near-duplicate pictures: difference hashes that differ in a few bits, and a second look.

Each picture is compared with all whose hashes are near, unless they are a crowd
(curate.stages.near_hashes). The pictures of crowds are compared with their neighbours in eight
orders, in which pictures that look alike are close together: they are sorted by the signs of 64
random projections of what the second look compares, and each order begins at other signs (Charikar
2002, Similarity Estimation Techniques; sorted tables as in Manku et al. 2007, Detecting
Near-Duplicates for Web Crawling). So no set of pictures takes time that grows with the square of
their number. A copy whose thumbnail correlates by .99 is missed in less than one case in a hundred.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate import seeded
from curate.stages import connected
from curate.stages.near_hashes import (
    CROWD,
    Hashes,
    Pairs,
    Positions,
    find_runs,
    masks,
    near_in_runs,
)
from curate.stages.second_look import Details, details, look_alike

Thumbnails = NDArray[np.uint8]
"""(n, px) thumbnails, as `Probe.thumbnail` has them."""

_ORDERS = 8
_NEIGHBOURS = 8  # that follow a picture in an order and are compared with it
_SIGNS = 64
_SEED = 20071
_PAIRS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """n pictures. No two have the same hash and the same thumbnail."""

    hashes: Hashes
    details: Details
    signs: Hashes
    """(n,) 64 signs of what the second look compares: alike pictures have nearly the same."""


def near_duplicates(
    hashes: Hashes,
    thumbnails: Thumbnails,
    bits: int,
    all_pictures: int,
    crowd: int = CROWD,
) -> connected.Roots:
    """What near duplicates connect: for each picture the smallest position it is joined with.

    No two of the pictures have both hash and thumbnail in common. `all_pictures`: how many there
    are, if these are only those of some `near_hashes.candidates`.
    """
    seen = details(thumbnails)
    pictures = Pictures(hashes, seen, _signs(seen))
    roots = connected.alone(len(hashes))
    in_crowd = np.zeros(len(hashes), np.bool_)
    done: list[tuple[np.uint64, NDArray[np.bool_]]] = []
    for mask in masks(all_pictures, bits):
        runs = find_runs(hashes, mask, crowd)
        for pairs in near_in_runs(hashes, runs, bits):
            _join_alike(roots, pictures, _not_yet_compared(hashes, pairs, done))

        is_compared = np.ones(len(hashes), np.bool_)
        is_compared[runs.members[runs.is_crowd]] = False
        done.append((mask, is_compared))
        in_crowd |= ~is_compared

    for pairs in _neighbours(pictures, np.flatnonzero(in_crowd), bits):
        _join_alike(roots, pictures, pairs)
    return roots


def _not_yet_compared(
    hashes: Hashes, pairs: Pairs, done: list[tuple[np.uint64, NDArray[np.bool_]]]
) -> Pairs:
    """The pairs that no earlier mask brought together outside of crowds."""
    one, other = pairs
    is_new = np.ones(len(one), np.bool_)
    different = hashes[one] ^ hashes[other]
    for mask, is_compared in done:
        is_new &= ((different & mask) != 0) | ~is_compared[one]
    return one[is_new], other[is_new]


def _neighbours(pictures: Pictures, crowd: Positions, bits: int) -> Iterator[Pairs]:
    """The pairs with near hashes that are neighbours in one of the orders of a crowd."""
    signs = pictures.signs[crowd]
    for number in range(_ORDERS):
        turn = np.uint64(number * _SIGNS // _ORDERS)
        # A shift by all 64 bits gives 0.
        turned = (signs << turn) | (signs >> (np.uint64(_SIGNS) - turn))
        order = crowd[np.argsort(turned, kind="stable")]
        for step in range(1, _NEIGHBOURS + 1):
            one = order[:-step]
            other = order[step:]
            different = pictures.hashes[one] ^ pictures.hashes[other]
            is_near = np.bitwise_count(different) <= bits
            yield one[is_near], other[is_near]


def _join_alike(roots: connected.Roots, pictures: Pictures, pairs: Pairs) -> None:
    """Join the pairs that look alike; those that are joined already are not looked at."""
    one, other = pairs
    is_open = roots[one] != roots[other]
    one = one[is_open]
    other = other[is_open]
    for first in range(0, len(one), _PAIRS_AT_ONCE):
        some = slice(first, first + _PAIRS_AT_ONCE)
        alike = look_alike(pictures.details, one[some], other[some])
        connected.join(roots, one[some][alike], other[some][alike])


def _signs(seen: Details) -> Hashes:
    """(n,) on which side of 64 random planes each pattern is."""
    px = seen.patterns.shape[1]
    rng = seeded.generator(_SEED)
    planes = rng.normal(size=(px, _SIGNS)).astype(np.float32)
    is_above = seen.patterns @ planes > 0
    packed = np.packbits(is_above, axis=1)
    return packed.view(">u8").ravel().astype(np.uint64)
