"""Builds of the train masks of another build, some of them changed by code."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from benchmarks.shared.columns import with_column
from curate.limits import Limits
from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from curate.seeded import generator
from curate.settings import Settings
from curate.shards.manifest import make_manifest
from curate.stages.shard import shard_partition
from curate.storage import read_partitions, write_json
from model.annotations.spoiling import Spoiling, spoil
from model.checkpoint import checkpoint_path

_BOX = ("x0", "y0", "x1", "y1")


def train_rows(build: UPath, images: int) -> pa.Table:
    """The rows of the first so many images of the train split."""
    parts = read_partitions(build / "balance" / "segments")
    rows = pa.concat_tables(list(parts))
    is_train = pc.equal(rows["split"], "train")
    train = rows.filter(is_train)

    image_ids = sorted(set(train["image_id"].to_pylist()))
    first = pa.array(image_ids[:images])
    is_taken = pc.is_in(train["image_id"], first)
    return train.filter(is_taken)


def spoil_rows(
    rows: pa.Table, share: float, seed: int
) -> tuple[pa.Table, dict[str, Spoiling]]:
    """The rows with a share of their masks spoiled, and how, by object_id."""
    object_ids = rows["object_id"].to_pylist()
    images = rows["image_id"].to_pylist()
    rows_of_image: dict[str, list[int]] = {}
    for row, image in enumerate(images):
        rows_of_image.setdefault(image, []).append(row)

    rng = generator(seed)
    wanted = round(share * len(rows))
    ways = list(Spoiling)
    changed: dict[int, Mask] = {}
    kinds: dict[str, Spoiling] = {}
    for row in rng.permutation(len(rows)).tolist():
        if len(changed) == wanted:
            break
        kind = ways[len(changed) % len(ways)]
        others = [other for other in rows_of_image[images[row]] if other != row]
        other_masks = [mask_of(rows, other) for other in others]
        mask = spoil(kind, mask_of(rows, row), other_masks, rng)
        if mask is not None:
            changed[row] = mask
            kinds[object_ids[row]] = kind
    return with_masks(rows, changed), kinds


def mask_of(rows: pa.Table, row: int) -> Mask:
    """The mask of a row in its whole image."""
    height = rows["image_height"][row].as_py()
    width = rows["image_width"][row].as_py()
    counts = rows["counts"][row].as_py()
    return masks.decode(run_lengths.parse(counts, height, width))


def with_masks(rows: pa.Table, changed: dict[int, Mask]) -> pa.Table:
    """The rows with other masks at some places."""
    box_columns = [f"box_{side}" for side in _BOX]
    columns = {}
    for name in ("counts", "area", *box_columns):
        columns[name] = rows[name].to_pylist()

    for row, mask in changed.items():
        runs = masks.encode(mask)
        columns["counts"][row] = run_lengths.compress(runs)
        columns["area"][row] = masks.area(runs)
        for name, place in zip(box_columns, masks.box(runs), strict=True):
            columns[name][row] = place

    for name, values in columns.items():
        rows = with_column(rows, name, values)
    return rows


def make_build(folder: Path, rows: pa.Table, model: str, copies: int) -> Settings:
    """A build of the train rows alone with a model; its settings."""
    settings = Settings.model_validate(
        {
            "build": str(folder),
            "exports": list(_exports(rows)),
            "licences": {"allow": sorted(set(rows["licence"].to_pylist()))},
            "quality": {"copies": copies},
        }
    )
    shard = UPath(folder) / "shard"
    made = shard_partition(rows, shard, "part-00000.parquet", settings.crop, Limits())
    write_json(shard / "manifest.json", make_manifest(made.files, settings.crop, ""))
    (folder / "train").mkdir()
    shutil.copy(checkpoint_path(model), folder / "train" / "model.safetensors")
    return settings


def _exports(rows: pa.Table) -> Iterator[dict[str, str]]:
    """What the settings must say of the exports; nothing reads them here."""
    for name in sorted(set(rows["export"].to_pylist())):
        yield {
            "name": name,
            "path": name,
            "format": "coco",
            "customer": name,
            "domain": name,
            "licence": "CC0-1.0",
        }
