"""labelbox: the battery with polygons and with masks in files, and what is Labelbox's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.formats.shared.keys import content_digest
from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.labelbox_exports import (
    SQUARE,
    label,
    polygon,
    read,
    row,
    save,
)
from tests.curate.formats.pictures import Drawn, Picture, rectangle, save_values

MASK = rectangle(48, 64, 4, 6, 20, 40)


URL = "https://api.labelbox.com/api/v1/projects/p/annotations/feature-1/index/1/mask"


def save_mask(file: Path, mask: Mask = MASK) -> None:
    """White on black."""
    save_values(file, mask * 255)


class TestPolygons(Battery):
    """A line for each data row."""

    format = "labelbox"
    broken = "b/broken.json"
    texts = ("*.ndjson", "*.json")
    pieces = False
    document = "export.ndjson"

    def shape(self, file: Path, mask: Mask) -> dict[str, Any]:
        """What is said of an object whose mask would be in a file."""
        assert not file.exists()
        (ring,) = to_polygons(mask).rings
        points = zip(ring[::2], ring[1::2], strict=True)
        return {"polygon": [{"x": x, "y": y} for x, y in points]}

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        rows = []
        for picture in pictures:
            picture.save(root)
            objects = [self.object(root, picture, each) for each in picture.objects]
            media = {"height": picture.height, "width": picture.width}
            rows.append(row(label(*objects), name=picture.path, media_attributes=media))
        lines = [json.dumps(each, ensure_ascii=False) for each in rows]
        text = "\n".join(lines)
        if self.document.endswith(".json"):
            text = f"[{','.join(lines)}]"
        (root / self.document).write_text(text, "utf-8")

    def object(self, root: Path, picture: Picture, drawn: Drawn) -> dict[str, Any]:
        identity = content_digest(picture.path, drawn.label, drawn.mask.tolist())
        head = {"feature_id": identity, "name": drawn.label}
        return head | self.shape(root / "masks" / f"{identity}.png", drawn.mask)


class TestMasks(TestPolygons):
    """Masks in files of the objects' ids; a list of data rows."""

    pieces = True
    document = "export.json"

    def shape(self, file: Path, mask: Mask) -> dict[str, Any]:
        save_mask(file, mask)
        return {"mask": {"url": f"https://api.labelbox.com/masks/feature/{file.stem}"}}


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ({"bounding_box": {"top": 1, "left": 1, "height": 9, "width": 9}}, "no_mask"),
        ({"line": SQUARE}, "no_mask"),
        ({"point": {"x": 1, "y": 1}}, "no_mask"),
        ({}, "no_mask"),
        ({"polygon": None}, "bad_polygon"),
        (
            {"polygon": [{"x": 1, "y": 1}, {"x": None, "y": 2}, {"x": 3, "y": 9}]},
            "bad_polygon",
        ),
        ({"polygon": SQUARE[:2]}, "bad_polygon"),
        ({"polygon": SQUARE, "name": None}, "unknown_class"),
        ({"mask": {"url": URL}}, "missing_mask"),
        ({"mask": None}, "missing_mask"),
        ({"composite_mask": {"url": URL, "color_rgb": [1, 2, 3]}}, "missing_mask"),
    ],
)
def test_what_is_no_object_has_a_reason(
    tmp_path: Path, shape: dict[str, Any], reason: str
) -> None:
    save(tmp_path, row(label(polygon("dog"), {"name": "cat"} | shape)))
    back = read(tmp_path)
    assert [each["label"] for each in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


@pytest.mark.parametrize(
    "name", ["masks/feature-1.png", "x/mask-of-a.png", "data set/a.png"]
)
def test_masks_are_files_of_the_export(tmp_path: Path, name: str) -> None:
    entry = {"feature_id": "feature-1", "name": "cat", "mask": {"url": URL}}
    if "mask-of-a" in name:
        entry["mask"] = {"url": "https://example.org/masks/mask-of-a.png?signature=1"}
    stated = {"external_id": "a.png", "details": {"dataset_name": "data set"}}
    save(tmp_path, row(label(entry), data_row=stated))
    save_mask(tmp_path / name)
    (found,) = read(tmp_path).rows
    assert (found["label"], found["area"]) == ("cat", MASK.sum())


def test_two_masks_of_a_label_are_not_the_picture_of_its_name(tmp_path: Path) -> None:
    entry = {"name": "cat", "mask": {"url": URL}}
    save(
        tmp_path, row(label(entry | {"feature_id": "f1"}, entry | {"feature_id": "f2"}))
    )
    save_mask(tmp_path / "masks/a.png")
    assert read(tmp_path).reasons == {"missing_mask": 2}


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        (rectangle(48, 60, 1, 1, 9, 9), "mask_size_mismatch"),
        (rectangle(48, 64, 1, 1, 1, 1), "empty_mask"),
        (None, "undecodable_mask"),
    ],
)
def test_a_bad_mask_costs_its_object(
    tmp_path: Path, mask: Mask | None, reason: str
) -> None:
    entry = {"feature_id": "feature-1", "name": "cat", "mask": {"url": URL}}
    save(tmp_path, row(label(polygon("dog"), entry)))
    if mask is None:
        (tmp_path / "feature-1.png").write_text("no picture")
    else:
        save_mask(tmp_path / "feature-1.png", mask)
    back = read(tmp_path)
    assert [each["label"] for each in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_objects_share_a_composite_mask(tmp_path: Path) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[MASK] = (10, 20, 30)
    pixels[:, 40:] = (10, 20, 31)
    url = "https://api.labelbox.com/api/v1/tasks/t/masks/composite-1/index/1"
    entries = []
    for name, blue in (("cat", 30), ("cat", 31), ("dog", 32)):
        composite = {"url": url, "color_rgb": [10, 20, blue]}
        entries.append(
            {"name": name, "feature_id": f"f{blue}", "composite_mask": composite}
        )
    save(tmp_path, row(label(*entries)))
    (tmp_path / "masks").mkdir()
    Image.fromarray(pixels).save(tmp_path / "masks/composite-1.png")
    back = read(tmp_path)
    assert sorted(each["area"] for each in back.rows) == [MASK.sum(), 48 * 24]
    assert back.reasons == {"empty_mask": 1}
