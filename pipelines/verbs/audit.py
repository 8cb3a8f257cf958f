"""`audit`: the contracts of a finished build, checked again from its files alone."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate import storage
from curate.errors import InputError
from curate.schema import SCHEMA_VERSION, STAGES
from curate.settings import Settings
from curate.shards.layout import shard_files
from curate.shards.manifest import Manifest, ShardFile, read_manifest
from curate.storage import partitions, read_table
from pipelines.flow import build as builds
from pipelines.verbs import audited_shards as shards
from pipelines.verbs import audited_tables as tables
from pipelines.verbs.audited_model import model_checks

_RECORDS = "manifest, report, runs and promotion can be read"
_MOST_SHOWN = 3  # of what speaks against a contract
_UNREADABLE = (pa.ArrowException, msgspec.MsgspecError, InputError, OSError)


class Check(msgspec.Struct, frozen=True):
    """A contract, whether it holds, and what speaks against it."""

    name: str
    holds: bool
    detail: str


def audit(settings: Settings) -> list[Check]:
    """Check each contract. InputError if a stage is not built.

    Without the records of shards, model and runs there is nothing to hold the files against: if one
    is broken, that is all that is said.
    """
    build = UPath(settings.build)
    for stage in STAGES:
        builds.require(build, stage, "shard")

    try:
        manifest = _read_manifest(build)
        of_model = model_checks(build, manifest)
    except InputError as error:
        return [_check(_RECORDS, [str(error)])]

    checks = [
        (_RECORDS, iter(())),
        ("each table and ledger can be read", _files_can_be_read(build)),
        (
            "each stage's ledger reconciles: in = out + dropped",
            _ledgers_reconcile(build),
        ),
        ("each ledger agrees with its tables", tables.ledgers_agree(build)),
        ("each stage takes in what the one before let out", _stages_chain(build)),
        (
            "run-lengths, areas and boxes agree with pycocotools",
            tables.masks_agree(build),
        ),
        (
            "each object is in the shards or dropped, once",
            tables.objects_end_once(build),
        ),
        ("no group and no image is in two splits", tables.splits_are_apart(build)),
        (
            "no group and no image of the shards is in two splits",
            shards.images_stay(build),
        ),
        (
            "no near-duplicates, scenes or videos are in two splits",
            shards.links_stay(build, settings),
        ),
        ("mask, boxes and window of each crop agree", shards.masks_fit(build)),
        ("weights of the train rows have mean 1", tables.weights_have_mean_one(build)),
        ("the shards are those of the manifest", _shards_are_listed(build, manifest)),
        ("the shards' rows are those of the stage", tables.shard_rows_agree(build)),
        ("each object is in the split that it was given", tables.splits_hold(build)),
        ("the licences are allowed", _licences_are_allowed(manifest, settings)),
        *of_model,
    ]
    return [_check(name, _all_of(objections)) for name, objections in checks]


def text(checks: list[Check]) -> str:
    """The checks for a reader, a line each."""
    lines = []
    for check in checks:
        verdict = "FAILED"
        if check.holds:
            verdict = "holds "
        line = f"{verdict}  {check.name}"
        if check.detail:
            line += f": {check.detail}"
        lines.append(line)
    return "\n".join(lines)


def _check(name: str, objections: list[str]) -> Check:
    """A contract holds if nothing speaks against it."""
    detail = "; ".join(objections[:_MOST_SHOWN])
    if len(objections) > _MOST_SHOWN:
        detail += f"; and {len(objections) - _MOST_SHOWN} more"
    return Check(name, not objections, detail)


def _all_of(objections: Iterator[str]) -> list[str]:
    """All objections; that a file cannot be read is one, too, and the last."""
    found: list[str] = []
    try:
        found.extend(objections)  # those before the error stay
    except _UNREADABLE as error:
        found.append(f"cannot be checked: {error}")
    return found


def _files_can_be_read(build: UPath) -> Iterator[str]:
    for stage in STAGES:
        try:
            builds.ledger_of(build, stage)
        except _UNREADABLE as error:
            yield str(error)

        for folder in ("segments", "drops"):
            for path in partitions(build / stage / folder):
                try:
                    read_table(path)
                except _UNREADABLE as error:
                    yield str(error)


def _ledgers_reconcile(build: UPath) -> Iterator[str]:
    for stage in STAGES:
        report = builds.ledger_of(build, stage)
        rows = report.by_export
        for name, row in {"all": report, **rows}.items():
            adds_up = row.came_in == row.out + row.dropped
            if not adds_up or row.dropped != sum(row.by_reason.values()):
                counts = f"{row.came_in} in, {row.out} out, {row.dropped} dropped"
                yield f"{stage}, {name}: {counts}"

        sums = {
            "in": (report.came_in, sum(row.came_in for row in rows.values())),
            "out": (report.out, sum(row.out for row in rows.values())),
            "dropped": (report.dropped, sum(row.dropped for row in rows.values())),
        }
        for name, (number, sum_of_exports) in sums.items():
            if number != sum_of_exports:
                yield f"{stage}: the exports' {name} do not sum to {number}"


def _stages_chain(build: UPath) -> Iterator[str]:
    for before, after in pairwise(STAGES):
        let_out = builds.ledger_of(build, before).out
        took_in = builds.ledger_of(build, after).came_in
        if let_out != took_in:
            yield f"{before} lets out {let_out}, {after} takes in {took_in}"


def _shards_are_listed(build: UPath, manifest: Manifest) -> Iterator[str]:
    folder = build / "shard"
    if manifest.schema_version != SCHEMA_VERSION:
        yield f"schema version {manifest.schema_version}, this is {SCHEMA_VERSION}"

    listed = {file.path for file in manifest.files}
    for path in shard_files(folder):
        if path not in listed:
            yield f"{path} is not in the manifest"
    for file in manifest.files:
        for objection in _objections_to_file(folder / file.path, file):
            yield f"{file.path}: {objection}"


def _objections_to_file(path: UPath, file: ShardFile) -> Iterator[str]:
    """Where a shard is not what the manifest says."""
    if not path.exists():
        yield "is missing"
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != file.sha256:
        yield "its bytes have changed since they were written"

    # From the bytes that are read already: the file may be far away.
    try:
        opened = pq.ParquetFile(pa.BufferReader(data))
    except pa.ArrowException as error:
        yield f"it is no Parquet file: {storage.one_line(error)}"
        return
    if opened.metadata.num_rows != file.rows:
        yield f"{opened.metadata.num_rows} rows, the manifest says {file.rows}"
    lacking = shards.lacking_columns(opened.schema_arrow)
    if lacking:
        yield f"it has no column {', '.join(lacking)} as the contract has it"


def _licences_are_allowed(manifest: Manifest, settings: Settings) -> Iterator[str]:
    allowed = {licence.casefold() for licence in settings.licences.allow}
    for licence, rows in manifest.licences.items():
        if licence.casefold() not in allowed:
            yield f"{licence}: {rows} rows"


def _read_manifest(build: UPath) -> Manifest:
    folder = build / "shard"
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(f"{folder}: no manifest.json here; make the shards first")
    return manifest
