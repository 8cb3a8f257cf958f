"""Projects in Hasty's JSON, whose masks are encoded by Hasty's client."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import known
import numpy as np
from hasty.label_utils import polygon2box, rle_encoding


def masks(picture: known.Picture) -> Iterator[tuple[dict[str, Any], known.Mask]]:
    """Runs in the box of each object."""
    for each in picture.painted:
        y, x = np.nonzero(each.mask)
        box = [int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1]
        inside = each.mask[box[1] : box[3], box[0] : box[2]]
        runs = [int(number) for number in rle_encoding(inside)]
        yield label(each.label, bbox=box, mask=runs), each.mask


def polygons(picture: known.Picture) -> Iterator[tuple[dict[str, Any], known.Mask]]:
    """Each piece is an object; Hasty's client draws none itself."""
    for each in picture.outlined:
        for ring in each.pieces:
            corners = [list(corner) for corner in ring]
            box = polygon2box(corners)
            drawn = label(each.label, bbox=box, polygon=corners)
            yield drawn, known.inside([ring], picture)


def label(name: str, **shape: Any) -> dict[str, Any]:
    """A label as the project's export has it."""
    empty = {"polygon": None, "mask": None, "z_index": 0, "attributes": {}}
    return {"id": name, "class_name": name} | empty | shape


def project(
    folder: Path,
    draw: Callable[[known.Picture], Iterator[tuple[dict[str, Any], known.Mask]]],
) -> Iterator[known.Expected]:
    """A document of export format 1.1, and its pictures."""
    images = []
    for picture in known.pictures():
        picture.save(folder / "street")
        labels = []
        for drawn, mask in draw(picture):
            labels.append(drawn)
            yield picture.name, drawn["class_name"], mask
        images.append(
            {
                "image_name": picture.name,
                "dataset_name": "street",
                "width": picture.width,
                "height": picture.height,
                "image_status": "DONE",
                "labels": labels,
            }
        )
    document = {
        "project_name": "known",
        "export_format_version": "1.1",
        "label_classes": [{"class_name": each} for each in known.LABELS],
        "images": images,
    }
    (folder / "known.json").write_text(json.dumps(document), "utf-8")


if __name__ == "__main__":
    known.write(
        {
            "masks": partial(project, draw=masks),
            "polygons": partial(project, draw=polygons),
        }
    )
