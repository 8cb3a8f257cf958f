"""SuperAnnotate: what its library makes of COCO, and vectors as its helper writes them.

The last release that writes pixel projects is 4.4.39.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import known
import numpy as np

os.environ["SA_VERSION_CHECK"] = "False"  # else it asks the registry for its releases
import superannotate  # noqa: F401  # adds the folder of what follows to sys.path
from lib.app.input_converters.converters import sa_json_helper
from lib.app.input_converters.converters.coco_converters import (
    coco_api,
    coco_to_sa_pixel,
)


def pixels(folder: Path) -> Iterator[known.Expected]:
    """Masks that the library paints into `___save.png`; later ones lie over earlier ones."""
    images = []
    annotations = []
    for number, picture in enumerate(known.pictures(), start=1):
        picture.save(folder)
        images.append(image(number, picture))
        for each in picture.painted:
            category = known.LABELS.index(each.label)
            runs = coco_api._masktoRLE(each.mask.astype(np.uint8))
            counts = [int(count) for count in runs["counts"]]
            annotations.append(
                {
                    "image_id": number,
                    "category_id": category,
                    "segmentation": runs | {"counts": counts},
                }
            )
        seen = known.seen(picture.painted)
        yield from ((picture.name, each.label, each.mask) for each in seen)

    categories = [
        {"id": number, "name": each} for number, each in enumerate(known.LABELS)
    ]
    document = {"images": images, "annotations": annotations, "categories": categories}
    path = folder.parent / "coco.json"
    path.write_text(json.dumps(document), "utf-8")
    coco_to_sa_pixel.coco_instance_segmentation_to_sa_pixel(path, folder)


def image(number: int, picture: known.Picture) -> dict[str, Any]:
    """An image of COCO."""
    return {
        "id": number,
        "file_name": picture.name,
        "height": picture.height,
        "width": picture.width,
    }


def vectors(folder: Path) -> Iterator[known.Expected]:
    """Polygons with groups and holes, and an ellipse, which only OpenCV draws."""
    for picture in known.pictures():
        picture.save(folder)
        instances = []
        for number, each in enumerate(picture.outlined, start=1):
            pieces = [flat(ring) for ring in each.pieces]
            holes = [flat(ring) for ring in each.holes]
            for place, piece in enumerate(pieces):
                cut_out = holes if place == 0 else []
                drawn = instance("polygon", piece, each.label)
                instances.append(drawn | {"groupId": number, "exclude": cut_out})
            mask = union(pieces, picture) & ~union(holes, picture)
            yield picture.name, each.label, mask
        if instances:
            instances.append(instance("ellipse", [30.0, 50.0, 14.0, 5.0, 30.0], "cat"))
            yield picture.name, "cat", turned_ellipse(picture)
        metadata = {
            "name": picture.name,
            "width": picture.width,
            "height": picture.height,
        }
        document = sa_json_helper._create_sa_json(instances, metadata)
        (folder / f"{picture.name}.json").write_text(json.dumps(document), "utf-8")


def instance(kind: str, points: list[float], label: str) -> dict[str, Any]:
    drawn: dict[str, Any] = sa_json_helper._create_vector_instance(
        kind, points, {}, [], label
    )
    return drawn


def flat(ring: known.Ring) -> list[float]:
    return [number for corner in ring for number in corner]


def union(rings: list[list[float]], picture: known.Picture) -> known.Mask:
    """The library's own painting of polygons, whose corners lose what is behind the point."""
    if not rings:
        return np.zeros((picture.height, picture.width), bool)
    painted = coco_api._polytoMask(rings, picture.height, picture.width)
    mask: known.Mask = coco_api._merge(painted).astype(bool)
    return mask


def turned_ellipse(picture: known.Picture) -> known.Mask:
    canvas = np.zeros((picture.height, picture.width), np.uint8)
    cv2.ellipse(canvas, (30, 50), (14, 5), 30, 0, 360, 1, -1)
    return canvas.astype(bool)


if __name__ == "__main__":
    known.write({"pixels": pixels, "vectors": vectors})
