"""Remap on the workers: each label is matched once, then the rows get concepts."""

from dataclasses import dataclass

import pyarrow as pa
from upath import UPath

from curate import storage
from curate.labels import numbering
from curate.labels.decisions import Decisions
from curate.stages import remap
from pipelines.flow import labels
from pipelines.flow.build import Reads
from pipelines.flow.partitions import map_partitions
from pipelines.flow.runner import Run, Stage, StageOutput


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all partitions share: what became of each label, and the decisions."""

    labels: pa.Table
    decisions: Decisions


def reads(run: Run) -> Reads:
    """What the result depends on: the taxonomy and the reviewers' decisions."""
    return labels.digests(run.settings)


def work(run: Run, stage: Stage, new: UPath) -> StageOutput:
    """Match the labels and keep their table, then give each row its concept."""
    matched = labels.match(run)
    labels.check_budget(run.settings, matched.to_pandas())
    storage.write_table(new / "labels.parquet", matched)
    storage.write_json(new / "taxonomy.json", labels.taxonomy_texts(run.settings))
    _, decisions = labels.load(run.settings)
    shared = _Shared(matched, numbering.with_numbered(decisions, matched))
    return map_partitions(run, stage, new, _remap_partition, shared)


def check(run: Run) -> None:
    """CheckFailed if more objects of a finished remap wait than the settings allow."""
    labels.check_budget(run.settings, labels.read_labels(run.build))


def _remap_partition(rows: pa.Table, shared: _Shared) -> tuple[pa.Table, pa.Table]:
    mapped, drops = remap.remap_objects(rows, shared.labels, shared.decisions)
    return numbering.mark_numbered(mapped, shared.labels), drops
