"""Faults of ours: the run goes on, ends with exit 1, and tries again next time."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from curate.drops import FaultReport, make_drop
from curate.reasons import Reason, Refusal
from curate.records import FoundImage
from curate.schema import drops_table
from curate.stages import filter, ingest  # noqa: A004  the stage has this name
from tests.pipelines.small_project import Project, Verb

TRACE = "Traceback (most recent call last):\n  …\nValueError: planted"


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let ingest meet a fault at the images of this path."""
    real = ingest.ingest_partition

    def plant(image_path: str) -> None:
        def ingest_partition(
            found: Iterable[Any], export: Any, *others: Any
        ) -> ingest.Ingested:
            others_found = []
            faulty = []
            for record in found:
                if isinstance(record, FoundImage) and record.path == image_path:
                    faulty.append(record)
                else:
                    others_found.append(record)
            made = real(others_found, export, *others)
            if not faulty:
                return made

            lost = sum(len(record.record.annotations) for record in faulty)
            refusal = Refusal(Reason.FAULT, "ValueError: planted")
            drop = make_drop(
                refusal, export=export.name, image_path=image_path, count=lost
            )
            return replace(
                made,
                drops=pa.concat_tables([made.drops, drops_table([drop])]),
                seen={export.name: made.seen[export.name] + lost},
                faults=[
                    FaultReport(
                        export=export.name,
                        image_path=image_path,
                        summary="ValueError: planted",
                        trace=TRACE,
                    )
                ],
            )

        monkeypatch.setattr(ingest, "ingest_partition", ingest_partition)

    return plant


def partition_of(project: Project, export: str) -> Path:
    """The file of ingest that holds the rows of an export."""
    return (
        project.build
        / "ingest"
        / "segments"
        / f"part-{int(export == 'yard'):05d}.parquet"
    )


def test_a_fault_costs_its_image_and_the_next_run_tries_again(
    project: Project,
    verb: Verb,
    planted: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project.add("street", 4, ["car", "wheel"])
    project.add("yard", 3, ["car"])
    with monkeypatch.context():
        planted("images/1.png")
        outcome = verb("shard", project.settings, "--json")
    monkeypatch.undo()

    assert outcome.code == 1
    [trace] = (project.build / "faults").iterdir()
    assert trace.name.startswith("ingest-")
    assert TRACE in trace.read_text()
    assert "images/1.png" in trace.read_text()
    assert str(trace) in outcome.err
    assert "2 faults in ingest" in outcome.err
    result = msgspec.json.decode(outcome.out)
    assert result["stages"]["ingest"]["by_reason"] == {"fault": 3}
    assert result["stages"]["shard"]["out"] == 8
    assert result["faults"] == [{"stage": "ingest", "count": 2, "files": [str(trace)]}]
    assert verb("audit", project.settings).code == 0

    again = verb("shard", project.settings, "--json")
    assert again.code == 0, again.err
    assert "kept from the last run" not in again.err
    result = msgspec.json.decode(again.out)
    assert (result["stages"]["shard"]["out"], result["faults"]) == (11, [])
    assert not list((project.build / "faults").iterdir())
    assert verb("audit", project.settings).code == 0


def test_partitions_without_a_fault_are_kept(
    project: Project,
    verb: Verb,
    planted: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project.add("street", 4, ["car"])
    project.add("yard", 3, ["car"])
    planted("images/3.png")  # the yard has no such image
    assert verb("ingest", project.settings).code == 1
    monkeypatch.undo()

    inodes = {
        name: partition_of(project, name).stat().st_ino for name in ("street", "yard")
    }
    assert verb("ingest", project.settings).code == 0
    assert partition_of(project, "yard").stat().st_ino == inodes["yard"]
    assert partition_of(project, "street").stat().st_ino != inodes["street"]


def test_where_faults_leave_nothing_the_input_is_not_blamed(
    project: Project, verb: Verb, planted: Callable[[str], None]
) -> None:
    project.add("street", 1, ["car"])
    planted("images/0.png")
    outcome = verb("shard", project.settings)
    assert outcome.code == 1
    assert "1 fault in ingest" in outcome.err


def test_an_exception_of_a_whole_task_names_stage_and_partition(
    project: Project, verb: Verb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("planted")

    project.add("street", 2, ["car"])
    monkeypatch.setattr(filter, "filter_objects", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = verb("filter", project.settings)
    assert outcome.code == 1
    assert (
        "unexpected ValueError (in filter, part-00000.parquet): planted" in outcome.err
    )
    [log] = tmp_path.glob("segcurate-*.log")
    assert str(log) in outcome.err
    assert "in fail" in log.read_text()
