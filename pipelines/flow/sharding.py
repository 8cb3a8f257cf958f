"""Shard on the workers: each partition of balance becomes its own files.

Only their rows of the manifest come back. A partition is kept by the digest of its
rows: after a kill, only the partitions that are missing are cut again.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate import ledger
from curate.curation_settings import CropSettings
from curate.ledger import LedgerReport
from curate.limits import Limits
from curate.schema import SCHEMA_VERSION
from curate.shards.layout import MANIFEST
from curate.shards.manifest import (
    NO_BLOCKS,
    Manifest,
    ShardFile,
    codec_versions,
    make_manifest,
)
from curate.stages import shard
from curate.stages.faults import BeforeImage
from curate.storage import digest, read_bytes, read_kept, write_json, write_table
from pipelines.flow import build as builds
from pipelines.flow import labels
from pipelines.flow.build import PartitionState, Reads
from pipelines.flow.faults import write_traces
from pipelines.flow.runner import Run, Stage, StageOutput
from pipelines.flow.tries import trying

_NO_BLOCKS = (
    "no libjpeg-turbo with lossless crops is installed: crops of JPEG photos become lossless "
    "WebP, which takes longer and more space; `pip install turbojpeg` or the system's "
    "libturbojpeg brings it"
)

# part-00007-1.parquet, in the folder of any split, is a file of partition part-00007.
_SHARD_NAME = re.compile(r"(?P<stem>part-\d+)(-\d+)?\.parquet")


class CutPartition(msgspec.Struct, frozen=True):
    """A partition whose crops are cut: its key, files, ledger and number of faults."""

    key: str
    files: list[ShardFile]
    ledger: LedgerReport
    faults: int = 0


@dataclass(frozen=True, slots=True)
class CutTask:
    """A partition to cut: its file name, and what the finished stage has of it."""

    name: str
    kept: CutPartition | None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class CutSettings:
    """What all partitions share."""

    version: int
    crop: CropSettings
    limits: Limits
    codecs: Mapping[str, str]
    """Of this run, and of all its workers."""


def reads(run: Run) -> Reads:
    """What the shards depend on besides their rows."""
    return _reads(run.settings.crop, run.settings.limits, codec_versions())


def work(run: Run, stage: Stage, new: UPath) -> StageOutput:
    """Cut the crops of all partitions, and write the manifest."""
    codecs = codec_versions()
    if run.settings.crop.image == "auto" and codecs["jpeg"] == NO_BLOCKS:
        run.screen.note(_NO_BLOCKS)

    kept = _kept_partitions(run.build)
    names = builds.partition_names(run.build, "balance")
    tasks = [CutTask(name, kept.get(name)) for name in names]

    notes = builds.notes_folder(run.build, "shard", run.id)
    task = partial(_make_partition, str(run.build), str(new), str(notes))
    shared = CutSettings(stage.version, run.settings.crop, run.settings.limits, codecs)
    sizes = builds.partition_sizes(run.build, "balance")
    cuts = run.workers.map("shard", task, tasks, shared, sizes)

    # A partition with a fault is not kept: the next run makes it again.
    files = []
    partitions = {}
    for name, cut in zip(names, cuts, strict=True):
        files += cut.files
        if cut.faults == 0:
            partitions[name] = PartitionState(cut.key, cut.ledger)

    taxonomy_digest = labels.digests(run.settings)["taxonomy"]
    write_json(
        new / "manifest.json", make_manifest(files, run.settings.crop, taxonomy_digest)
    )
    return StageOutput(
        [cut.ledger for cut in cuts], partitions, sum(cut.faults for cut in cuts)
    )


def _reads(crop: CropSettings, limits: Limits, codecs: Mapping[str, str]) -> Reads:
    return {
        "schema_version": SCHEMA_VERSION,
        "crop": crop.model_dump(mode="json"),
        "image_pixels": limits.image_pixels,
        "codecs": dict(codecs),
    }


def _kept_partitions(build: UPath) -> dict[str, CutPartition]:
    """The partitions of the finished stage that may be kept, by file name."""
    partitions = builds.kept_partitions(build, "shard")
    manifest = read_kept(build / "shard" / MANIFEST, Manifest)
    if manifest is None:
        return {}

    files: dict[str, list[ShardFile]] = {name: [] for name in partitions}
    for file in manifest.files:
        found = _SHARD_NAME.fullmatch(file.path.rpartition("/")[2])
        if found is not None:
            files.setdefault(f"{found['stem']}.parquet", []).append(file)

    kept = {}
    for name, state in partitions.items():
        kept[name] = CutPartition(state.key, files[name], state.ledger)
    return kept


def _make_partition(
    build: str, new: str, notes: str, task: CutTask, shared: CutSettings
) -> CutPartition:
    """Write a partition, or take it from the last run or from one that was killed."""
    base = UPath(build)
    rows = base / "balance" / "segments" / task.name
    content = read_bytes(rows)
    rows_digest = hashlib.sha256(content).hexdigest()
    all_reads = _reads(shared.crop, shared.limits, shared.codecs)
    key = digest(shared.version, task.name, rows_digest, all_reads)

    # The key covers the name, because the paths of the shards contain it.
    if task.kept is not None and task.kept.key == key:
        source = base / "shard"
        cut = task.kept
    else:
        source = builds.partial_folder(base, "shard") / key
        with trying(UPath(notes) / key) as before:
            cut = _cut_once(base, source, task.name, content, key, shared, before)

    paths = [f"segments/{task.name}", f"drops/{task.name}"]
    paths += [file.path for file in cut.files]
    for path in paths:
        builds.place(source / path, UPath(new) / path)
    return cut


def _cut_once(
    build: UPath,
    folder: UPath,
    name: str,
    content: bytes,
    key: str,
    shared: CutSettings,
    before: BeforeImage,
) -> CutPartition:
    """Cut the crops of a partition into `folder`, unless a killed run has done so.

    `content`: of its file, by the name `name`.
    """
    done = read_kept(folder / "done.json", CutPartition)
    if done is not None:
        return done

    rows = pq.read_table(pa.BufferReader(content))
    made = shard.shard_partition(rows, folder, name, shared.crop, shared.limits, before)

    counted = ledger.count(ledger.by_export(rows), made.segments, made.drops)
    cut = CutPartition(key, made.files, counted, len(made.faults))
    write_table(folder / "segments" / name, made.segments)
    write_table(folder / "drops" / name, made.drops)
    write_traces(build, "shard", made.faults)
    if not made.faults:
        # Last, because it says that the partition is whole.
        write_json(folder / "done.json", cut)
    return cut
