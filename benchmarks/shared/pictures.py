"""COCO exports made by code, with about the statistics of coco-mini and carparts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

_CLASSES = 20


@dataclass(frozen=True, slots=True)
class Statistics:
    """An export: how many images and objects it has, and the medians of their sides in px.

    `points`: of a polygon. `log_spread`: the standard deviation of the logarithm of objects' sides.
    """

    images: int
    objects: int
    side: int
    object_side: int
    log_spread: float
    points: int


EXPORTS = {
    "photos": Statistics(122, 901, 530, 53, 1.1, 17),
    "parts": Statistics(62, 493, 430, 82, 0.8, 12),
}
"""What is made, by the name of its folder."""


def make_exports(
    root: Path,
    exports: Mapping[str, Statistics] = EXPORTS,
) -> list[tuple[Path, Path]]:
    """COCO exports below `root`: the annotation file and the folder of images of each."""
    return [_make(root / name, like) for name, like in exports.items()]


def _make(folder: Path, like: Statistics) -> tuple[Path, Path]:
    """One export: its annotation file and its folder of images."""
    rng = np.random.default_rng(like.objects)
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    pictures = [_save_photo(rng, images, number, like) for number in range(like.images)]

    annotations = []
    for key in range(like.objects):
        picture = pictures[key % like.images]
        side = like.object_side * rng.lognormal(0, like.log_spread)
        ring = _ring(rng, picture, side, like.points)
        annotation = {
            "id": key,
            "image_id": picture["id"],
            "category_id": int(rng.integers(_CLASSES)),
            "segmentation": [ring],
        }
        annotations.append(annotation)

    classes = [{"id": number, "name": f"sort {number}"} for number in range(_CLASSES)]
    document = {"images": pictures, "annotations": annotations, "categories": classes}
    path = folder / "annotations.json"
    path.write_text(json.dumps(document))
    return path, images


def _save_photo(
    rng: Generator, folder: Path, number: int, like: Statistics
) -> dict[str, Any]:
    """Write a photo, and give its entry in COCO's document. No two have the same size."""
    share_y, share_x = rng.uniform(0.8, 1.25, 2)
    height = int(like.side * share_y)
    width = int(like.side * share_x)
    name = f"{number:04d}.jpg"
    photo = Image.fromarray(_photo(rng, height, width))
    photo.save(folder / name, quality=80)
    return {"id": number, "file_name": name, "height": height, "width": width}


def _photo(rng: Generator, height: int, width: int) -> NDArray[np.uint8]:
    """(height, width, 3) uint8: noise that is weaker at higher frequencies, as in photographs."""
    pixels = np.full((height, width, 3), 128.0, np.float32)
    for octave in range(1, 9):
        side = 2**octave
        small = rng.normal(0, 1, (side, side, 3)).astype(np.float32)
        grey = small.mean(axis=2, keepdims=True)
        mixed = 0.7 * grey + 0.3 * small  # the channels of photographs are much alike
        large = cv2.resize(mixed, (width, height), interpolation=cv2.INTER_CUBIC)
        strength = 60 / octave
        pixels += strength * large
    photo: NDArray[np.uint8] = np.clip(pixels, 0, 255).astype(np.uint8)
    return photo


def _ring(
    rng: Generator, picture: Mapping[str, Any], side: float, points: int
) -> list[float]:
    """A star-shaped polygon inside the picture: x0, y0, x1, y1, …"""
    height = picture["height"]
    width = picture["width"]
    aspect = rng.lognormal(0, 0.35)
    wide = min(side * aspect, width * 0.95)
    high = min(side / aspect, height * 0.95)
    half_wide = wide / 2
    half_high = high / 2
    middle_x = rng.uniform(half_wide, width - half_wide)
    middle_y = rng.uniform(half_high, height - half_high)

    # Sorted angles about the middle: the line never crosses itself.
    angles = np.sort(rng.uniform(0, 2 * np.pi, points))
    reach = rng.uniform(0.6, 1.0, points) / 2
    x = middle_x + reach * wide * np.cos(angles)
    y = middle_y + reach * high * np.sin(angles)
    flat = np.stack([x, y], axis=1).ravel()
    return [round(each, 2) for each in flat.tolist()]
