"""Small COCO exports of one picture, for the tests of that format."""

import json
from pathlib import Path
from typing import Any

from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = [[10, 10, 30, 10, 30, 30, 10, 30]]
"""A segmentation of 400 px."""

CATEGORIES = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]


def export(
    root: Path, *annotations: Any, name: str = "annotations.json", **more: Any
) -> Path:
    """An export of a.png, 48 × 64 px.

    Annotations are squares of class 1 on it, unless they say otherwise. `more` replaces or
    adds keys of the document.
    """
    Picture("a.png", 48, 64).save(root)
    numbered = []
    for number, each in enumerate(annotations):
        if isinstance(each, dict):
            usual = {
                "id": number,
                "image_id": 1,
                "category_id": 1,
                "segmentation": SQUARE,
            }
            each = usual | each
        numbered.append(each)
    document = {
        "images": [{"id": 1, "file_name": "a.png", "height": 48, "width": 64}],
        "categories": CATEGORIES,
        "annotations": numbered,
    }
    (root / name).write_text(json.dumps(document | more))
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "coco", options)
