"""`audit`: the contracts of a finished build, checked again from its files alone."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.errors import InputError
from curate.schema import SCHEMA_VERSION, STAGES, shard_schema
from curate.settings import Settings
from curate.shards.manifest import Manifest, ShardFile, read_manifest
from pipelines.flow import build as builds
from pipelines.verbs import audited_tables as tables

_MOST_SHOWN = 3


class Check(NamedTuple):
    """A contract, whether it holds, and what speaks against it."""

    name: str
    holds: bool
    detail: str


def audit(settings: Settings) -> list[Check]:
    """Check each contract. InputError where a stage is not built."""
    build = UPath(settings.build)
    for stage in STAGES:
        if builds.state(build, stage) is None:
            raise InputError(
                f"{build / stage}: not built yet; run 'python -m pipelines all' with this settings file first"
            )
    checks = [
        ("each stage's ledger reconciles: in = out + dropped", _reconciles(build)),
        ("each ledger agrees with its tables", tables.agrees(build)),
        ("each stage takes in what the one before let out", _chains(build)),
        ("run-lengths, areas and boxes agree with pycocotools", tables.masks_agree(build)),
        ("each object is in the shards or dropped, once", tables.accounts(build)),
        ("no group and no image on two sides", tables.sides(build)),
        ("no near-duplicates on two sides", tables.near_duplicates(build, settings)),
        ("weights of the train rows have mean 1", tables.weights(build)),
        ("the shards are those of the manifest", _manifest(build)),
        ("the shards' rows are those of the stage", tables.shard_rows(build)),
        ("each object is on the side where the split put it", tables.same_sides(build)),
        ("the licences are allowed", _licences(build, settings)),
    ]
    return [_check(name, list(faults)) for name, faults in checks]


def text(checks: list[Check]) -> str:
    """The checks for a reader."""
    return "\n".join(
        f"{'holds ' if check.holds else 'FAILED'}  {check.name}{check.detail and ': ' + check.detail}"
        for check in checks
    )


def _check(name: str, faults: list[str]) -> Check:
    more = f"; and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
    return Check(name, not faults, "; ".join(faults[:_MOST_SHOWN]) + more)


def _reconciles(build: UPath) -> Iterator[str]:
    for stage in STAGES:
        report = builds.ledger_of(build, stage)
        rows = report.by_export
        for name, row in {"all": report, **rows}.items():
            reconciles = row.came_in == row.out + row.dropped
            if not reconciles or row.dropped != sum(row.by_reason.values()):
                yield f"{stage}, {name}: {row.came_in} in, {row.out} out, {row.dropped} dropped"
        sums = {
            "in": (report.came_in, sum(row.came_in for row in rows.values())),
            "out": (report.out, sum(row.out for row in rows.values())),
            "dropped": (report.dropped, sum(row.dropped for row in rows.values())),
        }
        for name, (number, of_exports) in sums.items():
            if number != of_exports:
                yield f"{stage}: the exports' {name} do not sum to {number}"


def _chains(build: UPath) -> Iterator[str]:
    reports = {stage: builds.ledger_of(build, stage) for stage in STAGES}
    for before, after in pairwise(STAGES):
        let_out, taken_in = reports[before].out, reports[after].came_in
        if let_out != taken_in:
            yield f"{before} lets out {let_out}, {after} takes in {taken_in}"


def _manifest(build: UPath) -> Iterator[str]:
    folder = build / "shard"
    manifest = _read_manifest(build)
    if manifest.schema_version != SCHEMA_VERSION:
        yield f"schema version {manifest.schema_version}, this is {SCHEMA_VERSION}"
    listed = {file.path: file for file in manifest.files}
    there = {f"{path.parent.name}/{path.name}" for path in folder.glob("split=*/*.parquet")}
    yield from (f"{path} is not in the manifest" for path in sorted(there - set(listed)))
    for path, file in listed.items():
        yield from (f"{path}: {fault}" for fault in _file_faults(folder / path, file))


def _file_faults(path: UPath, file: ShardFile) -> Iterator[str]:
    if not path.exists():
        yield "is missing"
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        yield "its bytes have changed since they were written"
        return
    opened = pq.ParquetFile(pa.BufferReader(data))
    if opened.metadata.num_rows != file.rows:
        yield f"{opened.metadata.num_rows} rows, the manifest says {file.rows}"
    if opened.schema_arrow.remove_metadata() != shard_schema().remove_metadata():
        yield "its columns are not those of the contract"


def _licences(build: UPath, settings: Settings) -> Iterator[str]:
    allowed = {licence.casefold() for licence in settings.licences.allow}
    licences = _read_manifest(build).licences
    yield from (
        f"{licence}: {rows} rows"
        for licence, rows in licences.items()
        if licence.casefold() not in allowed
    )


def _read_manifest(build: UPath) -> Manifest:
    """The manifest of the shards. InputError if there is none."""
    manifest = read_manifest(build / "shard")
    if manifest is None:
        raise InputError(f"{build / 'shard'}: no manifest.json here; make the shards first")
    return manifest
