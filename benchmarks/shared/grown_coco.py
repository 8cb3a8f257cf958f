"""A COCO export as large as one likes, grown from real ones.

Its pictures are parts of the given JPEG files, cut by whole blocks: nothing is encoded anew, no
two files are equal, and bytes, sizes and outlines are those of real pictures. A part has between
80% and 100% of the sides; small pictures have few such parts, so large ones give more.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from PIL import Image

from curate.pixels import jpeg_crops
from curate.pixels.turbojpeg_library import library_file
from curate.records import Box

_STEP = 16  # px; a multiple of the blocks of all samplings but 4:1:1
_LEAST = 0.8  # of a side
_SEEN = 0.3  # of an object's box that a part must show to keep it
_AT_ONCE = 32  # parts that are cut from a picture in one go


@dataclass(frozen=True, slots=True)
class _Photo:
    """A picture of a source, with its annotations as COCO writes them."""

    file: Path
    height: int
    width: int
    annotations: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a photo: its file, where it was, and what it shows."""

    data: bytes
    box: Box
    annotations: list[dict[str, Any]]


def grow(sources: Sequence[tuple[Path, Path]], objects: int, folder: Path) -> Path:
    """Write `objects` objects or a few more below `folder`. The path of the document.

    `sources`: COCO documents, each with its folder of pictures. Raises RuntimeError without a
    libjpeg-turbo, or if the sources have too few parts that differ.
    """
    library = library_file()
    if library is None:
        raise RuntimeError("growing needs libjpeg-turbo: pip install turbojpeg")
    categories, photos = _read(sources)
    pictures = folder / "images"
    pictures.mkdir(parents=True)

    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for part in _parts(photos, library):
        number = len(images)
        name = f"{number:06d}.jpg"
        (pictures / name).write_bytes(part.data)
        image = {
            "id": number,
            "file_name": name,
            "height": part.box.height,
            "width": part.box.width,
        }
        images.append(image)
        for each in part.annotations:
            ids = {"id": len(annotations), "image_id": number}
            annotations.append({**each, **ids})
        if len(annotations) >= objects:
            break
    else:
        raise RuntimeError(f"the sources give {len(annotations):,} objects at most")

    whole = {
        "images": images,
        "annotations": annotations,
        "categories": categories,
    }
    document = folder / "instances.json"
    document.write_text(json.dumps(whole))
    return document


def _read(
    sources: Sequence[tuple[Path, Path]],
) -> tuple[list[dict[str, Any]], list[_Photo]]:
    """All categories under new ids, and the photos that have polygons and can be cut."""
    categories: list[dict[str, Any]] = []
    photos: list[_Photo] = []
    for document, folder in sources:
        content = json.loads(document.read_bytes())
        new_ids = {}
        for category in content["categories"]:
            new_id = len(categories)
            new_ids[category["id"]] = new_id
            categories.append({"id": new_id, "name": category["name"]})

        by_image: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for annotation in content["annotations"]:
            if annotation.get("iscrowd"):
                continue
            renumbered = dict(annotation)
            renumbered["category_id"] = new_ids[annotation["category_id"]]
            by_image[annotation["image_id"]].append(renumbered)

        for image in content["images"]:
            file = folder / image["file_name"]
            found = by_image[image["id"]]
            if found and _can_be_cut(file):
                photo = _Photo(file, image["height"], image["width"], found)
                photos.append(photo)
    return categories, photos


def _can_be_cut(file: Path) -> bool:
    with Image.open(file) as picture:
        return jpeg_crops.jpeg_frame(picture, file.read_bytes()) is not None


def _parts(photos: Sequence[_Photo], library: str) -> Iterator[_Part]:
    """Parts of all photos in turn, none of which comes twice."""
    rng = np.random.default_rng(len(photos))
    orders = [_boxes(rng, photo) for photo in photos]
    most_boxes = max(map(len, orders))
    for start in range(0, most_boxes, _AT_ONCE):
        for photo, boxes in zip(photos, orders, strict=True):
            chosen = boxes[start : start + _AT_ONCE]
            yield from _cut(photo, chosen, library)


def _cut(photo: _Photo, boxes: Sequence[Box], library: str) -> Iterator[_Part]:
    """Some parts of a photo."""
    data = photo.file.read_bytes()
    files = jpeg_crops.crop_jpeg(data, boxes, library) or []
    for box, file in zip(boxes, files, strict=True):
        shown = [_moved(each, box) for each in photo.annotations]
        kept = [each for each in shown if each is not None]
        yield _Part(file, box, kept)


def _boxes(rng: Generator, photo: _Photo) -> list[Box]:
    """All parts of a photo, in any order."""
    boxes = []
    for x0, x1 in _ranges(photo.width):
        for y0, y1 in _ranges(photo.height):
            box = Box(x0, y0, x1, y1)
            boxes.append(box)
    order = rng.permutation(len(boxes))
    return [boxes[number] for number in order]


def _ranges(length: int) -> list[tuple[int, int]]:
    """The parts of a side that begin and end at blocks, or at its end."""
    starts = range(0, length, _STEP)
    ends = [*range(_STEP, length, _STEP), length]
    least = _LEAST * length

    found = []
    for start in starts:
        for end in ends:
            if end - start >= least:
                found.append((start, end))  # noqa: PERF401  two loops in one are hard to read
    return found


def _moved(annotation: dict[str, Any], box: Box) -> dict[str, Any] | None:
    """An annotation in a part of its picture; None if the part shows too little of it."""
    origin = (box.x0, box.y0)
    size = (box.width, box.height)

    x, y, width, height = annotation["bbox"]
    corners = np.array([(x, y), (x + width, y + height)])
    first, last = np.clip(corners - origin, 0, size)
    sides = last - first
    area = width * height
    if np.prod(sides) < _SEEN * area:
        return None

    rings = []
    for ring in annotation["segmentation"]:
        points = np.array(ring).reshape(-1, 2)
        inside = np.clip(points - origin, 0, size)
        rounded = inside.round(2)
        rings.append(rounded.ravel().tolist())

    moved = dict(annotation)
    moved["segmentation"] = rings
    moved["bbox"] = np.concatenate((first, sides)).tolist()
    return moved
