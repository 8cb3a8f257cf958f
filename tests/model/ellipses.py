"""Shards of bright ellipses on dark ground, as the contract of the shards has them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curate.curation_settings import CropSettings
from curate.pixels.images import Pixels, encode_mask, encode_webp
from curate.pixels.masks import Mask
from curate.records import Box
from curate.schema import shard_schema
from curate.shards import windows
from curate.shards.manifest import ShardFile, make_manifest

CROP = CropSettings()
SIDES = (60, 80)  # px of the pictures, in turns


@dataclass(frozen=True, slots=True)
class Ellipse:
    """A square picture of an ellipse."""

    image: Pixels
    mask: Mask
    box: Box

    @property
    def side(self) -> int:
        return len(self.mask)


def paint_ellipse(rng: np.random.Generator, side: int) -> Ellipse:
    x, y = rng.integers(side // 3, 2 * side // 3, 2)
    a, b = rng.integers(side // 8, side // 3, 2)
    rows, columns = np.mgrid[:side, :side]
    across = (columns - x) / a
    down = (rows - y) / b
    mask = across**2 + down**2 < 1
    image = rng.integers(20, 90, (side, side, 3), dtype=np.uint8)
    image[mask] += 130

    xs = np.flatnonzero(mask.any(axis=0)).tolist()
    ys = np.flatnonzero(mask.any(axis=1)).tolist()
    box = Box(
        x0=xs[0],
        y0=ys[0],
        x1=xs[-1] + 1,
        y1=ys[-1] + 1,
    )
    return Ellipse(image, mask, box)


def write_build(build: Path, counts: dict[str, int]) -> None:
    """Write the shards of a build: so many ellipses in each split."""
    folder = build / "shard"
    files = [write_shard(folder, split, count) for split, count in counts.items()]
    listed = make_manifest(files, CROP, "")
    (folder / "manifest.json").write_text(json.dumps(msgspec.to_builtins(listed)))


def write_shard(folder: Path, split: str, count: int) -> ShardFile:
    """Write the shard of one split. Its objects are of the domains a and b in turns."""
    rng = np.random.default_rng(len(split))
    rows = []
    for number in range(count):
        ellipse = paint_ellipse(rng, SIDES[number % len(SIDES)])
        rows.append(shard_row(ellipse, split, number))

    path = folder / "shards" / split / "part-00000.parquet"
    path.parent.mkdir(parents=True)
    table = pa.Table.from_pylist(rows, schema=shard_schema())
    pq.write_table(table, path, row_group_size=8)
    return ShardFile(
        str(path.relative_to(folder)),
        split,
        count,
        path.stat().st_size,
        "",
        {"CC0-1.0": count},
    )


def shard_row(ellipse: Ellipse, split: str, number: int) -> dict[str, Any]:
    """A row of a shard. Two objects in turn are of one photo."""
    object_id = f"{number:02x}{len(split):02x}" + 28 * "7"
    boxes = np.array([ellipse.box], np.int32)
    side = np.array([ellipse.side])
    crop = windows.largest(boxes, side, side, CROP)
    drawn, window = windows.random_windows([object_id], boxes, side, side, CROP)
    x0, y0, x1, y1 = crop[0].tolist()
    image = np.ascontiguousarray(ellipse.image[y0:y1, x0:x1])
    mask = np.ascontiguousarray(ellipse.mask[y0:y1, x0:x1])

    row: dict[str, Any] = dict.fromkeys(shard_schema().names, "x")
    row |= {
        "object_id": object_id,
        "image_id": f"photo {number // 2}",
        "split": split,
        "export": "e",
        "domain": "ab"[number % 2],
        "licence": "CC0-1.0",
        "match_score": 1.0,
        "image_height": ellipse.side,
        "image_width": ellipse.side,
        "area": int(ellipse.mask.sum()),
        "flags": [],
        "weight": 1.0,
        "image": {"bytes": encode_webp(image), "path": ""},
        "mask": {"bytes": encode_mask(mask), "path": ""},
    }
    row |= box_fields("crop", crop)
    row |= box_fields("box", windows.shift(boxes, crop, -1))
    row |= box_fields("drawn", windows.shift(drawn, crop, -1))
    row |= box_fields("window", windows.shift(window, crop, -1))
    return row


def box_fields(name: str, box: windows.Boxes) -> dict[str, int]:
    """The columns NAME_x0, NAME_y0, NAME_x1 and NAME_y1 of one box."""
    columns = windows.as_columns(box, name)
    return {column: values[0].as_py() for column, values in columns.items()}
