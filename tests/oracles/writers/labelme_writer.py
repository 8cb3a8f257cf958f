"""Documents that labelme writes; the masks of outlines are those of its `shape_to_mask`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import known
import numpy as np
from labelme import utils
from labelme._label_file import write_label_file


def painted(folder: Path) -> Iterator[known.Expected]:
    """Shapes of type mask."""
    for picture in known.pictures():
        shapes = []
        for each in picture.painted:
            y, x = np.nonzero(each.mask)
            corners = [[x.min(), y.min()], [x.max(), y.max()]]
            window = each.mask[y.min() : y.max() + 1, x.min() : x.max() + 1]
            encoded = utils.img_arr_to_b64(window.astype(np.uint8))
            shapes.append(shape(each.label, "mask", corners) | {"mask": encoded})
            yield picture.name, each.label, each.mask
        save(folder, picture, shapes)


def outlined(folder: Path) -> Iterator[known.Expected]:
    """Polygons; those of one object have a group. labelme has no holes."""
    for picture in known.pictures():
        size = (picture.height, picture.width)
        shapes = []
        for number, each in enumerate(picture.outlined):
            mask = np.zeros(size, bool)
            for ring in each.pieces:
                points = [list(corner) for corner in ring]
                drawn = shape(each.label, "polygon", points)
                shapes.append(drawn | {"group_id": number})
                mask |= utils.shape_to_mask(size, points, "polygon")
            yield picture.name, each.label, mask
        save(folder, picture, shapes)


def shape(label: str, kind: str, points: list[Any]) -> dict[str, Any]:
    """A shape as labelme's canvas gives it to the writer."""
    floats = [[float(x), float(y)] for x, y in points]
    return {
        "label": label,
        "points": floats,
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": None,
    }


def save(folder: Path, picture: known.Picture, shapes: list[dict[str, Any]]) -> None:
    """Write a picture and its document."""
    path = picture.save(folder)
    write_label_file(
        str(path.with_suffix(".json")),
        shapes=shapes,
        image_path=path.name,
        image_height=picture.height,
        image_width=picture.width,
    )


if __name__ == "__main__":
    known.write({"masks": painted, "polygons": outlined})
