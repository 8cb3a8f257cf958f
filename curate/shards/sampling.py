"""Which rows an epoch uses, in which order: balance acts here and nowhere else."""

import numpy as np
from numpy.typing import NDArray

from curate import seeded

Weights = NDArray[np.floating]
"""(n,) expected number of times that an epoch uses each row."""

Rows = NDArray[np.int64]
"""(n,) numbers of rows."""


def order(
    weights: Weights,
    seed: int,
    epoch: int,
    rank: int = 0,
    world_size: int = 1,
) -> Rows:
    """The rows that one of `world_size` processes uses in an epoch, in order.

    It depends on the arguments alone. `weights`: (n,). All ranks together use round(sum
    of weights) rows, n if the mean weight is 1. A row of weight w is used ⌊w⌋ or ⌈w⌉
    times, w times on average over epochs. Ranks differ by one row at most. ValueError
    if the weights cannot be used, or `rank` is outside the world.

    >>> sorted(order(np.array([1.0, 2.0, 1.0]), seed=0, epoch=1).tolist())
    [0, 1, 1, 2]

    Systematic sampling over a permutation of the rows; the rows are then permuted again
    and dealt out.
    """
    _check_weights(weights)
    if not 0 <= rank < world_size:
        raise ValueError(f"rank {rank} of {world_size}")
    stream = _stream(seed, epoch)

    # Lay the weights end to end, and take the row at each of evenly spaced points.
    shuffled = _permutation(len(weights), seeded.branch(stream, 1))
    lengths = np.asarray(weights, np.float64)[shuffled]
    ends = np.cumsum(lengths)
    total = float(ends[-1])
    count = max(1, round(total))
    spacing = total / count
    start = seeded.uniform(stream, 1).item()
    points = (np.arange(count) + start) * spacing
    place = np.searchsorted(ends, points, side="right")
    place = np.minimum(place, len(weights) - 1)
    rows = shuffled[place]

    # A row that comes twice would come twice in a row.
    mixing = _permutation(count, seeded.branch(stream, 2))
    mixed: Rows = rows[mixing]
    return mixed[rank::world_size]


def shuffled(count: int, seed: int, epoch: int) -> Rows:
    """(count,) the numbers of row groups in an order that depends on the arguments alone."""
    return _permutation(count, seeded.branch(_stream(seed, epoch), 3))


def _stream(seed: int, epoch: int) -> seeded.Keys:
    """(1,) the key of an epoch's random numbers. Their purposes are 1, 2 and 3."""
    of_seed = seeded.branch(seeded.row_keys(1), seed)
    return seeded.branch(of_seed, epoch)


def _check_weights(weights: Weights) -> None:
    """ValueError if nothing can be sampled by these weights."""
    is_negative = weights < 0
    is_good = np.isfinite(weights) & ~is_negative
    if is_good.all() and np.sum(weights) > 0:
        return
    raise ValueError("weights are finite, none negative, and not all 0")


def _permutation(count: int, stream: seeded.Keys) -> Rows:
    """(count,) the numbers 0, 1, … in the order of a stream's random numbers."""
    keys = seeded.numbers(stream, count)[0]
    return np.argsort(keys, kind="stable")
