"""An epoch dealt out in steps: to the ranks of a training, and to the workers of each rank.

The order of an epoch depends on the seed and the epoch alone. A step takes the next rows of that
order, and each rank takes its share. So two numbers say where a training stands. Ranks, workers and
rows of a batch may be more or fewer when it goes on.

    bookmark = Bookmark()
    for samples, bookmark in batches(shards, 32, bookmark, seed=0): ...

Rows that are near each other in the files are near each other in the order: the row groups
are shuffled, and the rows of about `POOL_BYTES` of them. Each row group is then read once,
also from a store that is far away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.shards.epoch_windows import random_windows
from curate.shards.reader import Shards
from curate.shards.sample import Sample
from curate.shards.sampling import Rows, order, shuffled
from curate.shards.streaming import stream

POOL_BYTES = 96 * 2**20
"""Encoded crops and masks whose rows are shuffled together."""


class Bookmark(msgspec.Struct, frozen=True):
    """Where a training stands: what it needs to go on, with the seed."""

    epoch: int = 0
    used: int = 0
    """Samples of the epoch that all ranks together have used."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """One of the processes that share an epoch: a worker of a rank. Both are counted from 0."""

    rank: int = 0
    world_size: int = 1
    worker: int = 0
    workers: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a rank takes in one step."""

    rows: Rows
    after: Bookmark
    """Where the training stands when all ranks have done the step."""


def epoch_rows(shards: Shards, seed: int, epoch: int) -> Rows:
    """The rows that an epoch uses, in order: those of `order`, pool by pool."""
    rows = order(shards.weights, seed, epoch)
    groups = shuffled(len(shards.groups), seed, epoch)

    # Row groups fill one pool after the other, in their shuffled order.
    sizes = np.array([group.bytes for group in shards.groups])
    shuffled_sizes = sizes[groups]
    bytes_before = np.cumsum(shuffled_sizes) - shuffled_sizes
    pool_of_group = np.empty(len(groups), np.int64)
    pool_of_group[groups] = bytes_before // POOL_BYTES

    pool_of_row = pool_of_group[shards.group_numbers(rows)]
    by_pool = np.argsort(pool_of_row, kind="stable")
    return rows[by_pool]


def step_ends(left: int, together: int, world_size: int) -> NDArray[np.int64]:
    """Where each step ends, counted from the first of `left` rows.

    A step takes `together` rows. The last takes all that are left: fewer, or a few more if
    they would not be enough for a step of their own, in which each rank has one. ValueError
    if they are not enough even so.
    """
    if left < world_size:
        raise ValueError(
            f"{left} samples are left of the epoch for {world_size} ranks: go on with fewer "
            "ranks, or with the next epoch"
        )
    full, rest = divmod(left, together)
    ends = together * np.arange(1, full + 1)
    if rest >= world_size or full == 0:
        return np.append(ends, left)
    ends[-1] = left
    return ends


def deal(
    rows: Rows, batch_size: int, bookmark: Bookmark, consumer: Consumer | None = None
) -> list[Step]:
    """The steps of a consumer, from a bookmark in an epoch to its end.

    `rows`: of the whole epoch. `batch_size`: rows of a rank in a step. All ranks have as
    many steps; in the last a rank may have fewer rows, or one more. The workers of a rank
    take its steps in turn, as a torch DataLoader asks them. ValueError if fewer rows are left
    than there are ranks.
    """
    if consumer is None:
        consumer = Consumer()
    if not 0 <= consumer.rank < consumer.world_size:
        raise ValueError(f"rank {consumer.rank} of {consumer.world_size}")
    if not 0 <= consumer.worker < consumer.workers:
        raise ValueError(f"worker {consumer.worker} of {consumer.workers}")
    if bookmark.used >= len(rows):
        return []

    together = batch_size * consumer.world_size
    ends = bookmark.used + step_ends(
        len(rows) - bookmark.used, together, consumer.world_size
    )
    starts = np.append(bookmark.used, ends[:-1])
    steps = []
    for number in range(consumer.worker, len(ends), consumer.workers):
        of_all = rows[starts[number] : ends[number]]
        its_rows = of_all[consumer.rank :: consumer.world_size]
        steps.append(Step(its_rows, Bookmark(bookmark.epoch, int(ends[number]))))
    return steps


def batches(
    shards: Shards,
    batch_size: int,
    bookmark: Bookmark,
    seed: int,
    consumer: Consumer | None = None,
    threads: int = 2,
) -> Iterator[tuple[list[Sample], Bookmark]]:
    """The batches of a consumer from a bookmark to the end of its epoch, each with the bookmark
    after it.

    Drawn boxes and windows are those of the epoch, by the settings that the shards were cut
    with. `batch_size`: samples of a rank in a step. `bookmark`: where to begin. `consumer`: None
    for the only one. `threads`: how many decode. Errors as `deal`; InputError if a shard cannot be
    read.
    """
    rows = epoch_rows(shards, seed, bookmark.epoch)
    steps = deal(rows, batch_size, bookmark, consumer)
    if not steps:
        return

    drawn, window = random_windows(shards, shards.crop_settings, bookmark.epoch)
    wanted = np.concatenate([step.rows for step in steps])
    samples = stream(shards, wanted, drawn, window, threads)
    for step in steps:
        yield list(islice(samples, len(step.rows))), step.after
