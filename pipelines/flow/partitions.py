"""A pure function over the partitions of a finished stage, one task for each."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pyarrow as pa
from upath import UPath

from curate import ledger, storage
from curate.ledger import LedgerReport
from curate.schema import STAGES
from pipelines.flow import build as builds
from pipelines.flow.runner import Run, Stage, StageOutput

_Shared = TypeVar("_Shared")
_Answer = TypeVar("_Answer")

PartitionFunction = Callable[[pa.Table, _Shared], tuple[pa.Table, pa.Table]]
"""The work on one partition: (its rows, what all partitions share) -> (rows that go on,
drops)."""

PartitionQuestion = Callable[[pa.Table, _Shared], _Answer]
"""What is asked of one partition: (its rows, what all partitions share) -> counts or a
small table."""


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
    names = builds.partition_names(run.build, before.name)
    task = partial(_map_partition, function, str(before), str(new))
    sizes = builds.partition_sizes(run.build, before.name)
    return StageOutput(run.workers.map(stage.name, task, names, shared, sizes))


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
    names = builds.partition_names(run.build, stage)
    task = partial(_ask_partition, function, str(run.build / stage), columns)
    sizes = builds.partition_sizes(run.build, stage)
    return run.workers.map(title, task, names, shared, sizes)


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
