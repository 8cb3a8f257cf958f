"""`audit`: the contracts of a finished build, checked again from its files alone."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate import split
from curate.documents import InputError
from curate.reasons import Reason
from curate.schema import DROPS, SCHEMA_VERSION, STAGES, shard_schema
from curate.settings import Settings
from curate.storage import read_json, read_parts
from pipelines import build as builds

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
        ("each ledger agrees with its tables", _agrees(build)),
        ("each stage takes in what the one before let out", _chains(build)),
        ("each object is in the shards or dropped, once", _accounts(build)),
        ("no group and no image on two sides", _sides(build)),
        ("no near-duplicates on two sides", _near_duplicates(build, settings)),
        ("weights of the train rows have mean 1", _weights(build)),
        ("the shards are those of the manifest", _manifest(build)),
        ("the shards' rows are those of the stage", _shard_rows(build)),
        ("each object is on the side where the split put it", _same_sides(build)),
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
        for name, row in {"all": report, **report["by_export"]}.items():
            if row["in"] != row["out"] + row["dropped"] or row["dropped"] != sum(row["by_reason"].values()):
                yield f"{stage}, {name}: {row['in']} in, {row['out']} out, {row['dropped']} dropped"
        for number in ("in", "out", "dropped"):
            if report[number] != sum(row[number] for row in report["by_export"].values()):
                yield f"{stage}: the exports' {number} do not sum to {report[number]}"


def _agrees(build: UPath) -> Iterator[str]:
    reasons = {reason.value for reason in Reason}
    for stage in STAGES:
        out: Counter[str] = Counter()
        dropped: Counter[tuple[str, str]] = Counter()
        uncounted = 0
        for table in read_parts(build / stage / "segments", ["export"]):
            out.update(table["export"].to_pylist())
        for table in read_parts(build / stage / "drops", DROPS.names):
            for row in table.select(["export", "reason", "count"]).to_pylist():
                dropped[row["export"], row["reason"]] += row["count"] or 0
                uncounted += row["count"] is None
                if row["reason"] not in reasons:
                    yield f"{stage}: a drop for an unknown reason {row['reason']!r}"
        report = builds.ledger_of(build, stage)
        for export, row in report["by_export"].items():
            if row["out"] != out[export]:
                yield f"{stage}, {export}: ledger says {row['out']} out, the table has {out[export]}"
            for reason, number in row["by_reason"].items():
                if number != dropped[export, reason]:
                    yield f"{stage}, {export}: ledger says {number} {reason}, the drops {dropped[export, reason]}"
        if report["uncounted"] != uncounted or report["dropped"] != sum(dropped.values()):
            yield f"{stage}: ledger says {report['dropped']} dropped, the drops sum to {sum(dropped.values())}"


def _chains(build: UPath) -> Iterator[str]:
    reports = {stage: builds.ledger_of(build, stage) for stage in STAGES}
    for before, after in pairwise(STAGES):
        if reports[before]["out"] != reports[after]["in"]:
            yield f"{before} lets out {reports[before]['out']}, {after} takes in {reports[after]['in']}"


def _accounts(build: UPath) -> Iterator[str]:
    ends: Counter[str] = Counter()
    for stage in STAGES[1:]:
        for table in read_parts(build / stage / "drops", ["object_id"]):
            ends.update(table["object_id"].to_pylist())
    for table in read_parts(build / "shard" / "segments", ["object_id"]):
        ends.update(table["object_id"].to_pylist())
    for table in read_parts(build / "ingest" / "segments", ["object_id"]):
        ends.subtract(table["object_id"].to_pylist())
    yield from (f"{each} ends {1 + number} times" for each, number in ends.items() if number)


def _sides(build: UPath) -> Iterator[str]:
    sides: dict[str, dict[str, set[str]]] = {"group_id": defaultdict(set), "image_id": defaultdict(set)}
    for table in read_parts(build / "split" / "segments", ["group_id", "image_id", "split"]):
        for name, found in sides.items():
            for row in table.select([name, "split"]).group_by([name, "split"]).aggregate([]).to_pylist():
                found[row[name]].add(row["split"])
    for name, found in sides.items():
        yield from (f"{name} {each} is in {', '.join(sorted(on))}" for each, on in found.items() if len(on) > 1)


def _near_duplicates(build: UPath, settings: Settings) -> Iterator[str]:
    sides: defaultdict[int, set[str]] = defaultdict(set)
    for table in read_parts(build / "split" / "segments", ["image_dhash", "split"]):
        for row in table.group_by(["image_dhash", "split"]).aggregate([]).to_pylist():
            sides[row["image_dhash"]].add(row["split"])
    hashes = np.array(sorted(sides), dtype=np.uint64)
    yield from (f"hash {each:016x} is in {', '.join(sorted(on))}" for each, on in sides.items() if len(on) > 1)
    for a, b in split.near_duplicates(hashes, settings.split.near_duplicate_bits):
        one, other = int(hashes[a]), int(hashes[b])
        if sides[one] != sides[other]:
            yield f"hashes {one:016x} and {other:016x} are in {', '.join(sorted(sides[one] | sides[other]))}"


def _weights(build: UPath) -> Iterator[str]:
    weights: list[float] = []
    for table in read_parts(build / "balance" / "segments", ["split", "weight"]):
        weights += [row["weight"] for row in table.to_pylist() if row["split"] == "train"]
    if weights and abs(float(np.mean(weights)) - 1.0) > 1e-4:
        yield f"their mean is {float(np.mean(weights)):.6f}"


def _manifest(build: UPath) -> Iterator[str]:
    folder = build / "shard"
    manifest = read_json(folder / "manifest.json")
    if manifest["schema_version"] != SCHEMA_VERSION:
        yield f"schema version {manifest['schema_version']}, this is {SCHEMA_VERSION}"
    listed = {file["path"]: file for file in manifest["files"]}
    there = {f"{path.parent.name}/{path.name}" for path in folder.glob("split=*/*.parquet")}
    yield from (f"{path} is not in the manifest" for path in sorted(there - set(listed)))
    for path, file in listed.items():
        yield from (f"{path}: {fault}" for fault in _file_faults(folder / path, file))


def _file_faults(path: UPath, file: dict[str, Any]) -> Iterator[str]:
    if not path.exists():
        yield "is missing"
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != file["sha256"]:
        yield "its bytes have changed since they were written"
        return
    opened = pq.ParquetFile(pa.BufferReader(data))
    if opened.metadata.num_rows != file["rows"]:
        yield f"{opened.metadata.num_rows} rows, the manifest says {file['rows']}"
    if opened.schema_arrow.remove_metadata() != shard_schema().remove_metadata():
        yield "its columns are not those of the contract"


def _shard_rows(build: UPath) -> Iterator[str]:
    """Each row of the stage stands in the file and place that it names, on its side."""
    folder = build / "shard"
    expected: defaultdict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for table in read_parts(folder / "segments", ["object_id", "split", "shard_file", "shard_row"]):
        for row in table.to_pylist():
            expected[row["shard_file"]][row["shard_row"]] = (row["object_id"], row["split"])
    for path in sorted(folder.glob("split=*/*.parquet")):
        name = f"{path.parent.name}/{path.name}"
        try:
            with path.open("rb") as file:
                table = pq.read_table(file, columns=["object_id", "split"])
        except pa.ArrowInvalid as error:
            yield f"{name} cannot be read: {error}"
            expected.pop(name, None)
            continue
        found = dict(enumerate(zip(table["object_id"].to_pylist(), table["split"].to_pylist(), strict=True)))
        if found != expected.pop(name, {}):
            yield f"{name} holds other rows than the stage says"
        if {side for _, side in found.values()} - {path.parent.name.removeprefix("split=")}:
            yield f"{name} holds rows of another side"
    yield from (f"{name} is missing" for name in expected)


def _same_sides(build: UPath) -> Iterator[str]:
    put: dict[str, str] = {}
    for table in read_parts(build / "split" / "segments", ["object_id", "split"]):
        put |= dict(zip(table["object_id"].to_pylist(), table["split"].to_pylist(), strict=True))
    for table in read_parts(build / "shard" / "segments", ["object_id", "split"]):
        for each, side in zip(table["object_id"].to_pylist(), table["split"].to_pylist(), strict=True):
            if put.get(each) != side:
                yield f"{each} is in {side}, the split put it in {put.get(each)}"


def _licences(build: UPath, settings: Settings) -> Iterator[str]:
    allowed = {licence.casefold() for licence in settings.licences.allow}
    licences = read_json(build / "shard" / "manifest.json")["licences"]
    yield from (f"{licence}: {rows} rows" for licence, rows in licences.items() if licence.casefold() not in allowed)
