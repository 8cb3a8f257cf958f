"""A small COCO export in a folder, and how it opens."""

import json
from pathlib import Path
from typing import Any

from PIL import Image
from upath import UPath

from curate.export_settings import ExportSettings
from curate.exports.export import Export
from curate.exports.opening import open_export
from curate.limits import Limits


def coco(folder: Path, name: str = "a.json", image: str = "a.png") -> Path:
    """The folder with a picture, and with a COCO document of one annotation."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("L", (32, 24)).save(folder / image)
    document = {
        "images": [{"id": 1, "file_name": image, "width": 32, "height": 24}],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": [[2, 2, 9, 2, 9, 9]],
            }
        ],
        "categories": [{"id": 1, "name": "cat"}],
    }
    (folder / name).write_text(json.dumps(document))
    return folder


def settings(path: Any) -> ExportSettings:
    """The settings of a COCO export."""
    return ExportSettings(
        name="e",
        path=str(path),
        format="coco",
        customer="c",
        domain="d",
        licence="CC0-1.0",
    )


def opened(path: Any, scratch: Path, limits: Limits | None = None) -> Export:
    return open_export(settings(path), limits or Limits(), UPath(scratch))
