"""Split on the workers: the images are gathered, grouped and assigned to splits.

The split that each image gets is kept in `pins.parquet` of the build folder, outside
the stage's own folder: an image keeps its split in all later runs.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
from upath import UPath

from curate import storage
from curate.stages import groups, split
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
    _warn_of_pins(run, len(pins))

    # The same image may be in several partitions, and gets one split.
    rows = gather(run, "split: images", _image_rows, "filter", list(split.NEEDS), None)
    images = groups.images(rows)
    grouped = groups.group_images(images, settings)
    splits = split.assign(grouped, settings, pins)
    group_of = {}
    for group in grouped:
        group_of.update(dict.fromkeys(group.image_ids, group.group_id))

    output = map_partitions(
        run, stage, new, _split_partition, _Shared(group_of, splits, pins)
    )
    storage.write_table(new / "groups.parquet", split.groups_table(grouped, splits))
    new_pins = split.new_pins(images, grouped, splits, pins)
    storage.write_table(_pins_file(run.build), new_pins)
    return output


def _image_rows(rows: pa.Table, _: None) -> pd.DataFrame:
    return groups.image_rows(rows)


def _split_partition(rows: pa.Table, shared: _Shared) -> tuple[pa.Table, pa.Table]:
    return split.split_objects(rows, shared.group_of, shared.splits, shared.pins)


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


def _warn_of_pins(run: Run, count: int) -> None:
    """Warn that pinned images do not follow settings that have changed.

    `count`: how many images are pinned.
    """
    finished = builds.state_of(run.build, "split")
    if count == 0 or finished is None:
        return

    old = finished.settings.get("split")
    new = run.settings.split.model_dump(mode="json", include={"val", "test", "seed"})
    if isinstance(old, dict) and any(
        old.get(name) != value for name, value in new.items()
    ):
        run.screen.warn(
            f"{count:,} images keep their split of {_pins_file(run.build)}; the new "
            "shares and seed hold for others. Without that file, all are split again"
        )
