"""A COCO document as large as one likes, with its pictures; 570 bytes an annotation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL import Image

_HEIGHT = 480
_WIDTH = 640
_CLASSES = 80
_POINTS = 28  # of a polygon; so many have 410 bytes
_SIDE = 54  # px, the median of the objects' sides
_LOG_SPREAD = 0.8
# A prime: annotations of one image are far apart, as tools write them by id.
_STEP = 7919


@dataclass(frozen=True, slots=True)
class LargeCoco:
    """How many images and annotations a document has."""

    images: int
    annotations: int


def make_large_coco(root: Path, like: LargeCoco) -> Path:
    """Write the document and its pictures below `root`. The path of the document.

    Annotations come before images and categories, in an order that is not that of the images.
    """
    rng = np.random.default_rng(like.images)
    pictures = root / "images"
    pictures.mkdir(parents=True)
    for number in range(like.images):
        pixels = rng.integers(0, 255, (6, 8, 3), np.uint8)
        picture = Image.fromarray(pixels).resize((_WIDTH, _HEIGHT))
        picture.save(pictures / f"{number:06d}.jpg")

    document = root / "instances.json"
    with document.open("w") as file:
        file.write('{"info": {}, "annotations": [')
        separator = ""
        for annotation in _annotations(rng, like):
            file.write(separator + annotation)
            separator = ","
        file.write(f'], "images": {json.dumps(_images(like))}, ')
        file.write(f'"categories": {json.dumps(_categories())}}}')
    return document


def _images(like: LargeCoco) -> list[dict[str, object]]:
    images: list[dict[str, object]] = []
    for number in range(like.images):
        name = f"{number:06d}.jpg"
        size = {"width": _WIDTH, "height": _HEIGHT}
        images.append(
            {
                "id": number,
                "file_name": name,
                **size,
            }
        )
    return images


def _categories() -> list[dict[str, object]]:
    return [{"id": number, "name": f"thing {number}"} for number in range(_CLASSES)]


def _annotations(rng: Generator, like: LargeCoco) -> Iterator[str]:
    """The annotations as JSON. Outlines are drawn once and used for many images."""
    per_image = -(-like.annotations // like.images)
    outlines = [_outline(rng) for _ in range(per_image + 1000)]
    for number in range(like.annotations):
        image = number * _STEP % like.images
        category = number % _CLASSES
        # No two of an image are the same: that would be an annotation twice.
        turn = number // like.images
        outline = outlines[(turn + 131 * image) % len(outlines)]
        yield (
            f'{{"segmentation": [[{outline}]], "area": 1234.5, "iscrowd": 0, '
            f'"image_id": {image}, "bbox": [101.25, 102.25, 53.5, 54.5], '
            f'"category_id": {category}, "id": {number}}}'
        )


def _outline(rng: Generator) -> str:
    """A polygon of about the median side somewhere in the frame."""
    times_the_median = np.exp(rng.normal(0, _LOG_SPREAD))
    radius = min(200.0, _SIDE / 2 * times_the_median)
    radii = radius * rng.uniform(0.7, 1.3, _POINTS)
    angles = np.linspace(0, 2 * np.pi, _POINTS, endpoint=False)

    middle_x = rng.uniform(0, _WIDTH)
    middle_y = rng.uniform(0, _HEIGHT)
    x = middle_x + radii * np.cos(angles)
    y = middle_y + radii * np.sin(angles)
    corners = np.stack((x, y), axis=1)
    in_frame = corners.clip(0, (_WIDTH, _HEIGHT))

    numbers = [f"{number:.2f}" for number in in_frame.ravel()]
    return ", ".join(numbers)
