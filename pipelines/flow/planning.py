"""The plans of ingest: each export's records, written in files of some 200 images each.

A task on the workers reads the annotations of one export; the partitions of ingest read
the plan files later. A plan is kept by the key of what it was made from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import msgspec
from upath import UPath

from curate.drops import FaultReport, IgnoredFile
from curate.errors import InputError, NotOfFormat
from curate.export_settings import ExportSettings
from curate.exports.archive_files import is_whole
from curate.exports.places import Places
from curate.folders import remove_folder
from curate.limits import Limits
from curate.records import ExportTraits, FoundImage
from curate.stages import ingest
from curate.storage import digest, read_bytes, read_kept, write_bytes, write_json
from curate.stores import reaching
from pipelines.flow.late_records import LateRecords
from pipelines.flow.runner import Run
from pipelines.inspection.other_format import with_other_format

IMAGES_PER_PARTITION = 200
ANNOTATIONS_PER_PARTITION = 20_000
"""A partition ends with the image that brings it to either of these numbers."""

EMBEDDED = "embedded"
PLANS = "plans"
UNPACKED = "unpacked"
"""Folders of the build: pictures out of documents, the plans, and the files of archives."""

_MOST_NAMED = 2  # of the files that a format leaves alone: with its reason each is long


class Plan(msgspec.Struct, frozen=True):
    """An export as planned.

    `places`: where its files are. `partitions`: how many plan files it has. `digest`: of
    those files and of what they were made from. `faults`: exceptions that no rule
    foresees. `ignored_files`: how many files the format left alone; `ignored`: some of
    them, each with the reason. `pictures`: folders of the build that hold pictures of the export.
    """

    places: Places
    partitions: int
    digest: str
    faults: int
    ignored_files: int
    ignored: list[str]
    traits: ExportTraits = ExportTraits()
    pictures: list[str] = []


@dataclass(frozen=True, slots=True)
class PlannedExport:
    """An export with its plan, and the key by which the plan is kept."""

    export: ExportSettings
    key: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class _Task:
    """An export to plan, and the key of its plan."""

    export: ExportSettings
    key: str

    def __str__(self) -> str:
        return f"export {self.export.name}"


@dataclass(slots=True)
class _Aside:
    """What an export's plan says that is no record; it fills while the plan is read."""

    ignored: list[IgnoredFile] = field(default_factory=list)
    traits: ExportTraits = field(default_factory=ExportTraits)


def plan_exports(run: Run, version: int) -> list[PlannedExport]:
    """Plan each export that has no plan yet, and remove plans that nothing uses.

    `version`: of ingest's code.
    """
    limits = run.settings.limits
    tasks = []
    for export in run.settings.exports:
        key = digest(
            "plan",
            version,
            described(export),
            limits.model_dump(mode="json"),
            run.fingerprints[export.name],
        )
        tasks.append(_Task(export, key))

    plan_once = partial(_plan_once, str(run.build))
    plans = run.workers.map("ingest: annotations", plan_once, tasks, limits)
    _remove_others(run.build, {task.key for task in tasks})

    planned = []
    for task, plan in zip(tasks, plans, strict=True):
        _note_ignored_files(run, task.export, plan)
        planned.append(PlannedExport(task.export, task.key, plan))
    return planned


def described(export: ExportSettings) -> dict[str, Any]:
    """An export's settings without those that only later stages read."""
    return export.model_dump(
        mode="json", exclude={"trust", "label_numbers", "attribution"}
    )


def read_plan(build: UPath, key: str) -> Plan | None:
    """The plan of this key; None if there is none, or if it is not whole."""
    return read_kept(_folder(build, key) / "plan.json", Plan)


def picture_folders(build: UPath) -> list[str]:
    """The folders of the build that hold pictures of planned exports, sorted."""
    found: set[str] = set()
    with reaching(build):
        folders = list((build / PLANS).glob("*"))
    for folder in folders:
        plan = read_plan(build, folder.name)
        if plan is not None:
            found.update(plan.pictures)
    return sorted(found)


def lost_pictures(folders: Iterable[str]) -> list[str]:
    """Those of the build's folders with pictures that are gone since, or lack files.

    A person may have removed them for their size; but shard reads the pictures once more.
    """
    return [folder for folder in folders if not _is_there(UPath(folder))]


def read_batch(build: UPath, key: str, number: int) -> list[ingest.BatchItem]:
    """The records of one of a plan's files, after the traits of its export."""
    folder = _folder(build, key)
    batch = ingest.decode_batch(read_bytes(_file(folder, number)))
    plan = read_plan(build, key)
    if plan is None:
        return batch
    return [plan.traits, *batch]


def batch_bytes(build: UPath, key: str, number: int) -> int:
    """The bytes of one of a plan's files."""
    size: int = _file(_folder(build, key), number).stat().st_size
    return size


def plan_export(export: ExportSettings, build: UPath, key: str, limits: Limits) -> Plan:
    """Read an export's annotations and write its plan files and `plan.json`.

    InputError if it is not an export of its format.
    """
    folder = _folder(build, key)
    remove_folder(folder)

    try:
        opened = ingest.open_export(export, limits, build / UNPACKED)
    except InputError as error:
        raise InputError(export.told(str(error))) from None
    read = ingest.read_export(opened, export)
    planned = ingest.plan(opened, read, ingest.keep_in(build / EMBEDDED))

    # Records are written batch by batch: those of a large export fit no memory.
    aside = _Aside()
    embedded = str(build / EMBEDDED)
    pictures = _unpacked_folders(opened.files.places, build)
    digests: dict[int, str] = {}
    faults: dict[int, int] = {}
    late = LateRecords()
    on_time = enumerate(batches(late.held_back(_set_aside(planned, aside))))
    joined = late.joined(lambda number: read_bytes(_file(folder, number)))
    for number, batch in chain(on_time, joined):
        late.written(number, batch)
        encoded = ingest.encode_batch(batch)
        write_bytes(_file(folder, number), encoded)
        digests[number] = digest(encoded)
        faults[number] = sum(isinstance(each, FaultReport) for each in batch)
        if embedded not in pictures and any(_is_in(embedded, each) for each in batch):
            pictures.append(embedded)

    plan = Plan(
        places=opened.files.places,
        partitions=len(digests),
        digest=digest(key, [*digests.values()], msgspec.to_builtins(aside.traits)),
        faults=sum(faults.values()),
        ignored_files=len(aside.ignored),
        ignored=[f"{file.path} ({file.why})" for file in aside.ignored[:_MOST_NAMED]],
        traits=aside.traits,
        pictures=pictures,
    )
    # Last, because it says that the plan is whole.
    write_json(folder / "plan.json", plan)
    return plan


def _plan_once(build: str, task: _Task, limits: Limits) -> Plan:
    """The plan of an export, made anew if it is missing, counts a fault or has lost pictures."""
    plan = read_plan(UPath(build), task.key)
    if plan is not None and not plan.faults and not lost_pictures(plan.pictures):
        return plan
    try:
        return plan_export(task.export, UPath(build), task.key, limits)
    except NotOfFormat as error:
        # An archive has been unpacked by now, and is opened at once.
        opened = ingest.open_export(task.export, limits, UPath(build) / UNPACKED)
        raise with_other_format(error, task.export, opened, limits) from None


def _is_there(folder: UPath) -> bool:
    if folder.parent.name == UNPACKED:
        return is_whole(folder)
    return folder.exists()


def _unpacked_folders(places: Places, build: UPath) -> list[str]:
    """The folders of the unpacked archives of an export; none if it has none."""
    scratch = f"{build / UNPACKED}/"
    folders: dict[str, None] = {}
    for place in (places.root, *places.nested.values()):
        if place.startswith(scratch):
            # An inner archive may stand for one folder, or one file, of what is in it.
            name, _, _ = place.removeprefix(scratch).partition("/")
            folders[scratch + name] = None
    return list(folders)


def _is_in(folder: str, record: ingest.BatchItem) -> bool:
    return isinstance(record, FoundImage) and record.file.startswith(folder)


def _set_aside(
    planned: Iterable[ingest.PlanItem], aside: _Aside
) -> Iterator[ingest.BatchItem]:
    """What goes into the plan files; the rest is set aside."""
    for each in planned:
        if isinstance(each, IgnoredFile):
            aside.ignored.append(each)
        elif isinstance(each, ExportTraits):
            aside.traits = each
        else:
            yield each


def batches(items: Iterable[ingest.BatchItem]) -> Iterator[list[ingest.BatchItem]]:
    """The items in lists, each of which is one partition."""
    batch: list[ingest.BatchItem] = []
    annotations = 0
    for item in items:
        batch.append(item)
        if isinstance(item, FoundImage):
            annotations += len(item.record.annotations)
        is_large = annotations >= ANNOTATIONS_PER_PARTITION
        if len(batch) == IMAGES_PER_PARTITION or is_large:
            yield batch
            batch = []
            annotations = 0
    if batch:
        yield batch


def _remove_others(build: UPath, used: set[str]) -> None:
    """Remove all plans but the used: no export has their key any more."""
    with reaching(build):
        folders = list((build / PLANS).iterdir())
    for folder in folders:
        if folder.name not in used:
            remove_folder(folder)


def _note_ignored_files(run: Run, export: ExportSettings, plan: Plan) -> None:
    """Name files that the format left alone, as they may have been meant for it."""
    if plan.ignored_files == 0:
        return
    named = ", ".join(plan.ignored)
    if plan.ignored_files > len(plan.ignored):
        named += f" and {plan.ignored_files - len(plan.ignored)} more"
    run.screen.note(f"export {export.name}: files left alone: {named}")


def _folder(build: UPath, key: str) -> UPath:
    """Where the plan of this key is kept."""
    return build / PLANS / key


def _file(folder: UPath, number: int) -> UPath:
    return folder / f"{number:05d}.msgpack"
