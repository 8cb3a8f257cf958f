"""Hasty: the battery with masks and with polygons, and what is its own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Drawn, Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = [[10, 10], [30, 10], [30, 30], [10, 30]]


def save(root: Path, images: list[Any]) -> None:
    document = {
        "project_name": "p",
        "export_format_version": "1.1",
        "label_classes": [{"class_name": "cat", "class_type": "object"}],
        "images": images,
    }
    (root / "project.json").write_text(json.dumps(document), "utf-8")


def image(picture: Picture, labels: list[Any]) -> dict[str, Any]:
    folder, _, name = picture.path.rpartition("/")
    return {
        "image_name": name,
        "dataset_name": folder,
        "width": picture.width,
        "height": picture.height,
        "image_status": "DONE",
        "labels": labels,
    }


def mask_label(mask: Mask) -> dict[str, Any]:
    """A mask as Hasty's client writes it: pairs of a start from 1 on and a length."""
    y, x = np.nonzero(mask)
    box = [int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1]
    inside = mask[box[1] : box[3], box[0] : box[2]].ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside, [0]])))
    runs = []
    for start, end in edges.reshape(-1, 2).tolist():
        runs += [start + 1, end - start]
    return {"bbox": box, "polygon": None, "mask": runs}


class TestMasks(Battery):
    """Runs through the box of each label."""

    format = "hasty"
    broken = "broken.json"
    broken_bytes = b'{"label_classes": [], "images": [{'
    texts = ("*.json",)

    def label(self, drawn: Drawn) -> dict[str, Any]:
        return mask_label(drawn.mask)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        images = []
        for picture in pictures:
            picture.save(root)
            labels = [
                self.label(each) | {"class_name": each.label}
                for each in picture.objects
            ]
            images.append(image(picture, labels))
        save(root, images)


class TestPolygons(TestMasks):
    """A polygon for each label."""

    pieces = False

    def label(self, drawn: Drawn) -> dict[str, Any]:
        (ring,) = to_polygons(drawn.mask).rings
        corners = [ring[at : at + 2] for at in range(0, len(ring), 2)]
        return {"bbox": [0, 0, 1, 1], "polygon": corners, "mask": None}


def read(root: Path, *labels: Any, **more: Any) -> ReadBack:
    picture = Picture("a.png", 48, 64)
    picture.save(root)
    save(root, [image(picture, list(labels)) | more])
    return read_back(root, "hasty")


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ({"class_name": "cat", "bbox": [1, 2, 3, 4]}, "no_mask"),
        ({"class_name": "cat", "bbox": [1, 2, 3], "mask": [1, 5]}, "bad_run_lengths"),
        ({"class_name": "cat", "bbox": [1, 2, 9, 9], "mask": [1]}, "bad_run_lengths"),
        (
            {"class_name": "cat", "bbox": [1, 2, 3, 4], "mask": [1, 9]},
            "bad_run_lengths",
        ),
        ({"class_name": "cat", "polygon": [[1, 1], [5, 5]]}, "bad_polygon"),
        ({"polygon": SQUARE}, "unknown_class"),
        (None, "malformed_file"),
    ],
)
def test_a_label_costs_itself(tmp_path: Path, label: Any, reason: str) -> None:
    back = read(tmp_path / "export", {"class_name": "cat", "polygon": SQUARE}, label)
    assert [row["area"] for row in back.rows] == [400]
    assert back.reasons == {reason: 1}


def test_labels_of_a_skipped_image_are_deleted(tmp_path: Path) -> None:
    label = {"class_name": "cat", "polygon": SQUARE}
    back = read(tmp_path / "export", label, image_status="SKIPPED")
    assert back.rows == []
    assert back.reasons == {"deleted": 1}
