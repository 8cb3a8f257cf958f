"""Small labelme exports of one picture, for the tests of that format."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = [[10, 10], [30, 10], [30, 30], [10, 30]]
"""Points of a polygon of 400 px."""


def export(root: Path, *shapes: Any, **more: Any) -> Path:
    """An export of a.png, 48 × 64 px.

    Shapes are squares labelled cat, unless they say otherwise. `more` replaces or adds keys of
    the document.
    """
    image = Picture("a.png", 48, 64).save(root)
    stated = []
    for each in shapes:
        if isinstance(each, dict):
            each = {"label": "cat", "points": SQUARE, "shape_type": "polygon"} | each
        stated.append(each)
    save_document(image, stated, **more)
    return root


def save_document(image: Path, shapes: list[Any], **more: Any) -> None:
    """Write a document beside its picture, with all the keys that labelme writes."""
    with Image.open(image) as picture:
        width, height = picture.size
    document = {
        "version": "5.4.1",
        "flags": {},
        "imagePath": image.name,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
        "shapes": [_whole(each) for each in shapes],
    }
    image.with_suffix(".json").write_text(json.dumps(document | more))


def _whole(shape: Any) -> Any:
    if not isinstance(shape, dict):
        return shape
    return {"group_id": None, "flags": {}} | shape


def read(root: Path) -> ReadBack:
    return read_back(root, "labelme")


def png(height: int, width: int) -> str:
    """A white picture as base64 text."""
    file = BytesIO()
    Image.new("L", (width, height), 255).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
