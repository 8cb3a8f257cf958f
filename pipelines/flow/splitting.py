"""Split on the workers: the images are gathered, grouped and assigned to splits.

The split that each image gets is kept in `pins.parquet` of the build folder, outside
the stage's own folder: an image keeps its split in all later runs.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from upath import UPath

from curate import storage
from curate.settings import SplitSettings
from curate.stages import groups, split
from curate.stages.groups import Group
from curate.stages.split_gaps import find_gaps
from pipelines.flow import build as builds
from pipelines.flow.build import Reads
from pipelines.flow.partitions import gather, map_partitions
from pipelines.flow.runner import Run, Stage, StageOutput


@dataclass(frozen=True, slots=True)
class _Shared:
    """Group by image id, split by group id, and split of old images by image id."""

    group_of: Mapping[str, str]
    splits: Mapping[str, str]
    pins: Mapping[str, str]
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
    # The same image may be in several partitions, and gets one split.
    rows = gather(run, "split: images", _image_rows, "filter", list(split.NEEDS), None)
    images = groups.images(rows)
    grouped = groups.group_images(images, settings)
    splits = split.assign(grouped, settings, pins)
    _warn_of_pins(run, grouped, pins)
    for gap in find_gaps(grouped, splits, settings):
        run.screen.warn(f"split: {gap}")
    group_of = {}
    for group in grouped:
        group_of.update(dict.fromkeys(group.image_ids, group.group_id))

    output = map_partitions(
        run, stage, new, _split_partition, _Shared(group_of, splits, pins, settings)
    )
    storage.write_table(new / "groups.parquet", split.groups_table(grouped, splits))
    new_pins = split.new_pins(images, grouped, splits, pins)
    storage.write_table(_pins_file(run.build), new_pins)
    return output


def _image_rows(rows: pa.Table, _: None) -> pd.DataFrame:
    return groups.image_rows(rows)


def _split_partition(rows: pa.Table, shared: _Shared) -> tuple[pa.Table, pa.Table]:
    return split.split_objects(
        rows, shared.group_of, shared.splits, shared.pins, shared.settings
    )


def _pins_file(build: UPath) -> UPath:
    return build / "pins.parquet"


def _read_pins(build: UPath) -> dict[str, str]:
    """The split of each image that an earlier run has placed, by image id."""
    path = _pins_file(build)
    if not path.exists():
        return {}
    table = storage.read_table(path)
    return dict(
        zip(table["image_id"].to_pylist(), table["split"].to_pylist(), strict=True)
    )


def _warn_of_pins(run: Run, grouped: list[Group], pins: Mapping[str, str]) -> None:
    """Say what the pins hold against settings that have changed."""
    finished = builds.state_of(run.build, "split")
    if not pins or finished is None:
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
            f"{len(pins):,} images keep their split of {path}; the new "
            f"{_named(shares)} hold for others. Without that file, all are split again"
        )
    if joining:
        run.screen.warn(
            f"{len(pins):,} images keep their split of {path}, though the new "
            f"{_named(joining)} may group them otherwise{_joined_pins(grouped, pins)}. "
            "Without that file, all are split again"
        )


def _named(settings: Sequence[str]) -> str:
    return " and ".join(f"split.{name}" for name in settings)


def _joined_pins(grouped: list[Group], pins: Mapping[str, str]) -> str:
    """What becomes of groups that now join images which are pinned to several splits."""
    joined = 0
    moved = 0
    for group in grouped:
        pinned = [pins[each] for each in group.image_ids if each in pins]
        if len(set(pinned)) > 1:
            joined += 1
            moved += len(pinned) - pinned.count("test")
    if not joined:
        return "; no group joins images of two splits"
    return (
        f"; {joined:,} groups now join images of several splits and go to test, and the "
        f"train images among the {moved:,} that were elsewhere are dropped as leak_guard"
    )
