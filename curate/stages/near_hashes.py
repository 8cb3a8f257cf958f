"""Which difference hashes are near each other, among millions of them.

Two hashes that differ in `bits` bits at most are equal in at least `chosen` of any `bits + chosen`
bands (pigeonhole; Norouzi et al. 2012, multi-index hashing). So hashes are sorted by each choice of
that many bands, and only those of one run, whose chosen bands are equal, are compared.

A run of more than `CROWD` hashes is a crowd: comparing all of it would take time that grows with
the square of its length, and its hashes tell little. What takes its place is the caller's choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from itertools import count as count_from
from math import comb

import numpy as np
from numpy.typing import NDArray

from curate.stages import connected

CROWD = 256
"""The most hashes of a run that are all compared with each other."""

Hashes = NDArray[np.uint64]
"""(n,) 64-bit difference hashes."""

Positions = NDArray[np.int64]
"""Positions of hashes."""

Pairs = tuple[Positions, Positions]
"""The positions of the first and the second hash of each pair."""

_HASH_BITS = 64
_USUAL_RUN = 8  # hashes that chance alone may bring into a run
_MOST_MASKS = 300
_PAIRS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class Runs:
    """Hashes in an order in which equal keys are adjacent.

    `members`: (n,) positions, in that order. `ends`: (n,) where in it the run of each ends.
    `is_crowd`: (n,) whether that run is a crowd.
    """

    members: Positions
    ends: Positions
    is_crowd: NDArray[np.bool_]


def masks(count: int, bits: int) -> list[np.uint64]:
    """The bits of each choice of bands, for `count` hashes.

    With more hashes, more bands are chosen together, so that chance alone brings few hashes into
    one run.
    """
    chosen = 1
    while comb(bits + chosen + 1, chosen + 1) <= _MOST_MASKS:
        key_bits = _HASH_BITS * chosen // (bits + chosen)
        if count <= _USUAL_RUN * 2**key_bits:
            break
        chosen += 1

    # Bits from all over the hash: those of a picture's sky are often all equal.
    number = bits + chosen
    bands = []
    for first in range(number):
        band = sum(1 << bit for bit in range(first, _HASH_BITS, number))
        bands.append(band)
    return [np.uint64(sum(choice)) for choice in combinations(bands, chosen)]


def find_runs(hashes: Hashes, mask: np.uint64, crowd: int = CROWD) -> Runs:
    """The hashes sorted by their bits in `mask`; runs of more than `crowd` of them are crowds."""
    keys = hashes & mask
    members = np.argsort(keys, kind="stable")
    steps = np.diff(keys[members])
    last_of_runs = np.flatnonzero(steps)
    starts = np.concatenate([[0], last_of_runs + 1])
    lengths = np.diff(starts, append=len(keys))

    # For each member, what holds for its run.
    ends = starts + lengths
    are_crowds = lengths > crowd
    return Runs(
        members=members,
        ends=np.repeat(ends, lengths),
        is_crowd=np.repeat(are_crowds, lengths),
    )


def near_in_runs(hashes: Hashes, runs: Runs, bits: int) -> Iterator[Pairs]:
    """The near pairs of all runs but crowds, very many of them at once."""
    in_order = hashes[runs.members]
    place = np.flatnonzero(~runs.is_crowd)
    ones: list[Positions] = []
    others: list[Positions] = []
    count = 0
    for step in count_from(1):
        # Each hash and the one that many places on, as long as that is in its run.
        has_other = runs.ends[place] > place + step
        place = place[has_other]
        different = in_order[place] ^ in_order[place + step]
        is_near = np.bitwise_count(different) <= bits
        near = place[is_near]
        ones.append(runs.members[near])
        others.append(runs.members[near + step])
        count += len(near)

        is_last = not len(place)
        if is_last or count >= _PAIRS_AT_ONCE:
            yield np.concatenate(ones), np.concatenate(others)
            ones, others, count = [], [], 0
        if is_last:
            return


def candidates(hashes: Hashes, bits: int, crowd: int = CROWD) -> connected.Roots:
    """What may be near duplicates, as far as hashes tell: near ones, and all of a crowd.

    Gives for each hash the smallest position of what it may be connected with.
    """
    roots = connected.alone(len(hashes))
    for mask in masks(len(hashes), bits):
        runs = find_runs(hashes, mask, crowd)
        for one, other in near_in_runs(hashes, runs, bits):
            connected.join(roots, one, other)

        # All of a crowd: each member and the next one, if that is of the same run.
        in_crowd = runs.members[runs.is_crowd]
        keys = hashes[in_crowd] & mask
        is_same_run = np.diff(keys) == 0
        one = in_crowd[:-1][is_same_run]
        other = in_crowd[1:][is_same_run]
        connected.join(roots, one, other)
    return roots
