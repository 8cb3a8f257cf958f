"""COCO exports made here, with about the statistics of coco-mini and carparts, for whoever has neither."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image


class _Statistics(NamedTuple):
    """Of an export: how many images and objects, the medians of their sides in px, and the spread of the objects'."""

    images: int
    objects: int
    side: int
    object_side: int
    log_spread: float
    points: int


_MADE = {
    "photos": _Statistics(122, 901, 530, 53, 1.1, 17),
    "parts": _Statistics(62, 493, 430, 82, 0.8, 12),
}


def make_exports(root: Path) -> list[tuple[Path, Path]]:
    """Two COCO exports below `root`: the annotation file and the folder of images of each."""
    return [_make(root / name, statistics) for name, statistics in _MADE.items()]


def _make(folder: Path, like: _Statistics) -> tuple[Path, Path]:
    chance = np.random.default_rng(like.objects)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    pictures, records = [], []
    for number in range(like.images):
        height, width = (int(like.side * share) for share in chance.uniform(0.8, 1.25, 2))
        name = f"{number:04d}.jpg"
        Image.fromarray(_photo(chance, height, width)).save(folder / "images" / name, quality=80)
        pictures.append({"id": number, "file_name": name, "height": height, "width": width})
    for key in range(like.objects):
        picture = pictures[key % like.images]
        ring = _ring(
            chance, picture, like.object_side * chance.lognormal(0, like.log_spread), like.points
        )
        category = int(chance.integers(20))
        records.append(
            {"id": key, "image_id": picture["id"], "category_id": category, "segmentation": [ring]}
        )
    categories = [{"id": number, "name": f"sort {number}"} for number in range(20)]
    document = {"images": pictures, "annotations": records, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(document))
    return folder / "annotations.json", folder / "images"


def _photo(chance: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """Noise whose strength falls with its frequency, as that of photographs does, (height, width, 3) uint8."""
    pixels = np.full((height, width, 3), 128.0, np.float32)
    for octave in range(1, 9):
        small = chance.normal(0, 1, (2**octave, 2**octave, 3)).astype(np.float32)
        small = 0.7 * small.mean(axis=2, keepdims=True) + 0.3 * small
        pixels += 60 / octave * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _ring(
    chance: np.random.Generator, picture: Mapping[str, Any], side: float, points: int
) -> list[float]:
    """A star-shaped polygon inside the picture: x0, y0, x1, y1, …"""
    height, width = picture["height"], picture["width"]
    aspect = chance.lognormal(0, 0.35)
    wide, high = min(side * aspect, width * 0.95), min(side / aspect, height * 0.95)
    x, y = chance.uniform(wide / 2, width - wide / 2), chance.uniform(high / 2, height - high / 2)
    angles = np.sort(chance.uniform(0, 2 * np.pi, points))
    reach = chance.uniform(0.6, 1.0, points) / 2
    ring = np.stack([x + reach * wide * np.cos(angles), y + reach * high * np.sin(angles)], axis=1)
    return [round(float(number), 2) for number in ring.ravel()]
