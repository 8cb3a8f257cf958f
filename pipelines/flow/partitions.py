"""A pure function over the partitions of a finished stage.

A partition takes some 10 ms, and so does Dask to give out a task: where there are many, a task
takes several of them, one after the other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
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
    return StageOutput(_map_names(run, stage.name, task, before.name, shared))


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
    return _map_names(run, title, task, stage, shared)


def _map_names(
    run: Run,
    title: str,
    task: Callable[[str, _Shared], _Answer],
    stage: str,
    shared: _Shared,
) -> list[_Answer]:
    """The results of `task(name, shared)` for each partition of a finished stage."""
    names = builds.partition_names(run.build, stage)
    sizes = builds.partition_sizes(run.build, stage)
    batches = []
    amounts = []
    for some in _slices(len(names)):
        batches.append(_Batch(names[some]))
        amounts.append(sum(sizes[some]))

    answers: list[_Answer] = []
    for of_batch in run.workers.map(
        title, partial(_each, task), batches, shared, amounts
    ):
        answers += of_batch
    return answers


def _slices(partitions: int) -> Iterator[slice]:
    """Which of so many partitions each task takes."""
    in_a_task = max(1, min(_MOST_IN_A_TASK, partitions // _TASKS))
    for first in range(0, partitions, in_a_task):
        yield slice(first, first + in_a_task)


def _each(
    task: Callable[[str, _Shared], _Answer], batch: _Batch, shared: _Shared
) -> list[_Answer]:
    return [task(name, shared) for name in batch.names]


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
