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
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    stored = (height, width) if orientation >= 5 else (width, height)
    picture = Image.fromarray(small).resize(stored, Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    picture.save(file, "JPEG", quality=90, exif=exif)
    path.write_bytes(file.getvalue())
    return hashlib.sha256(file.getvalue()).hexdigest()[:32]


def ellipse(height: int, width: int, box: tuple[int, int, int, int]) -> RunLengths:
    x0, y0, x1, y1 = box
    y, x = np.mgrid[0 : y1 - y0, 0 : x1 - x0]
    inside = ((x + 0.5) / (x1 - x0) - 0.5) ** 2 + (
        (y + 0.5) / (y1 - y0) - 0.5
    ) ** 2 <= 0.25
    return masks.place(inside, x0, y0, height, width)


def make_segments(folder: Path, images: int = 8, per_image: int = 5) -> pa.Table:
    """Rows of `images` photos in `folder`, each with `per_image` ellipses.

    Some touch the edge, and one photo is turned.
    """
    rows = []
    for number in range(images):
        height, width = 90 + 7 * number, 120 + 5 * number
        path = folder / f"photo {number}.jpg"
        image_id = save_photo(
            path, height, width, number, orientation=6 if number == 1 else 1
        )
        for key in range(per_image):
            x0, y0 = (17 * key + number) % (width - 40), (13 * key) % (height - 30)
            counts = ellipse(
                height, width, (x0, y0, x0 + 20 + 4 * key, y0 + 16 + 3 * key)
            )
            rows.append(
                _row(path, image_id, str(key), counts, height, width)
                | {"split": SPLITS[number % 4], "weight": 0.5 + (key % 2)}
            )
    return pa.Table.from_pylist(rows, schema=SEGMENTS)


def _row(
    path: Path, image_id: str, key: str, runs: RunLengths, height: int, width: int
) -> dict[str, object]:
    box = masks.box(runs)
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
        "flags": ["touches_edge"] if 0 in box[:2] else [],
    }


_INTEGERS = ("image_height", "image_width", "box_x0", "box_y0", "box_x1", "box_y1")
_OTHERS = {
    "area": pa.int64(),
    "flags": pa.list_(pa.string()),
    "weight": pa.float32(),
    "match_score": pa.float32(),
}
SEGMENTS = pa.schema(
    [
        (name, _OTHERS.get(name, pa.int32() if name in _INTEGERS else pa.string()))
        for name in shard.NEEDS
    ]
)


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
