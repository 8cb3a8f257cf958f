"""Rows as balance leaves them, over pictures made here, and shards of them."""

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image
from upath import UPath

from curate.curation_settings import CropSettings
from curate.drops import object_id
from curate.limits import Limits
from curate.pixels import masks, run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.shards.manifest import make_manifest
from curate.stages import shard
from curate.storage import write_json

CROP = CropSettings()
SPLITS = ("train", "train", "val", "test")


def save_photo(
    path: Path, height: int, width: int, seed: int, orientation: int = 1
) -> str:
    """A JPEG of smooth noise, stored so that it is displayed at height × width; its image id."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    stored = (width, height)
    if orientation >= 5:
        stored = (height, width)
    picture = Image.fromarray(small).resize(stored, Image.Resampling.BICUBIC)

    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    picture.save(file, "JPEG", quality=90, exif=exif)
    path.write_bytes(file.getvalue())
    return hashlib.sha256(file.getvalue()).hexdigest()[:32]


def ellipse(height: int, width: int, box: tuple[int, int, int, int]) -> RunLengths:
    x0, y0, x1, y1 = box
    rows = y1 - y0
    columns = x1 - x0
    y, x = np.mgrid[0:rows, 0:columns]
    across = (x + 0.5) / columns - 0.5
    down = (y + 0.5) / rows - 0.5
    inside = across**2 + down**2 <= 0.25
    return masks.place(inside, x0, y0, height, width)


def make_segments(folder: Path, images: int = 8, per_image: int = 5) -> pa.Table:
    """Rows of `images` photos in `folder`, each with `per_image` ellipses.

    Some touch the edge, and one photo is turned.
    """
    rows = []
    for number in range(images):
        height, width = 90 + 7 * number, 120 + 5 * number
        path = folder / f"photo {number}.jpg"
        orientation = 1
        if number == 1:
            orientation = 6
        image_id = save_photo(path, height, width, number, orientation)
        for key in range(per_image):
            x0 = (17 * key + number) % (width - 40)
            y0 = (13 * key) % (height - 30)
            box = (x0, y0, x0 + 20 + 4 * key, y0 + 16 + 3 * key)
            runs = ellipse(height, width, box)

            row = _row(path, image_id, str(key), runs, height, width)
            row["split"] = SPLITS[number % 4]
            row["weight"] = 0.5 + (key % 2)
            rows.append(row)
    return pa.Table.from_pylist(rows, schema=SEGMENTS)


def _row(
    path: Path, image_id: str, key: str, runs: RunLengths, height: int, width: int
) -> dict[str, object]:
    box = masks.box(runs)
    flags = []
    if 0 in box[:2]:
        flags.append("touches_edge")
    return {
        "object_id": object_id("acme", path.name, key),
        "image_id": image_id,
        "group_id": image_id,
        "export": "acme",
        "customer": "acme",
        "domain": "street",
        "role": "auto",
        "licence": "CC0-1.0",
        "label": f"Fenster {key}",
        "concept": "window",
        "concept_kind": "part",
        "match_how": "reviewed",
        "match_score": 1.0,
        "object_source": "instance",
        "image_path": path.name,
        "image_file": str(path),
        "annotation_key": key,
        "image_height": height,
        "image_width": width,
        **dict(zip(("box_x0", "box_y0", "box_x1", "box_y1"), box, strict=True)),
        "area": masks.area(runs),
        "counts": run_lengths.compress(runs),
        "flags": flags,
    }


_INTEGERS = ("image_height", "image_width", "box_x0", "box_y0", "box_x1", "box_y1")
_TYPES = dict.fromkeys(_INTEGERS, pa.int32()) | {
    "area": pa.int64(),
    "flags": pa.list_(pa.string()),
    "weight": pa.float32(),
    "match_score": pa.float32(),
}
SEGMENTS = pa.schema([(name, _TYPES.get(name, pa.string())) for name in shard.NEEDS])


def write_shards(
    segments: pa.Table,
    folder: Path,
    crop: CropSettings = CROP,
    part: str = "part-00000.parquet",
) -> Path:
    """The shards of one part with their manifest, as the shard stage leaves them."""
    made = shard.shard_partition(segments, UPath(folder), part, crop, Limits())
    write_json(
        UPath(folder) / "manifest.json", make_manifest(made.files, crop, "0" * 64)
    )
    return folder
