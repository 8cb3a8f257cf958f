"""A pure function over the partitions of a finished stage.

A partition takes some 10 ms, and so does Dask to give out a task: where there are many, a task
takes several of them, one after the other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeVar

import pyarrow as pa
from upath import UPath

from curate import ledger, storage
from curate.ledger import LedgerReport
from curate.schema import STAGES
from pipelines.flow import build as builds
from pipelines.flow.runner import Run, Stage, StageOutput

_MOST_IN_A_TASK = 16  # partitions, so that progress is seen
_TASKS = 64  # at least, so that all workers have some

_Shared = TypeVar("_Shared")
_Answer = TypeVar("_Answer")

PartitionFunction = Callable[[pa.Table, _Shared], tuple[pa.Table, pa.Table]]
"""The work on one partition: (its rows, what all partitions share) -> (rows that go on,
drops)."""

PartitionQuestion = Callable[[pa.Table, _Shared], _Answer]
"""What is asked of one partition: (its rows, what all partitions share) -> counts or a
small table."""

Total = Callable[[Sequence[_Answer]], _Answer]
"""Makes one answer of several, of partitions that follow each other."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """The names of the partitions of a task."""

    names: Sequence[str]

    def __str__(self) -> str:
        if len(self.names) == 1:
            return self.names[0]
        return f"{self.names[0]} to {self.names[-1]}"


def map_partitions(
    run: Run,
    stage: Stage,
    new: UPath,
    function: PartitionFunction[_Shared],
    shared: _Shared,
) -> StageOutput:
    """Run a function over each partition of the stage before, and write the results.

    Rows and results have the same file names.
    """
    before = run.build / STAGES[STAGES.index(stage.name) - 1]
    task = partial(_map_partition, function, str(before), str(new))
    of_tasks = _map_batches(run, stage.name, partial(_each, task), before.name, shared)
    return StageOutput([*chain.from_iterable(of_tasks)])


def gather(
    run: Run,
    title: str,
    function: PartitionQuestion[_Shared, _Answer],
    stage: str,
    columns: list[str],
    shared: _Shared,
) -> list[_Answer]:
    """What a function answers for each partition of a finished stage.

    It sees `columns` only. The answers are counts or tables of images; rows of objects
    never come to this process.
    """
    task = partial(_ask_partition, function, str(run.build / stage), columns)
    of_tasks = _map_batches(run, title, partial(_each, task), stage, shared)
    return [*chain.from_iterable(of_tasks)]


def gather_totals(
    run: Run,
    title: str,
    function: PartitionQuestion[_Shared, _Answer],
    total: Total[_Answer],
    stage: str,
    columns: list[str],
    shared: _Shared,
) -> list[_Answer]:
    """As `gather`, but the answers of a task's partitions come as their total, in order.

    What a partition answers may be larger than what is new in it: of thousands of partitions, the
    answers would fill this process.
    """
    task = partial(_ask_partition, function, str(run.build / stage), columns)
    return _map_batches(run, title, partial(_total, task, total), stage, shared)


def _map_batches(
    run: Run,
    title: str,
    task: Callable[[_Batch, _Shared], _Answer],
    stage: str,
    shared: _Shared,
) -> list[_Answer]:
    """The results of `task(batch, shared)`; the batches are all partitions of a finished stage."""
    names = builds.partition_names(run.build, stage)
    sizes = builds.partition_sizes(run.build, stage)
    batches = []
    amounts = []
    for some in _slices(len(names)):
        batches.append(_Batch(names[some]))
        amounts.append(sum(sizes[some]))
    return run.workers.map(title, task, batches, shared, amounts)


def _slices(partitions: int) -> Iterator[slice]:
    """Which of so many partitions each task takes."""
    in_a_task = max(1, min(_MOST_IN_A_TASK, partitions // _TASKS))
    for first in range(0, partitions, in_a_task):
        yield slice(first, first + in_a_task)


def _each(
    task: Callable[[str, _Shared], _Answer], batch: _Batch, shared: _Shared
) -> list[_Answer]:
    return [task(name, shared) for name in batch.names]


def _total(
    task: Callable[[str, _Shared], _Answer],
    total: Total[_Answer],
    batch: _Batch,
    shared: _Shared,
) -> _Answer:
    return total(_each(task, batch, shared))


def _map_partition(
    function: PartitionFunction[_Shared],
    before: str,
    new: str,
    name: str,
    shared: _Shared,
) -> LedgerReport:
    """Read one partition, write what the function makes of it, and count both."""
    rows = storage.read_table(UPath(before) / "segments" / name)
    kept, drops = function(rows, shared)

    storage.write_table(UPath(new) / "segments" / name, kept)
    storage.write_table(UPath(new) / "drops" / name, drops)
    return ledger.count(ledger.by_export(rows), kept, drops)


def _ask_partition(
    function: PartitionQuestion[_Shared, _Answer],
    folder: str,
    columns: list[str],
    name: str,
    shared: _Shared,
) -> _Answer:
    return function(
        storage.read_table(UPath(folder) / "segments" / name, columns), shared
    )
