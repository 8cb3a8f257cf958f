"""The objects of a picture as files that other programs open: COCO, and a PNG."""

from io import BytesIO
from typing import Literal

import msgspec
import numpy as np
from PIL import Image

from curate.pixels import masks, run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.pixels.simple_polygons import coco_rings, moved, simplify
from pipelines.loop.records import CompressedMask, Picture, SavedObject

Segmentation = Literal["run_lengths", "polygons"]
"""How the COCO file holds masks; run-lengths are exact."""

MOST_IN_PNG = 255
"""Objects that a PNG can number."""

# Colours that neighbours are told apart by: the golden ratio's steps around the circle.
_HUE_STEP = 0.618034


class CocoImage(msgspec.Struct, frozen=True):
    """COCO's entry of an image."""

    id: int
    file_name: str
    width: int
    height: int


class CocoCategory(msgspec.Struct, frozen=True):
    """COCO's entry of a category."""

    id: int
    name: str


class CocoAnnotation(msgspec.Struct, frozen=True):
    """COCO's entry of an object; `score` is its expected IoU, where the model tells it."""

    id: int
    image_id: int
    category_id: int
    segmentation: CompressedMask | list[list[float]]
    area: int
    bbox: tuple[int, int, int, int]
    iscrowd: int
    score: float | msgspec.UnsetType = msgspec.UNSET


class CocoFile(msgspec.Struct, frozen=True):
    """A COCO document of one image."""

    images: list[CocoImage]
    annotations: list[CocoAnnotation]
    categories: list[CocoCategory]


def as_coco(
    picture: Picture, objects: list[SavedObject], how: Segmentation
) -> CocoFile:
    """The objects of a picture as a COCO document. Empty masks are left out."""
    labels = sorted({each.label for each in objects})
    numbers = {label: number for number, label in enumerate(labels, start=1)}

    annotations: list[CocoAnnotation] = []
    for each in objects:
        runs = runs_of(each, picture)
        if runs.is_empty:
            continue
        x0, y0, x1, y1 = masks.box(runs)
        # The expected IoU is that of the model's mask, not of a corrected one.
        score: float | msgspec.UnsetType = msgspec.UNSET
        if each.expected_iou is not None and not each.is_corrected:
            score = each.expected_iou
        annotation = CocoAnnotation(
            id=len(annotations) + 1,
            image_id=1,
            category_id=numbers[each.label],
            segmentation=_segmentation(runs, how),
            area=masks.area(runs),
            bbox=(x0, y0, x1 - x0, y1 - y0),
            iscrowd=0,
            score=score,
        )
        annotations.append(annotation)

    image = CocoImage(1, picture.name, picture.width, picture.height)
    categories = [CocoCategory(number, label) for label, number in numbers.items()]
    return CocoFile([image], annotations, categories)


def as_png(picture: Picture, objects: list[SavedObject]) -> bytes:
    """A palette PNG of the picture's size: 0 is no object, n the n-th; later ones cover."""
    numbers = np.zeros((picture.height, picture.width), np.uint8)
    for number, each in enumerate(objects[:MOST_IN_PNG], start=1):
        numbers[masks.decode(runs_of(each, picture))] = number
    shown = Image.fromarray(numbers)
    shown.putpalette(_palette())
    file = BytesIO()
    shown.save(file, "PNG")
    return file.getvalue()


def runs_of(saved: SavedObject, picture: Picture) -> RunLengths:
    """The mask of an object. Refusal bad_run_lengths if it is not one of the picture."""
    return run_lengths.parse(saved.counts, picture.height, picture.width)


def _segmentation(
    runs: RunLengths, how: Segmentation
) -> CompressedMask | list[list[float]]:
    if how == "run_lengths":
        return CompressedMask((runs.height, runs.width), run_lengths.compress(runs))
    box = masks.box(runs)
    regions = simplify(masks.decode_window(runs, box))
    return coco_rings(moved(region, box.x0, box.y0) for region in regions)


def _palette() -> list[int]:
    """256 colours, black first."""
    # Saturation and brightness are the same for all; only the hue differs.
    hues = np.arange(255) * _HUE_STEP % 1
    hsv = np.full((1, 255, 3), 230, np.uint8)
    hsv[0, :, 0] = hues * 255
    colours = np.asarray(Image.fromarray(hsv, "HSV").convert("RGB"))
    return [0, 0, 0, *colours.ravel().tolist()]
