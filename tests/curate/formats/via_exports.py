"""Small VIA exports, for the tests of that format."""

import json
from pathlib import Path
from typing import Any

from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = {
    "name": "polygon",
    "all_points_x": [10, 30, 30, 10, 10],
    "all_points_y": [10, 10, 30, 30, 10],
}
OTHER = SQUARE | {"all_points_y": [20, 20, 40, 40, 20]}
COLUMNS = (
    "filename,file_size,file_attributes,region_count,region_id,"
    "region_shape_attributes,region_attributes"
)


def region(shape: Any = None, **noted: Any) -> dict[str, Any]:
    return {
        "shape_attributes": SQUARE if shape is None else shape,
        "region_attributes": noted,
    }


def outline(mask: Mask) -> dict[str, Any]:
    (ring,) = to_polygons(mask).rings
    return {"name": "polygon", "all_points_x": ring[0::2], "all_points_y": ring[1::2]}


def entry(image: Path, regions: Any, name: str = "") -> dict[str, Any]:
    """VIA's entry of an image."""
    return {
        "filename": name or image.name,
        "size": image.stat().st_size,
        "regions": regions,
        "file_attributes": {},
    }


def export(root: Path, *regions: Any, **more: Any) -> Path:
    """An export of one picture of 64 x 48 px."""
    image = Picture("a.png", 48, 64).save(root)
    (root / "via.json").write_text(
        json.dumps({"a.png": entry(image, list(regions)) | more})
    )
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "via", options)


def labels(back: ReadBack) -> list[str]:
    return sorted(row["label"] for row in back.rows)


def project(root: Path, declared: Any, *regions: Any, **core: Any) -> Path:
    image = Picture("a.png", 48, 64).save(root / "pool")
    data = {
        "_via_settings": {"core": core},
        "_via_img_metadata": {"a": entry(image, list(regions))},
        "_via_attributes": {"region": declared, "file": {}},
    }
    (root / "via.json").write_text(json.dumps(data))
    return root
