"""Ingest on the workers: a task for each export, then one for each partition.

The task of an export plans it (`pipelines.flow.planning`). A partition's task opens the
images of one plan file and writes their rows. Plans and partitions are kept by the key
of what they were made from: after a kill, and after a change to one export, only what
is missing is done.
"""

from dataclasses import dataclass
from functools import partial

import msgspec
from upath import UPath

from curate import ledger
from curate.export_settings import ExportSettings
from curate.exports.places import Places
from curate.ledger import LedgerReport
from curate.limits import Limits
from curate.stages import ingest
from curate.stages.faults import BeforeImage
from curate.storage import read_kept, read_partitions, write_json, write_table
from pipelines.flow import build as builds
from pipelines.flow.build import PartitionState, Reads
from pipelines.flow.faults import write_traces
from pipelines.flow.planning import (
    PlannedExport,
    batch_bytes,
    described,
    lost_pictures,
    picture_folders,
    plan_exports,
    read_batch,
)
from pipelines.flow.reasons import commonest_reasons
from pipelines.flow.runner import Run, Stage, StageOutput
from pipelines.flow.tries import trying


@dataclass(frozen=True, slots=True)
class KeptPartition:
    """A partition of the finished stage: its file name, and its ledger."""

    name: str
    ledger: LedgerReport


@dataclass(frozen=True, slots=True)
class PartitionTask:
    """A partition to make.

    `name`: its file name in the stage. `plan_key`, `number`: which plan file it reads.
    `places`: where the export's files are. `key`: of what it is made from. `kept`: the
    partition with the same key in the finished stage, if there is one.
    """

    name: str
    export: ExportSettings
    places: Places
    plan_key: str
    number: int
    key: str
    kept: KeptPartition | None

    def __str__(self) -> str:
        return f"{self.name} of export {self.export.name}"


class PartitionReport(msgspec.Struct, frozen=True):
    """What a partition's task gives back: its ledger, and the number of its faults."""

    ledger: LedgerReport
    faults: int


def reads(run: Run) -> Reads:
    """What the result of ingest depends on."""
    reads: dict[str, object] = {
        "exports": [described(export) for export in run.settings.exports],
        "limits": run.settings.limits.model_dump(mode="json"),
        "files": run.fingerprints,
    }
    pictures = picture_folders(run.build)
    if pictures:
        # Segments name them, and a build may be moved.
        reads["pictures in the build"] = pictures
    lost = lost_pictures(pictures)
    if lost:
        reads["pictures that are gone"] = lost
    return reads


def work(run: Run, stage: Stage, new: UPath) -> StageOutput:
    """Plan the exports, then read their partitions. Warn of an empty export."""
    for folder in lost_pictures(picture_folders(run.build)):
        run.screen.warn(
            f"{folder} is gone or lacks files; its pictures are taken from the export again"
        )
    planned = plan_exports(run, stage.version)
    tasks = _partition_tasks(planned, _kept_partitions(run.build))
    notes = builds.notes_folder(run.build, "ingest", run.id)
    task = partial(_make_partition, str(run.build), str(new), str(notes))
    sizes = [_amount(run.build, each) for each in tasks]
    reports = run.workers.map("ingest", task, tasks, run.settings.limits, sizes)

    ledgers = [report.ledger for report in reports]
    _warn_of_empty_exports(run, ledger.total(ledgers), new / "drops")

    # A partition with a fault is not kept: the next run makes it again.
    partitions = {}
    for made, report in zip(tasks, reports, strict=True):
        if report.faults == 0:
            partitions[made.name] = PartitionState(made.key, report.ledger)
    return StageOutput(ledgers, partitions, sum(report.faults for report in reports))


def _kept_partitions(build: UPath) -> dict[str, KeptPartition]:
    """The partitions of the finished stage, by key.

    Not by name: with a new export before it, a partition gets another number.
    """
    kept = {}
    for name, state in builds.kept_partitions(build, "ingest").items():
        kept[state.key] = KeptPartition(name, state.ledger)
    return kept


def _partition_tasks(
    planned: list[PlannedExport], kept: dict[str, KeptPartition]
) -> list[PartitionTask]:
    """The partitions of all exports, numbered throughout."""
    tasks: list[PartitionTask] = []
    for each in planned:
        for number in range(each.plan.partitions):
            key = f"{each.plan.digest}-{number}"
            task = PartitionTask(
                name=f"part-{len(tasks):05d}.parquet",
                export=each.export,
                places=each.plan.places,
                plan_key=each.key,
                number=number,
                key=key,
                kept=kept.get(key),
            )
            tasks.append(task)
    return tasks


def _amount(build: UPath, task: PartitionTask) -> int:
    """How much work a partition is, in bytes of its records; next to none if it is kept."""
    if task.kept is not None:
        return 1
    return batch_bytes(build, task.plan_key, task.number)


def _make_partition(
    build: str, new: str, notes: str, task: PartitionTask, limits: Limits
) -> PartitionReport:
    """Write a partition, or take it from the last run or from one that was killed."""
    base = UPath(build)
    if task.kept is not None:
        source = base / "ingest"
        name = task.kept.name
        report = PartitionReport(task.kept.ledger, faults=0)
    else:
        source = builds.partial_folder(base, "ingest")
        name = f"{task.key}.parquet"
        with trying(UPath(notes) / task.key) as before:
            report = _ingest_once(base, source, name, task, limits, before)

    for kind in ("segments", "drops"):
        builds.place(source / kind / name, UPath(new) / kind / task.name)
    return report


def _ingest_once(
    build: UPath,
    target: UPath,
    name: str,
    task: PartitionTask,
    limits: Limits,
    before: BeforeImage,
) -> PartitionReport:
    """Read a partition's images and write its tables, if no killed run has done so."""
    ledger_file = target / "ledgers" / f"{task.key}.json"
    known = read_kept(ledger_file, LedgerReport)
    if known is not None:
        return PartitionReport(known, faults=0)

    batch = read_batch(build, task.plan_key, task.number)
    made = ingest.ingest_partition(batch, task.export, task.places, limits, before)

    counted = ledger.count(made.seen, made.segments, made.drops)
    write_table(target / "segments" / name, made.segments)
    write_table(target / "drops" / name, made.drops)
    write_traces(build, "ingest", made.faults)
    if not made.faults:
        # Last, because it says that the partition is whole.
        write_json(ledger_file, counted)
    return PartitionReport(counted, len(made.faults))


def _warn_of_empty_exports(run: Run, total: LedgerReport, drops: UPath) -> None:
    """Warn of each export from which nothing goes on. `drops`: where its drops are now."""
    for export in run.settings.exports:
        row = total.by_export.get(export.name)
        if row is None or (row.out == 0 and not row.by_reason):
            run.screen.warn(
                f"export {export.name}: nothing is annotated in {export.path}"
            )
        elif row.out == 0:
            reasons = commonest_reasons(read_partitions(drops), export.name)
            kept = run.build / "ingest" / "drops"
            run.screen.warn(
                f"export {export.name}: no annotation could be read: {reasons}; "
                f"each is a row of {kept}"
            )
