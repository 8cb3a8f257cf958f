"""Writers of the demo's formats: what is marked in pictures, as annotation tools write it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.pixels import masks, run_lengths
from examples.demo.pictures import Marked, Picture
from examples.demo.vocabularies import Words, all_words, word
from examples.scenes.coco import (
    CocoAnnotation,
    CocoImage,
    CocoRunLengths,
    bounding_box,
)

Row = dict[str, Any]
"""An entry of a JSON document, which the faults may spoil in any way."""

Shapes = Literal["mixed", "compressed", "plain"]
"""How a COCO document writes masks: one in five as run-lengths and the others as polygons, all as
compressed run-lengths, or all as lists of run-lengths."""

_FINE = 4  # an outline through px centres would lose half a px all around
_SPECK = 32  # fine px: no annotator marks a smaller piece
_COARSE = 0.7  # px that a quick annotator's outline may be wrong


def polygons(marked: Marked, tolerance: float = 0.5) -> list[list[float]]:
    """Outer outlines of a mask, x, y in turn, px; holes are covered, as by most annotators.

    `tolerance`: px that an outline may be wrong.
    """
    box = masks.box(marked.runs)
    corner = (box.x0, box.y0)
    mask = masks.decode_window(marked.runs, box).astype(np.uint8)
    large = np.kron(mask, np.ones((_FINE, _FINE), np.uint8))
    outlines, _ = cv2.findContours(
        np.pad(large, 1),
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_NONE,
    )
    rings = []
    for outline in outlines:
        if cv2.contourArea(outline) <= _SPECK:
            continue
        simple = cv2.approxPolyDP(outline, tolerance * _FINE, closed=True)
        ring = (simple[:, 0] - 0.5) / _FINE + corner
        if len(ring) >= 3:
            rings.append(ring.round(2).reshape(-1).tolist())
    return rings


def named(marked: Sequence[Marked], words: Words) -> Iterator[tuple[Marked, str]]:
    """What the customer has a word for, and that word."""
    number = 0
    for each in marked:
        if each.label in words:
            yield each, word(words, each.label, number)
            number += 1


def write_images(folder: Path, pictures: Sequence[Picture]) -> None:
    """The picture files."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        (folder / picture.name).write_bytes(picture.data)


def coco_document(
    pictures: Sequence[Picture],
    words: Words,
    shapes: Shapes,
    backgrounds: int = 0,
) -> Row:
    """A COCO document; in the first `backgrounds` pictures the regions are marked, too."""
    # Category 0 is a real class.
    ids = {name: number for number, name in enumerate(all_words(words))}
    images = []
    annotations: list[CocoAnnotation] = []
    for image_id, picture in enumerate(pictures, start=1):
        image = CocoImage(image_id, picture.name, picture.height, picture.width)
        images.append(image)
        marked = picture.objects
        if image_id <= backgrounds:
            marked = picture.regions + picture.objects
        for each in marked:
            if each.label not in words:
                continue
            number = len(annotations)
            annotation = CocoAnnotation(
                id=number + 1,
                image_id=image_id,
                category_id=ids[word(words, each.label, number)],
                segmentation=_segmentation(each, shapes, number),
                bbox=bounding_box(each.runs),
                area=masks.area(each.runs),
            )
            annotations.append(annotation)
    categories = []
    for name, number in ids.items():
        categories.append({"id": number, "name": name, "supercategory": ""})
    document: Row = {
        "images": msgspec.to_builtins(images),
        "annotations": msgspec.to_builtins(annotations),
        "categories": categories,
    }
    return document


def _segmentation(
    marked: Marked,
    shapes: Shapes,
    number: int,
) -> CocoRunLengths | list[list[float]]:
    """A mask as the document writes it; `number`: of the annotation."""
    if shapes == "mixed" and number % 5 != 0:
        return polygons(marked)
    runs = marked.runs
    counts: str | list[int] = run_lengths.compress(runs)
    if shapes == "plain":
        counts = runs.counts.tolist()
    return CocoRunLengths([runs.height, runs.width], counts)


def yolo_lines(picture: Picture, words: Words, names: Sequence[str]) -> list[str]:
    """A YOLO label file: class number, then the outline as shares of the picture.

    If an object is in several pieces, the file holds the largest.
    """
    lines = []
    for each, name in named(picture.objects, words):
        rings = polygons(each, _COARSE)
        if rings:
            points = np.array(max(rings, key=len)).reshape(-1, 2)
            shares = points / (picture.width, picture.height)
            numbers = [f"{share:.6f}" for share in shares.reshape(-1)]
            lines.append(" ".join([str(names.index(name)), *numbers]))
    return lines


def labelme_document(picture: Picture, words: Words) -> Row:
    """A labelme document; an object in several pieces is a group of polygons."""
    shapes = []
    marked = named(picture.regions + picture.objects, words)
    for number, (each, name) in enumerate(marked):
        rings = polygons(each, _COARSE)
        group = None
        if len(rings) > 1:
            group = number
        for ring in rings:
            points = np.array(ring).reshape(-1, 2).tolist()
            shapes.append(labelme_shape(name, "polygon", points, group))
    return {
        "version": "5.4.1",
        "flags": {},
        "shapes": shapes,
        "imagePath": picture.name,
        "imageData": None,
        "imageHeight": picture.height,
        "imageWidth": picture.width,
    }


def labelme_shape(
    label: str,
    kind: str,
    points: list[list[float]],
    group: int | None = None,
) -> Row:
    """A shape of a labelme document."""
    return {
        "label": label,
        "points": points,
        "group_id": group,
        "shape_type": kind,
        "flags": {},
    }


def class_map(picture: Picture, values: Mapping[str, int]) -> NDArray[np.uint8]:
    """(H, W) uint8: at each px the value of what is seen there, 0 where nothing is named.

    Parts have no values of their own: they belong to their whole.
    """
    found = np.zeros((picture.height, picture.width), np.uint8)
    wholes = [each for each in picture.objects if not each.is_part]
    for each in picture.regions + wholes:
        if each.label in values:
            found[masks.decode(each.runs)] = values[each.label]
    return found


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """A grey or RGB picture without loss."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if pixels.ndim == 3:
        # OpenCV's order is blue, green, red.
        pixels = np.ascontiguousarray(pixels[..., ::-1])
    _, data = cv2.imencode(".png", pixels)
    path.write_bytes(data.tobytes())


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """A text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
