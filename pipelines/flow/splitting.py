"""Split on the workers: the images are gathered, grouped and assigned to splits.

The split that each image gets is kept in `pins.parquet` of the build folder, outside
the stage's own folder: an image keeps its split in all later runs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from upath import UPath

from curate import storage
from curate.curation_settings import SplitSettings
from curate.stages import group_tables, groups, image_rows, split
from curate.stages.groups import Groups
from curate.stages.split import Assigned, Pins
from curate.stages.split_gaps import find_gaps
from pipelines.flow import build as builds
from pipelines.flow import second_looks
from pipelines.flow.build import Reads
from pipelines.flow.partitions import gather_totals, map_partitions
from pipelines.flow.runner import Run, Stage, StageOutput


@dataclass(frozen=True, slots=True)
class _Shared:
    """What is known of all images, and the settings."""

    known: Assigned
    settings: SplitSettings


def reads(run: Run) -> Reads:
    """What the result depends on: the settings, and the pins of earlier runs."""
    pins = _pins_file(run.build)
    digest = ""
    if pins.exists():
        digest = hashlib.sha256(pins.read_bytes()).hexdigest()
    return {"split": run.settings.split.model_dump(mode="json"), "pins": digest}


def work(run: Run, stage: Stage, new: UPath) -> StageOutput:
    """Group the images, assign a split to each group, and pin the images to it."""
    settings = run.settings.split
    pins = _read_pins(run.build)
    grouped, shared_images = _group(run)

    splits = split.assign(grouped, settings, pins)
    _warn_of_pins(run, grouped, pins)
    for gap in find_gaps(grouped, splits, settings):
        run.screen.warn(f"split: {gap}")

    known = split.assigned(grouped, splits, pins)
    output = map_partitions(run, stage, new, _split_partition, _Shared(known, settings))
    storage.write_table(
        new / "groups.parquet", group_tables.groups_table(grouped, splits)
    )
    storage.write_table(new / "shared_images.parquet", shared_images)
    new_pins = split.new_pins(grouped, splits, pins)
    storage.write_table(_pins_file(run.build), new_pins)
    return output


def _group(run: Run) -> tuple[Groups, pa.Table]:
    """The groups of all images, and the images that customers share."""
    settings = run.settings.split
    images = _gather_images(run, settings.scene_pattern)
    looks = groups.find_looks(images)
    alike = second_looks.near_duplicates(run, looks, settings.near_duplicate_bits)
    grouped = groups.group_images(images, looks, alike)

    customers = {export.name: export.customer for export in run.settings.exports}
    return grouped, group_tables.shared_images(images, grouped, customers)


def _gather_images(run: Run, scene_pattern: str | None) -> pa.Table:
    """The images of all partitions: the same one may be in several, and gets one split."""
    parts = gather_totals(
        run,
        "split: images",
        image_rows.image_rows,
        image_rows.joined,
        "filter",
        list(image_rows.NEEDS),
        scene_pattern,
    )
    return image_rows.one_table(parts)


def _split_partition(rows: pa.Table, shared: _Shared) -> tuple[pa.Table, pa.Table]:
    return split.split_objects(rows, shared.known, shared.settings)


def _pins_file(build: UPath) -> UPath:
    return build / "pins.parquet"


def _read_pins(build: UPath) -> Pins:
    """The splits of the images that earlier runs have placed."""
    path = _pins_file(build)
    table = split.PINS.empty_table()
    if path.exists():
        table = storage.read_table(path, split.PINS.names)
    return split.read_pins(table)


def _warn_of_pins(run: Run, grouped: Groups, pins: Pins) -> None:
    """Say what the pins hold against settings that have changed."""
    finished = builds.state_of(run.build, "split")
    if not len(pins.image_ids) or finished is None:
        return
    old = finished.settings.get("split")
    if not isinstance(old, dict):
        return

    new = run.settings.split.model_dump(mode="json")
    changed = [name for name, value in new.items() if old.get(name, value) != value]
    shares = [name for name in ("val", "test", "seed") if name in changed]
    joining = [
        name for name in ("near_duplicate_bits", "scene_pattern") if name in changed
    ]
    path = _pins_file(run.build)
    if shares:
        run.screen.warn(
            f"{len(pins.image_ids):,} images keep their split of {path}; the new "
            f"{_named(shares)} hold for others. Without that file, all are split again"
        )
    if joining:
        run.screen.warn(
            f"{len(pins.image_ids):,} images keep their split of {path}, though the new "
            f"{_named(joining)} may group them otherwise{_joined_pins(grouped, pins)}. "
            "Without that file, all are split again"
        )


def _named(settings: Sequence[str]) -> str:
    return " and ".join(f"split.{name}" for name in settings)


def _joined_pins(grouped: Groups, pins: Pins) -> str:
    """What becomes of groups that now join images which are pinned to several splits."""
    pinned = pins.of(grouped.image_ids)
    counts = np.zeros((len(grouped), len(split.SPLITS)), np.int64)
    is_pinned = pinned >= 0
    np.add.at(counts, (grouped.group_of[is_pinned], pinned[is_pinned]), 1)
    joins_several = (counts > 0).sum(axis=1) > 1
    joined = joins_several.sum()
    moved = counts[joins_several, : split.SPLITS.index("test")].sum()
    if not joined:
        return "; no group joins images of two splits"
    return (
        f"; {joined:,} groups now join images of several splits and go to test, and the "
        f"train images among the {moved:,} that were elsewhere are dropped as leak_guard"
    )
