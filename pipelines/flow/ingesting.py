"""Ingest on the workers: a task for each export, then one for each partition.

A planning task reads the annotations of its export and writes them as plan files, each
with the records of some 200 images. A partition's task opens those images and writes
their rows. Plans and partitions are kept by the key of what they were made from: after
a kill, and after a change to one export, only what is missing is done.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import msgspec
from upath import UPath

from curate import ledger
from curate.ledger import LedgerReport
from curate.limits import Limits
from curate.records import Drop, FaultReport, FoundImage, IgnoredFile
from curate.settings import ExportSettings
from curate.stages import ingest
from curate.storage import (
    digest,
    read_record,
    remove_folder,
    write_bytes,
    write_json,
    write_table,
)
from pipelines.flow import build as builds
from pipelines.flow.build import PartitionState, Reads
from pipelines.flow.faults import write_traces
from pipelines.flow.runner import Run, Stage, StageOutput

IMAGES_PER_PARTITION = 200
_MOST_NAMED = 5  # of the files that a format leaves alone
_Item = TypeVar("_Item")


class Plan(msgspec.Struct, frozen=True):
    """An export as planned.

    `root`: where its files are. `partitions`: how many plan files it has. `digest`: of
    those files and of what they were made from. `faults`: exceptions that no rule
    foresees. `ignored_files`: how many files the format left alone; `ignored`: some of
    them, each with the reason.
    """

    root: str
    partitions: int
    digest: str
    faults: int
    ignored_files: int
    ignored: list[str]


@dataclass(frozen=True, slots=True)
class PlanTask:
    """An export to plan, and the key of its plan."""

    export: ExportSettings
    key: str

    def __str__(self) -> str:
        return f"export {self.export.name}"


@dataclass(frozen=True, slots=True)
class KeptPartition:
    """A partition of the finished stage: its file name, and its ledger."""

    name: str
    ledger: LedgerReport


@dataclass(frozen=True, slots=True)
class PartitionTask:
    """A partition to make.

    `name`: its file name in the stage. `plan_key`, `number`: which plan file it reads.
    `key`: of what it is made from. `kept`: the partition with the same key in the
    finished stage, if there is one.
    """

    name: str
    plan_key: str
    number: int
    export: ExportSettings
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
    return {
        "exports": [_described(export) for export in run.settings.exports],
        "limits": run.settings.limits.model_dump(mode="json"),
        "files": run.fingerprints,
    }


def work(run: Run, stage: Stage, new: UPath) -> StageOutput:
    """Plan the exports, then read their partitions. Warn of an empty export."""
    limits = run.settings.limits
    plans = _plan_exports(run, stage.version)
    for planned, plan in plans:
        _note_ignored_files(run, planned.export, plan)
    tasks = _partition_tasks(run, plans)

    task = partial(_make_partition, str(run.build), str(new))
    reports = run.workers.map("ingest", task, tasks, limits)

    ledgers = [report.ledger for report in reports]
    _warn_of_empty_exports(run, ledger.total(ledgers))
    # A partition with a fault is not kept: the next run makes it again.
    partitions = {}
    for made, report in zip(tasks, reports, strict=True):
        if report.faults == 0:
            partitions[made.name] = PartitionState(made.key, report.ledger)
    return StageOutput(ledgers, partitions, sum(report.faults for report in reports))


def plan_export(export: ExportSettings, build: UPath, key: str, limits: Limits) -> Plan:
    """Read an export's annotations and write its plan files and `plan.json`.

    InputError if it is not an export of its format.
    """
    folder = plan_folder(build, key)
    remove_folder(folder)

    opened = ingest.open_export(export, limits, build / "unpacked")
    read = ingest.read_export(opened, export)
    planned = ingest.plan(opened, read, ingest.keep_in(build / "embedded"))

    # Records are written batch by batch: those of a large export fit no memory.
    ignored: list[IgnoredFile] = []
    digests = []
    faults = 0
    for number, batch in enumerate(_batches(_set_aside(planned, ignored))):
        encoded = ingest.encode_batch(batch)
        write_bytes(_plan_file(folder, number), encoded)
        digests.append(digest(encoded))
        faults += sum(isinstance(record, FaultReport) for record in batch)

    plan = Plan(
        root=str(opened.files.root),
        partitions=len(digests),
        digest=digest(key, digests),
        faults=faults,
        ignored_files=len(ignored),
        ignored=[f"{file.path} ({file.why})" for file in ignored[:_MOST_NAMED]],
    )
    write_json(folder / "plan.json", plan)
    return plan


def plan_folder(build: UPath, key: str) -> UPath:
    """Where the plan files of an export are kept."""
    return build / "plans" / key


def _set_aside(
    planned: Iterable[ingest.PlanItem], ignored: list[IgnoredFile]
) -> Iterator[FoundImage | Drop | FaultReport]:
    """What goes into the plan files; files that were left alone are added to
    `ignored`."""
    for each in planned:
        if isinstance(each, IgnoredFile):
            ignored.append(each)
        else:
            yield each


def _plan_file(folder: UPath, number: int) -> UPath:
    return folder / f"{number:05d}.msgpack"


def _described(export: ExportSettings) -> dict[str, Any]:
    """An export's settings without `trust`, which only sets weights in balance."""
    return export.model_dump(mode="json", exclude={"trust"})


def _plan_exports(run: Run, version: int) -> list[tuple[PlanTask, Plan]]:
    """Plan each export that has no plan yet, and remove plans that nothing uses."""
    limits = run.settings.limits
    tasks = []
    for export in run.settings.exports:
        key = digest(
            "plan",
            version,
            _described(export),
            limits.model_dump(mode="json"),
            run.fingerprints[export.name],
        )
        tasks.append(PlanTask(export, key))

    task = partial(_plan_once, str(run.build))
    plans = run.workers.map("ingest: annotations", task, tasks, limits)

    # A plan that no export needs any more is of no use: the same files give the same
    # key.
    used = {task.key for task in tasks}
    for folder in (run.build / "plans").iterdir():
        if folder.name not in used:
            remove_folder(folder)
    return list(zip(tasks, plans, strict=True))


def _plan_once(build: str, task: PlanTask, limits: Limits) -> Plan:
    """The plan of an export, made anew if it is missing or counts a fault."""
    # plan.json is written last, so that a plan of a killed run has none.
    plan = read_record(plan_folder(UPath(build), task.key) / "plan.json", Plan)
    if plan is None or plan.faults:
        plan = plan_export(task.export, UPath(build), task.key, limits)
    return plan


def _partition_tasks(run: Run, plans: list[tuple[PlanTask, Plan]]) -> list[PartitionTask]:
    """The partitions of all exports, with what the finished stage has of them."""
    kept = {}
    # By key and not by name: with a new export before it, a partition gets another
    # number.
    finished = builds.state_of(run.build, "ingest")
    if finished is not None:
        for name, state in finished.partitions.items():
            kept[state.key] = KeptPartition(name, state.ledger)

    tasks: list[PartitionTask] = []
    for planned, plan in plans:
        for number in range(plan.partitions):
            key = f"{plan.digest}-{number}"
            tasks.append(
                PartitionTask(
                    name=f"part-{len(tasks):05d}.parquet",
                    plan_key=planned.key,
                    number=number,
                    export=planned.export,
                    key=key,
                    kept=kept.get(key),
                )
            )
    return tasks


def _make_partition(build: str, new: str, task: PartitionTask, limits: Limits) -> PartitionReport:
    """Write a partition, or take it from the last run or from one that was killed."""
    base = UPath(build)
    if task.kept is not None:
        source = base / "ingest"
        name = task.kept.name
        report = PartitionReport(task.kept.ledger, faults=0)
    else:
        source = builds.partial_folder(base, "ingest")
        name = f"{task.key}.parquet"
        report = _ingest_once(base, source, name, task, limits)

    for kind in ("segments", "drops"):
        builds.place(source / kind / name, UPath(new) / kind / task.name)
    return report


def _ingest_once(
    build: UPath, target: UPath, name: str, task: PartitionTask, limits: Limits
) -> PartitionReport:
    """Read a partition's images and write its tables, if no killed run has done so."""
    ledger_file = target / "ledgers" / f"{task.key}.json"
    known = read_record(ledger_file, LedgerReport)
    if known is not None:
        return PartitionReport(known, faults=0)

    folder = plan_folder(build, task.plan_key)
    plan = msgspec.json.decode((folder / "plan.json").read_bytes(), type=Plan)
    records = ingest.decode_batch(_plan_file(folder, task.number).read_bytes())
    made = ingest.ingest_part(records, task.export, UPath(plan.root), limits)

    counted = ledger.count(made.seen, made.segments, made.drops)
    write_table(target / "segments" / name, made.segments)
    write_table(target / "drops" / name, made.drops)
    write_traces(build, "ingest", made.faults)
    if not made.faults:
        write_json(ledger_file, counted)  # last, because it says that the partition is whole
    return PartitionReport(counted, len(made.faults))


def _note_ignored_files(run: Run, export: ExportSettings, plan: Plan) -> None:
    """Name files that the format left alone, because they may have been meant for
    it."""
    if plan.ignored_files == 0:
        return
    named = ", ".join(plan.ignored)
    if plan.ignored_files > len(plan.ignored):
        named += f" and {plan.ignored_files - len(plan.ignored)} more"
    run.screen.note(f"export {export.name}: files left alone: {named}")


def _warn_of_empty_exports(run: Run, total: LedgerReport) -> None:
    """Warn of each export from which nothing goes on."""
    for export in run.settings.exports:
        row = total.by_export.get(export.name)
        if row is None or (row.came_in == 0 and row.out == 0):
            run.screen.warn(f"export {export.name}: nothing is annotated in {export.path}")
        elif row.out == 0 and row.dropped > 0:
            drops = run.build / "ingest" / "drops"
            run.screen.warn(f"export {export.name}: no annotation could be read; {drops} says why")


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """The items in lists of IMAGES_PER_PARTITION."""
    source = iter(items)
    while batch := list(islice(source, IMAGES_PER_PARTITION)):
        yield batch
