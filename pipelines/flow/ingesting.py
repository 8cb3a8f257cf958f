"""Ingest on the workers: one planning task for each export, then one task for each part of its images.

A planning task reads the annotations and writes them as plan files of some 200 images; a part's task opens those
images and writes their rows. Both are kept by the digest of what they were made from: after a kill, and after a
change to one export, only what is missing is done.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import msgspec
from upath import UPath

from curate import ledger
from curate.ledger import LedgerReport
from curate.limits import Limits
from curate.records import Drop, FoundImage
from curate.schema import SCHEMA_VERSION
from curate.settings import ExportSettings
from curate.stages import ingest
from curate.storage import (
    digest,
    read_json,
    read_table,
    remove_folder,
    write_bytes,
    write_json,
    write_table,
)
from pipelines.flow import build as builds
from pipelines.flow.runner import Made, Run

IMAGES_PER_PART = 200
_Item = TypeVar("_Item")


class Plan(msgspec.Struct, frozen=True):
    """An export as planned: where its files are, and how many parts it has."""

    root: str
    parts: int


class Part(NamedTuple):
    """A part to do: its file name in the stage, the digest of its plan and its number in that, and its export."""

    name: str
    plan: str
    number: int
    export: ExportSettings

    @property
    def key(self) -> str:
        """What the part was made from."""
        return f"{self.plan}-{self.number}"


def reads(run: Run) -> dict[str, Any]:
    """What ingest's result depends on."""
    exports = [each.model_dump(mode="json", exclude={"trust"}) for each in run.settings.exports]
    return {
        "exports": exports,
        "limits": run.settings.limits.model_dump(mode="json"),
        "files": run.fingerprints,
    }


def work(run: Run, new: UPath) -> Made:
    """Plan the exports, then read their parts. An export with nothing annotated is warned of."""
    limits = run.settings.limits
    old = builds.state(run.build, "ingest")
    known = {key: name for name, key in (old.parts if old else {}).items()}
    plans = _plan(run, limits)
    parts: list[Part] = []
    for export, (key, plan) in zip(run.settings.exports, plans, strict=True):
        for number in range(plan.parts):
            parts.append(Part(f"part-{len(parts):05d}.parquet", key, number, export))
    task = partial(_read_part, str(run.build), str(new), known)
    ledgers = run.workers.map("ingest", task, parts, limits)
    _warn_of_empty(run, ledger.total(ledgers))
    return Made(ledgers, {part.name: part.key for part in parts})


def plan_export(export: ExportSettings, build: UPath, key: str, limits: Limits) -> Plan:
    """Read an export's annotations and write its plan files. InputError where it is no export of its format."""
    folder = plan_folder(build, key)
    remove_folder(folder)

    opened = ingest.open_export(export, limits, build / "unpacked")
    planned = ingest.plan(
        opened, ingest.read_export(opened, export), ingest.keep_in(build / "embedded")
    )
    records = (each for each in planned if isinstance(each, FoundImage | Drop))
    count = 0
    for count, batch in enumerate(_batches(records), start=1):
        write_bytes(folder / f"{count - 1:05d}.msgpack", ingest.encode_batch(batch))
    plan = Plan(str(opened.files.root), count)
    write_json(folder / "plan.json", msgspec.to_builtins(plan))
    return plan


def plan_folder(build: UPath, key: str) -> UPath:
    """Where the plan files of an export are kept."""
    return build / "plans" / key


def _plan(run: Run, limits: Limits) -> list[tuple[str, Plan]]:
    keys = [
        digest(
            SCHEMA_VERSION,
            export.model_dump(mode="json", exclude={"trust"}),
            limits.model_dump(mode="json"),
            run.fingerprints[export.name],
        )
        for export in run.settings.exports
    ]
    tasks = list(zip(run.settings.exports, keys, strict=True))
    plans = run.workers.map(
        "ingest: annotations", partial(_plan_once, str(run.build)), tasks, limits
    )
    for each in (run.build / "plans").iterdir() if (run.build / "plans").exists() else ():
        if each.name not in keys:
            remove_folder(each)
    return list(zip(keys, plans, strict=True))


def _plan_once(build: str, task: tuple[ExportSettings, str], limits: Limits) -> Plan:
    export, key = task
    known = read_json(plan_folder(UPath(build), key) / "plan.json")
    return (
        msgspec.convert(known, Plan)
        if known is not None
        else plan_export(export, UPath(build), key, limits)
    )


def _read_part(
    build: str, new: str, known: dict[str, str], part: Part, limits: Limits
) -> LedgerReport:
    """Write one part, or take it over from the last run or from the one that was killed."""
    base, name = UPath(build), part.name
    if part.key in known:
        source, stands = base / "ingest", known[part.key]
    else:
        source, stands = builds.partial_folder(base, "ingest"), f"{part.key}.parquet"
        if not (source / "drops" / stands).exists():
            _ingest(base, part, source, stands, limits)
    for kind in ("segments", "drops"):
        builds.place(source / kind / stands, UPath(new) / kind / name)
    segments, drops = (read_table(UPath(new) / kind / name) for kind in ("segments", "drops"))
    return ledger.count(msgspec.json.decode(drops.schema.metadata[b"seen"]), segments, drops)


def _ingest(build: UPath, part: Part, target: UPath, name: str, limits: Limits) -> None:
    folder = plan_folder(build, part.plan)
    plan = msgspec.convert(read_json(folder / "plan.json"), Plan)
    found = ingest.decode_batch((folder / f"{part.number:05d}.msgpack").read_bytes())
    segments, drops, seen = ingest.ingest_part(found, part.export, UPath(plan.root), limits)
    write_table(target / "segments" / name, segments)
    write_table(
        target / "drops" / name, drops.replace_schema_metadata({"seen": msgspec.json.encode(seen)})
    )


def _warn_of_empty(run: Run, total: LedgerReport) -> None:
    for export in run.settings.exports:
        row = total.by_export.get(export.name)
        if row is None or row.came_in == 0 == row.out:
            run.screen.warn(f"export {export.name}: nothing is annotated in {export.path}")
        elif row.out == 0 and row.dropped:
            drops = run.build / "ingest" / "drops"
            run.screen.warn(
                f"export {export.name}: none of its annotations could be read; {drops} says why"
            )


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    source = iter(items)
    while batch := list(islice(source, IMAGES_PER_PART)):
        yield batch
