"""Shard on the workers: each part of balance becomes its own files; only their manifest rows come back.

A part is kept by the digest of its rows: after a kill, only the parts that are missing are cut again.
"""

import hashlib
from functools import partial
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from upath import UPath

from curate import ledger
from curate.ledger import LedgerReport
from curate.limits import Limits
from curate.schema import SCHEMA_VERSION
from curate.settings import CropSettings
from curate.shards.manifest import ShardFile, make_manifest, read_manifest
from curate.stages import shard
from curate.storage import digest, read_json, read_table, write_json, write_table
from pipelines.flow import build as builds
from pipelines.flow.runner import Made, Run


class Cut(NamedTuple):
    """What a part's task gives back: the key of the part, its files and its ledger."""

    key: str
    files: list[ShardFile]
    ledger: LedgerReport


def work(run: Run, new: UPath, taxonomy_digest: str) -> Made:
    """Cut the crops of all parts, and write the manifest."""
    names = builds.part_names(run.build, "balance")
    task = partial(_cut_part, str(run.build), str(new), _finished(run.build))
    cuts = run.workers.map("shard", task, names, (run.settings.crop, run.settings.limits))
    files = [file for cut in cuts for file in cut.files]
    write_json(new / "manifest.json", make_manifest(files, run.settings.crop, taxonomy_digest))
    return Made(
        [cut.ledger for cut in cuts], {name: cut.key for name, cut in zip(names, cuts, strict=True)}
    )


def _finished(build: UPath) -> dict[str, list[ShardFile]]:
    """The files of the last run's parts, by the key of the part."""
    old = builds.state(build, "shard")
    manifest = read_manifest(build / "shard")
    if old is None or manifest is None:
        return {}
    stems = {name: name.removesuffix(".parquet") for name in old.parts}
    return {
        key: [file for file in manifest.files if _part_of(file.path) == stems[name]]
        for name, key in old.parts.items()
    }


def _part_of(path: str) -> str:
    """part-00007 of split=train/part-00007-1.parquet."""
    return "-".join(path.rsplit("/", 1)[-1].removesuffix(".parquet").split("-")[:2])


def _cut_part(
    build: str,
    new: str,
    finished: dict[str, list[ShardFile]],
    name: str,
    shared: tuple[CropSettings, Limits],
) -> Cut:
    """Write one part, or take it over from the last run or from the one that was killed."""
    crop, limits = shared
    base, target = UPath(build), UPath(new)
    source = base / "balance" / "segments" / name
    rows_digest = hashlib.sha256(source.read_bytes()).hexdigest()
    key = digest(SCHEMA_VERSION, name, rows_digest, reads(crop, limits))
    rows = read_table(source)
    if key in finished:
        folder, files = base / "shard", finished[key]
    else:
        folder = builds.partial_folder(base, "shard") / key
        files = _cut_once(rows, folder, name, crop, limits)
    for path in (f"segments/{name}", f"drops/{name}", *(file.path for file in files)):
        builds.place(folder / path, target / path)
    kept, drops = (read_table(target / kind / name) for kind in ("segments", "drops"))
    return Cut(key, files, ledger.count(ledger.by_export(rows), kept, drops))


def _cut_once(
    rows: pa.Table, folder: UPath, name: str, crop: CropSettings, limits: Limits
) -> list[ShardFile]:
    done = read_json(folder / "done.json")
    if done is not None:
        return msgspec.convert(done, list[ShardFile])
    made = shard.shard_part(rows, folder, name, crop, limits)
    write_table(folder / "segments" / name, made.segments)
    write_table(folder / "drops" / name, made.drops)
    write_json(folder / "done.json", [msgspec.to_builtins(file) for file in made.files])
    return made.files


def reads(crop: CropSettings, limits: Limits) -> dict[str, Any]:
    """What the shards depend on besides their rows."""
    return {"crop": crop.model_dump(mode="json"), "image_pixels": limits.image_pixels}
