"""labelstudio: the battery in each of its dialects, and what is Label Studio's own."""

import base64
import csv
import json
import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from curate.pixels.masks import Mask
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, rectangle
from tests.curate.formats.studio_exports import (
    SQUARE,
    areas,
    pack,
    percent,
    polygon,
    read,
    result,
    save,
    task,
)

OTHER = [[40, 40], [50, 40], [50, 50], [40, 50]]


class TestPolygons(Battery):
    """JSON, with the pictures in a local storage."""

    format = "labelstudio"
    broken = "b/broken.json"
    texts = ("*.json",)
    pieces = False

    def value(self, label: str, mask: Mask) -> dict[str, Any]:
        (points,) = percent(mask)
        return {"points": points, "closed": True, "polygonlabels": [label]}

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        tasks = []
        for number, picture in enumerate(pictures):
            picture.save(root / "images")
            results = []
            for each in picture.objects:
                size = {
                    "original_width": picture.width,
                    "original_height": picture.height,
                }
                value = self.value(each.label, each.mask)
                results.append(
                    {"id": str(len(results)), "from_name": "a", "value": value} | size
                )
            address = f"/data/local-files/?d={quote(f'images/{picture.path}')}"
            annotation = {"id": number, "result": results, "was_cancelled": False}
            tasks.append(
                {"id": number, "data": {"image": address}, "annotations": [annotation]}
            )
        self.write_tasks(root, tasks)

    def write_tasks(self, root: Path, tasks: Sequence[dict[str, Any]]) -> None:
        (root / "project-1.json").write_text(
            json.dumps(tasks, ensure_ascii=False), "utf-8"
        )


class TestBrushes(TestPolygons):
    """Packed run-lengths."""

    pieces = True

    def value(self, label: str, mask: Mask) -> dict[str, Any]:
        return {"format": "rle", "rle": pack(mask), "brushlabels": [label]}


class TestBitmasks(TestPolygons):
    """PNG files in data URLs: black on transparent."""

    pieces = True

    def value(self, label: str, mask: Mask) -> dict[str, Any]:
        pixels = np.zeros((*mask.shape, 4), np.uint8)
        pixels[..., 3] = 255 * mask
        file = BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        data = base64.b64encode(file.getvalue()).decode()
        return {
            "imageDataURL": f"data:image/png;base64,{data}",
            "bitmasklabels": [label],
        }


def short(task: dict[str, Any]) -> dict[str, Any]:
    """A task as JSON_MIN has it."""
    (annotation,) = task["annotations"]
    values = []
    for each in annotation["result"]:
        size = {name: each[name] for name in ("original_width", "original_height")}
        values.append(each["value"] | size)
    head = {
        "id": task["id"],
        "annotation_id": annotation["id"],
        "annotator": 1,
        "lead_time": 1.5,
    }
    return head | task["data"] | {"a": values}


class TestShort(TestBrushes):
    """JSON_MIN."""

    def write_tasks(self, root: Path, tasks: Sequence[dict[str, Any]]) -> None:
        entries = [short(each) for each in tasks]
        (root / "result.json").write_text(
            json.dumps(entries, ensure_ascii=False), "utf-8"
        )


class TestTables(TestPolygons):
    """CSV."""

    broken = None
    texts = ("*.csv",)

    def write_tasks(self, root: Path, tasks: Sequence[dict[str, Any]]) -> None:
        rows = []
        for each in tasks:
            row = short(each)
            row["a"] = json.dumps(row["a"], ensure_ascii=False)
            rows.append(row)
        with (root / "result.csv").open("w", encoding="utf-8", newline="") as file:
            names = sorted(rows[0])
            writer = csv.DictWriter(
                file, names, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(rows)


def test_masks_of_the_tools_own_example() -> None:
    # Written by label-studio-sdk 2.1.2: mask2rle of 4 × 3 px, of which the first two and the last.
    rle = [0, 0, 0, 48, 57, 27, 252, 255, 248, 140, 2, 63, 240]
    mask = [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    assert pack(np.array(mask, bool)) == rle


def test_ellipses_are_turned_on_the_px_grid(tmp_path: Path) -> None:
    Picture("images/a.png", 100, 400).save(tmp_path)
    values = {"x": 50, "y": 50, "radiusX": 10, "radiusY": 10, "ellipselabels": ["cat"]}
    turned = result(values | {"rotation": 90})
    del turned["original_width"], turned["original_height"]
    (tmp_path / "a.json").write_text(json.dumps([task(turned)]))
    (row,) = read(tmp_path).rows
    box = [row[f"box_{side}"] for side in ("x0", "y0", "x1", "y1")]
    assert box == [190, 10, 210, 90]
    assert abs(row["area"] - math.pi * 40 * 10) < 15


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (
            {"x": 1, "y": 1, "width": 9, "height": 9, "rectanglelabels": ["cat"]},
            "no_mask",
        ),
        ({"x": 1, "y": 1, "width": 0.2, "keypointlabels": ["cat"]}, "no_mask"),
        ({"choices": ["sunny"]}, "no_mask"),
        ({"sequence": [{"frame": 1, "x": 1}], "labels": ["cat"]}, "no_mask"),
        ({"rle": [], "brushlabels": ["cat"]}, "no_mask"),
        ({"rle": [1, 2, 300], "brushlabels": ["cat"]}, "bad_run_lengths"),
        ({"rle": "0110", "brushlabels": ["cat"]}, "bad_run_lengths"),
        (
            {"rle": pack(rectangle(50, 60, 1, 1, 9, 9)), "brushlabels": ["cat"]},
            "bad_run_lengths",
        ),
        (
            {"imageDataURL": "data:image/png;base64,!", "bitmasklabels": ["cat"]},
            "bad_bitmap",
        ),
        (
            {"points": [[1, 1], [2, "x"], [3, 3]], "polygonlabels": ["cat"]},
            "bad_polygon",
        ),
        ({"points": [[1, 1], [9, 9]], "polygonlabels": ["cat"]}, "bad_polygon"),
        ({"points": [], "polygonlabels": ["cat"]}, "no_mask"),
        ({"points": SQUARE}, "unknown_class"),
        ({"points": SQUARE, "polygonlabels": []}, "unknown_class"),
        (
            {"x": 5, "y": 5, "radiusX": "a", "radiusY": 3, "ellipselabels": ["cat"]},
            "bad_polygon",
        ),
        (
            {"x": 5, "y": 5, "radiusX": 0, "radiusY": 3, "ellipselabels": ["cat"]},
            "empty_mask",
        ),
        (
            {"x": 5, "y": 5, "radiusX": -1, "radiusY": 3, "ellipselabels": ["c"]},
            "bad_polygon",
        ),
        (
            {"x": 5, "y": 5, "radiusX": 1e12, "radiusY": 3, "ellipselabels": ["c"]},
            "over_limit",
        ),
        (
            {"vertices": [{"x": 1, "y": 1, "isBezier": True}], "vectorlabels": ["cat"]},
            "no_mask",
        ),
    ],
)
def test_what_is_no_object_has_a_reason(
    tmp_path: Path, value: dict[str, Any], reason: str
) -> None:
    save(tmp_path, task(polygon("dog"), result(value)))
    back = read(tmp_path)
    assert areas(back) == [("dog", 400)]
    assert back.reasons == {reason: 1}


def test_a_brush_of_another_size_is_scaled_or_refused(tmp_path: Path) -> None:
    half = {"rle": pack(rectangle(50, 50, 5, 5, 15, 15)), "brushlabels": ["half"]}
    wide = {"rle": pack(rectangle(50, 90, 5, 5, 15, 15)), "brushlabels": ["wide"]}
    scaled = result(half, original_width=50, original_height=50)
    refused = result(wide, original_width=90, original_height=50)
    save(tmp_path, task(scaled, refused))
    back = read(tmp_path)
    assert areas(back) == [("half", 400)]
    assert back.rows[0]["flags"] == ["scaled_mask"]
    assert back.reasons == {"mask_size_mismatch": 1}


def test_shape_label_and_answers_of_one_region_are_one_object(tmp_path: Path) -> None:
    shape = result({"points": SQUARE}, id="r1", type="polygon", from_name="shape")
    label = result({"points": SQUARE, "labels": ["cat", "pet"]}, id="r1", type="labels")
    answer = result(
        {"points": SQUARE, "choices": ["asleep"]}, id="r1", from_name="mood"
    )
    remark = result(
        {"text": ["a", "b"]}, id="r1", from_name="notes", meta={"text": ["old"]}
    )
    arrow = {"type": "relation", "from_id": "r1", "to_id": "r2"}
    second = result({"points": OTHER, "labels": ["dog"]}, id="r1", type="labels")
    save(tmp_path, task(shape, label, answer, remark, arrow, second))
    back = read(tmp_path)
    assert areas(back) == [("cat, pet", 400), ("dog", 100)]
    cat = next(row for row in back.rows if row["label"] == "cat, pet")
    assert dict(cat["attributes"]) == {
        "mood": "asleep",
        "notes": '["a","b"]',
        "text": "old",
    }
    assert back.reasons == {}


TWICE = [
    {"id": 1, "result": [polygon()], "created_at": "2024-01-01", "ground_truth": True},
    {"id": 2, "result": [polygon(), polygon("dog")], "created_at": "2024-01-02"},
    {"id": 3, "result": [polygon(), polygon("fox")], "was_cancelled": True},
]


@pytest.mark.parametrize(
    ("choice", "labels", "reasons"),
    [
        ("all", ["cat", "dog"], {"deleted": 2, "duplicate_annotation": 1}),
        ("ground_truth", ["cat"], {"deleted": 2, "duplicate_annotation": 2}),
        ("latest", ["cat", "dog"], {"deleted": 2, "duplicate_annotation": 1}),
    ],
)
def test_several_annotations_of_a_task(
    tmp_path: Path, choice: str, labels: list[str], reasons: dict[str, int]
) -> None:
    for order in (TWICE, TWICE[::-1]):
        save(
            tmp_path,
            task(annotations=order, predictions=[{"result": [polygon("cow")]}]),
        )
        back = read(tmp_path, annotations=choice)
        assert [label for label, _ in areas(back)] == labels
        assert back.reasons == reasons


def test_annotations_of_a_video_have_no_mask(tmp_path: Path) -> None:
    box = result(
        {"sequence": [{"frame": 1, "x": 1}], "labels": ["cat"]}, type="videorectangle"
    )
    video = task(box, data={"video": "/data/upload/1/clip.mp4"}, file_upload="clip.mp4")
    save(tmp_path, task(polygon()), video)
    back = read(tmp_path)
    assert len(back.rows) == 1
    assert back.reasons == {"no_mask": 1}
