"""Partitions of a finished stage: many of them go into one task, in order."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from upath import UPath

from curate.settings import ExportSettings, LicenceSettings, Settings
from curate.storage import write_table
from pipelines.flow.partitions import gather, gather_totals
from pipelines.flow.runner import Run


class Here:
    """Workers that do each task at once, and note it."""

    def __init__(self) -> None:
        self.tasks: list[str] = []
        self.amounts: list[int] = []

    def map(
        self,
        title: str,
        function: Callable[[Any, Any], Any],
        items: Sequence[Any],
        shared: Any,
        amounts: Sequence[int],
    ) -> list[Any]:
        self.tasks += [f"{title}, {item}" for item in items]
        self.amounts += amounts
        return [function(item, shared) for item in items]


@pytest.mark.parametrize(
    ("partitions", "tasks", "first"),
    [
        (3, 3, "numbers, part-00000.parquet"),
        (130, 65, "numbers, part-00000.parquet to part-00001.parquet"),
    ],
)
def test_many_partitions_share_a_task_and_each_answers_in_its_order(
    partitions: int, tasks: int, first: str, tmp_path: UPath
) -> None:
    folder = UPath(tmp_path) / "filter" / "segments"
    for number in range(partitions):
        rows = pa.table({"number": [number], "other": [0]})
        write_table(folder / f"part-{number:05d}.parquet", rows)

    workers = Here()
    run = make_run(tmp_path, workers)
    answers = gather(run, "numbers", add, "filter", ["number"], 1000)
    assert answers == [1000 + number for number in range(partitions)]
    assert len(workers.tasks) == tasks
    assert workers.tasks[0] == first
    sizes = [file.stat().st_size for file in folder.iterdir()]
    assert sum(workers.amounts) == sum(sizes)

    totals = gather_totals(run, "sums", add, total, "filter", ["number"], 1000)
    assert len(totals) == tasks
    assert sum(totals) == sum(answers)


def add(rows: pa.Table, shared: int) -> int:
    """The one number of a partition, and what is shared."""
    assert rows.column_names == ["number"]
    number: int = rows["number"][0].as_py()
    return shared + number


def total(numbers: Sequence[int]) -> int:
    """The sum of several partitions' answers."""
    return sum(numbers)


def make_run(folder: UPath, workers: Any) -> Run:
    """A run whose build is a folder."""
    export = ExportSettings(
        name="acme", path="x", format="coco", customer="a", domain="d", licence="l"
    )
    settings = Settings(
        build=str(folder),
        exports=[export],
        licences=LicenceSettings(allow=["l"]),
    )
    return Run(settings, workers, screen=None)  # type: ignore[arg-type]  # none is shown
