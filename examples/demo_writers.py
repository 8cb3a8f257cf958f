"""Writers of the demo's formats: each puts pictures and what is marked in them into a folder as one tool would.

`words`: our name → the customer's; what it does not name stays unmarked.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels import masks, run_lengths
from examples.demo_pictures import Marked, Picture

Words = Mapping[str, str | Sequence[str]]
"""Our name → the customer's, or several that the customer uses in turn."""
Row = dict[str, Any]


def word(words: Words, label: str, number: int) -> str:
    """The customer's word for a name; `number` chooses among several."""
    found = words[label]
    return found if isinstance(found, str) else found[number % len(found)]


def polygons(marked: Marked, height: int, width: int, tolerance: float = 0.5) -> list[list[float]]:
    """Outer outlines of a mask, x, y in turn, px; holes are drawn over, as most annotators do."""
    fine = 4  # an outline through px centres would lose half a px all around
    mask = masks.decode(marked.runs).astype(np.uint8)
    x0, y0, x1, y1 = masks.box(marked.runs)
    large = np.pad(np.kron(mask[y0:y1, x0:x1], np.ones((fine, fine), np.uint8)), 1)
    found, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rings = [
        cv2.approxPolyDP(ring, tolerance * fine, True)[:, 0]
        for ring in found
        if cv2.contourArea(ring) > 8 * fine
    ]
    return [
        ((ring - 0.5) / fine + (x0, y0)).round(2).reshape(-1).tolist()
        for ring in rings
        if len(ring) >= 3
    ]


def write_images(folder: Path, pictures: Sequence[Picture]) -> None:
    """The picture files."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        (folder / picture.name).write_bytes(picture.data)


def coco_document(
    pictures: Sequence[Picture], words: Words, runs: str, backgrounds: int = 0
) -> Row:
    """A COCO document; `runs`: which masks are run-lengths (`some`, `compressed` or `plain` for all).

    The first `backgrounds` pictures have the regions behind the things marked, too.
    """
    names = sorted(
        {
            each
            for found in words.values()
            for each in ([found] if isinstance(found, str) else found)
        }
    )
    ids = {name: number for number, name in enumerate(names)}  # category 0 is a real class
    images: list[Row] = []
    rows: list[Row] = []
    for number, picture in enumerate(pictures):
        images.append(
            {
                "id": number + 1,
                "file_name": picture.name,
                "height": picture.height,
                "width": picture.width,
            }
        )
        marked = (picture.regions if number < backgrounds else []) + picture.objects
        for each in (each for each in marked if each.label in words):
            x0, y0, x1, y1 = masks.box(each.runs)
            row = {
                "id": len(rows) + 1,
                "image_id": number + 1,
                "category_id": ids[word(words, each.label, len(rows))],
                "segmentation": _segmentation(each, picture, runs, len(rows)),
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": masks.area(each.runs),
                "iscrowd": 0,
            }
            rows.append(row)
    categories = [{"id": number, "name": name, "supercategory": ""} for name, number in ids.items()]
    return {"images": images, "annotations": rows, "categories": categories}


def _segmentation(marked: Marked, picture: Picture, runs: str, number: int) -> Any:
    if runs == "some" and number % 5:
        return polygons(marked, picture.height, picture.width)
    counts = marked.runs.counts.tolist() if runs == "plain" else run_lengths.compress(marked.runs)
    return {"size": [picture.height, picture.width], "counts": counts}


def yolo_lines(picture: Picture, words: Words, names: Sequence[str]) -> list[str]:
    """A YOLO label file: class number, then the outline as shares of the picture; the largest piece of each object."""
    lines = []
    for number, each in enumerate(each for each in picture.objects if each.label in words):
        rings = polygons(each, picture.height, picture.width, 0.7)
        if rings:
            ring = np.array(max(rings, key=len)).reshape(-1, 2) / (picture.width, picture.height)
            points = " ".join(f"{share:.6f}" for share in ring.reshape(-1))
            lines.append(f"{names.index(word(words, each.label, number))} {points}")
    return lines


def labelme_document(picture: Picture, words: Words) -> Row:
    """A labelme document; an object in several pieces is a group of polygons."""
    shapes: list[Row] = []
    for number, each in enumerate(
        each for each in picture.regions + picture.objects if each.label in words
    ):
        rings = polygons(each, picture.height, picture.width, 0.7)
        shapes += [
            {
                "label": word(words, each.label, number),
                "points": np.array(ring).reshape(-1, 2).tolist(),
                "group_id": number if len(rings) > 1 else None,
                "shape_type": "polygon",
                "flags": {},
            }
            for ring in rings
        ]
    return {
        "version": "5.4.1",
        "flags": {},
        "shapes": shapes,
        "imagePath": picture.name,
        "imageData": None,
        "imageHeight": picture.height,
        "imageWidth": picture.width,
    }


def class_map(picture: Picture, values: Mapping[str, int], whole: bool = True) -> NDArray[np.uint8]:
    """(H, W) uint8: at each px the value of what is seen there, 0 where nothing is named; `whole`: no parts."""
    found = np.zeros((picture.height, picture.width), np.uint8)
    for each in picture.regions + [each for each in picture.objects if not (whole and each.part)]:
        if each.label in values:
            found[masks.decode(each.runs)] = values[each.label]
    return found


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """A grey or RGB picture without loss."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[..., ::-1])
    path.write_bytes(cv2.imencode(".png", ordered)[1].tobytes())


def write_json(path: Path, document: Row) -> None:
    """A JSON document, NaN as tools write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
