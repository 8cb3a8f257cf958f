"""Writes the scenes that the base model learns from.

One COCO export per kind of view: OUT/VIEW/annotations.json and OUT/VIEW/images/. The same seed
gives the same files with any number of processes.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from examples.scenes import views
from examples.scenes.camera import encode
from examples.scenes.coco import (
    CocoAnnotation,
    CocoCategory,
    CocoImage,
    CocoRunLengths,
    bounding_box,
    write_json,
)
from examples.scenes.parallel import in_processes
from examples.scenes.scene import Scene, paint_scene

# About the share of their box that annotated objects cover in real data sets.
_USUAL_FILL = 0.6
_SPACING = 10_000_000  # between the first scenes of two seeds, so that they have none in common
_INFO = {
    # An older name of this file: the exports keep the same bytes.
    "description": "drawn by examples/base_exports.py",
    "contributor": "segcurate",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A scene whose picture is written: its view, its image, and an annotation for each label.

    The annotations have no numbers of their own yet.
    """

    view: str
    image: CocoImage
    labels: list[str]
    annotations: list[CocoAnnotation]


def write_exports(out: Path, count: int, seed: int, processes: int) -> dict[str, int]:
    """Write `count` scenes below `out`; the number of objects by view."""
    for view in views.names():
        (out / view / "images").mkdir(parents=True, exist_ok=True)
    first = seed * _SPACING
    written = in_processes(
        partial(_paint_and_write, out),
        range(first, first + count),
        processes,
        chunk=16,
    )
    objects = {}
    for view in views.names():
        scenes = [scene for scene in written if scene.view == view]
        objects[view] = write_document(out / view, scenes)
    return objects


def _paint_and_write(out: Path, seed: int) -> Written:
    """Paint one scene and write its picture."""
    return write_scene(out, paint_scene(seed), seed)


def write_scene(out: Path, scene: Scene, seed: int) -> Written:
    """Write the picture of a scene, OUT/VIEW/images/SEED.jpg, and choose what is annotated."""
    name = f"{seed:09d}.jpg"
    path = out / scene.view / "images" / name
    path.write_bytes(encode(scene.image, quality=92))
    height, width = scene.image.shape[:2]
    # The scene itself must not depend on what is asked for.
    rng = np.random.default_rng([seed, 0xA5C])
    labels = []
    annotations = []
    for each in scene.objects:
        if rng.random() < _asked_share(each.mask):
            labels.append(each.label)
            annotations.append(_annotation(each.mask, image_id=seed))
    image = CocoImage(seed, name, height, width)
    return Written(scene.view, image, labels, annotations)


def _asked_share(mask: Mask) -> float:
    """How often an object is annotated: 1 for those that fill their box as real ones do.

    Painted things are thinner than what people annotate, so thin ones are asked for less often.
    """
    box = masks.box(masks.encode(mask))
    fill = mask.sum() / (box.height * box.width)
    return min(1.0, float(fill / _USUAL_FILL) ** 2)


def _annotation(mask: Mask, image_id: int) -> CocoAnnotation:
    """The annotation of a mask, without numbers of its own."""
    runs = masks.encode(mask)
    return CocoAnnotation(
        id=0,
        image_id=image_id,
        category_id=0,
        segmentation=CocoRunLengths(list(mask.shape), run_lengths.compress(runs)),
        bbox=bounding_box(runs),
        area=masks.area(runs),
    )


def write_document(folder: Path, scenes: list[Written]) -> int:
    """Write annotations.json of one export; the number of its objects."""
    labels = {label for scene in scenes for label in scene.labels}
    ids = {label: number for number, label in enumerate(sorted(labels), start=1)}
    annotations: list[CocoAnnotation] = []
    for scene in scenes:
        for label, annotation in zip(scene.labels, scene.annotations, strict=True):
            numbered = msgspec.structs.replace(
                annotation,
                id=len(annotations) + 1,
                category_id=ids[label],
            )
            annotations.append(numbered)
    document = {
        "info": _INFO,
        "images": [scene.image for scene in scenes],
        "categories": [CocoCategory(number, label) for label, number in ids.items()],
        "annotations": annotations,
    }
    write_json(folder / "annotations.json", document)
    return len(annotations)
