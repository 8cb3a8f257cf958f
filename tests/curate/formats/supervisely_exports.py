"""Small Supervisely projects, for the tests of that format."""

import base64
import json
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.pictures import LABELS, Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = {"exterior": [[10, 10], [30, 10], [30, 30], [10, 30]], "interior": []}


def png(mask: Mask) -> bytes:
    """A mask as Supervisely's library encodes it: px 0 of a palette are transparent."""
    picture = Image.fromarray(mask.astype(np.uint8))
    picture.putpalette([0, 0, 0, 255, 255, 255])
    file = BytesIO()
    picture.save(file, "PNG", transparency=0)
    return file.getvalue()


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


def bitmap(mask: Mask, label: str, **more: Any) -> dict[str, Any]:
    """An object whose mask is cut out at its box."""
    y, x = np.nonzero(mask)
    cut = mask[y.min() : y.max() + 1, x.min() : x.max() + 1]
    data = {"data": packed(png(cut)), "origin": [int(x.min()), int(y.min())]}
    return {
        "classTitle": label,
        "geometryType": "bitmap",
        "tags": [],
        "bitmap": data,
    } | more


def polygon(label: str = "cat", points: Any = None, **more: Any) -> dict[str, Any]:
    if points is None:
        points = SQUARE
    return {
        "classTitle": label,
        "geometryType": "polygon",
        "tags": [],
        "points": points,
    } | more


def outlines(mask: Mask) -> list[dict[str, Any]]:
    """The outlines of a mask along its px edges, for `parts`.

    A vertex in the middle of a side has a fraction, so that all are exact places, not px.
    """
    parts = []
    for ring in to_polygons(mask).rings:
        points = np.reshape(ring, (-1, 2)).tolist()
        (x0, y0), (x1, y1) = points[:2]
        points.insert(1, [x0 + (x1 - x0) * 0.501, y0 + (y1 - y0) * 0.501])
        parts.append({"exterior": points, "interior": []})
    return parts


def meta(*titles: str, shape: str = "any") -> str:
    classes = [{"title": title, "shape": shape, "color": "#FF0000"} for title in titles]
    return json.dumps({"classes": classes, "tags": [], "projectType": "images"})


def annotation(picture: Picture, objects: Any) -> dict[str, Any]:
    size = {"height": picture.height, "width": picture.width}
    return {"description": "", "tags": [], "size": size, "objects": objects}


def save(
    root: Path, picture: Picture, objects: Any, *, has_suffix: bool = True
) -> Path:
    """Write a picture and its annotation into the dataset that the picture's folder names."""
    path = PurePosixPath(picture.path)
    dataset = root / "project" / "dataset" / path.parent
    replace(picture, path=f"img/{path.name}").save(dataset)
    name = path.name
    if not has_suffix:
        name = path.stem
    document = dataset / "ann" / f"{name}.json"
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(json.dumps(annotation(picture, objects)))
    return document


def save_meta(root: Path, *titles: str, shape: str = "any") -> None:
    project = root / "project"
    project.mkdir(exist_ok=True)
    (project / "meta.json").write_text(meta(*(titles or LABELS), shape=shape))


def export(root: Path, *objects: Any) -> Path:
    """A project of one picture of 64 x 48 px, whose classes are cat and dog."""
    save(root, Picture("a.png", 48, 64), list(objects))
    save_meta(root, "cat", "dog")
    return root


def read(root: Path) -> ReadBack:
    return read_back(root, "supervisely")
