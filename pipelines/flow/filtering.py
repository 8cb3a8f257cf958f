"""Filter on the workers: each partition by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
from upath import UPath

from curate.curation_settings import FilterSettings
from curate.labels.taxonomy import Concept
from curate.stages import filter  # noqa: A004  the stage has this name
from pipelines.flow import labels
from pipelines.flow.build import Reads
from pipelines.flow.partitions import map_partitions
from pipelines.flow.runner import Run, Stage, StageOutput


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all partitions share: the concepts by name, and the settings."""

    concepts: Mapping[str, Concept]
    settings: FilterSettings


def reads(run: Run) -> Reads:
    """What the result depends on. The concepts are covered by the key of remap."""
    return {"filter": run.settings.filter.model_dump(mode="json")}


def work(run: Run, stage: Stage, new: UPath) -> StageOutput:
    """Drop background, and what is too small or too large."""
    taxonomy, _ = labels.load(run.settings)
    shared = _Shared(taxonomy.concepts, run.settings.filter)
    return map_partitions(run, stage, new, _filter_partition, shared)


def _filter_partition(rows: pa.Table, shared: _Shared) -> tuple[pa.Table, pa.Table]:
    return filter.filter_objects(rows, shared.concepts, shared.settings)
