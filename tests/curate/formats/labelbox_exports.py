"""Labelbox exports of a test: data rows of today and of old, in lines or as a list."""

import json
from pathlib import Path
from typing import Any

from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = [{"x": x, "y": y} for x, y in ((10, 10), (30, 10), (30, 30), (10, 30))]
"""Of 400 px."""


def polygon(name: str = "cat", **more: Any) -> dict[str, Any]:
    """A polygon of today's exports: the square."""
    return {"name": name, "annotation_kind": "ImagePolygon", "polygon": SQUARE} | more


def label(*objects: Any, **more: Any) -> dict[str, Any]:
    """A label of an image."""
    return {"label_kind": "Default", "annotations": {"objects": list(objects)}} | more


def row(*labels: Any, name: str = "a.png", **more: Any) -> dict[str, Any]:
    """A data row of today's exports."""
    head = {
        "data_row": {"id": "1", "external_id": name},
        "media_attributes": {"height": 48},
    }
    return head | {"projects": {"p": {"name": "p", "labels": list(labels)}}} | more


def old_row(*objects: Any, **more: Any) -> dict[str, Any]:
    """A data row of an export before 2023."""
    head = {
        "ID": "1",
        "External ID": "a.png",
        "Labeled Data": "https://example.org/x-a.png",
    }
    return head | {"Label": {"objects": list(objects), "classifications": []}} | more


def save(root: Path, *rows: Any, name: str = "export.ndjson") -> None:
    """Write data rows, and the picture a.png of 64 × 48 px."""
    Picture("a.png", 48, 64).save(root)
    text = json.dumps(rows)
    if name.endswith(".ndjson"):
        text = "\n".join(json.dumps(each) for each in rows)
    (root / name).write_text(text)


def read(root: Path) -> ReadBack:
    return read_back(root, "labelbox")
