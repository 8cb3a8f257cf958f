"""Labelbox: exports (v1) by its library's serialiser; masks are those of its own drawing.

The last releases that write exports are those of 2023; later ones write imports alone.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import known
import numpy as np
from labelbox.data.annotation_types import (
    ImageData,
    Label,
    Mask,
    MaskData,
    ObjectAnnotation,
    Point,
    Polygon,
)
from labelbox.data.serialization import LBV1Converter
from PIL import Image

ROW = "ckrazcuec16ok0z66f956apb7"
Drawn = tuple[str, Polygon | Mask]


def polygons(picture: known.Picture, _folder: Path) -> Iterator[Drawn]:
    """Each piece is an object: Labelbox has neither holes nor groups."""
    for each in picture.outlined:
        for ring in each.pieces:
            corners = [Point(x=x, y=y) for x, y in ring]
            yield each.label, Polygon(points=corners)


def masks(picture: known.Picture, folder: Path) -> Iterator[Drawn]:
    """A picture for each mask, under the name that the address ends in."""
    for number, each in enumerate(picture.painted):
        name = f"{Path(picture.name).stem}-mask-{number}.png"
        pixels = np.repeat(each.mask[:, :, None] * np.uint8(255), 3, axis=2)
        (folder / "masks").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / "masks" / name)
        data = MaskData(arr=pixels, url=f"https://storage.labelbox.com/{name}?token=1")
        yield each.label, Mask(mask=data, color=(255, 255, 255))


def export(
    folder: Path, draw: Callable[[known.Picture, Path], Iterator[Drawn]]
) -> Iterator[known.Expected]:
    """A document of all pictures with objects."""
    labels = []
    for picture in known.pictures():
        picture.save(folder / "images")
        objects = []
        for label, shape in draw(picture, folder):
            objects.append(ObjectAnnotation(name=label, value=shape))
            drawn = shape.draw(picture.height, picture.width, color=1)
            mask = np.asarray(drawn).reshape(picture.height, picture.width, -1)[..., 0]
            yield picture.name, label, mask.astype(bool)
        if objects:
            data = ImageData(
                url=f"https://storage.labelbox.com/{picture.name}",
                external_id=picture.name,
                uid=ROW,
            )
            labels.append(Label(data=data, annotations=objects, uid=ROW))
    rows = list(LBV1Converter.serialize(labels))
    (folder / "export.json").write_text(json.dumps(rows, default=str), "utf-8")


if __name__ == "__main__":
    known.write(
        {
            "polygons": partial(export, draw=polygons),
            "masks": partial(export, draw=masks),
        }
    )
