"""Segmentations of COCO in all the forms in which tools write them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as pycoco

from tests.curate.formats.coco_exports import SQUARE, export, read

POINTS = [[10, 10], [30, 10], [30, 30], [10, 30]]
HOLE = [[15, 15], [25, 15], [25, 25], [15, 25]]
BESIDE = [[40, 10], [50, 10], [50, 20], [40, 20]]
BAR = {"size": [48, 64], "counts": [48, 96, 2928]}
NEXT_BAR = {"size": [48, 64], "counts": [96, 96, 2880]}


@pytest.mark.parametrize(
    ("segmentation", "area"),
    [
        ([10, 10, 30, 10, 30, 30, 10, 30], 400),
        (POINTS, 400),
        ([POINTS], 400),
        ([*SQUARE, [20, 20, 40, 20, 40, 40, 20, 40]], 700),
        ([*SQUARE, [1, 2, 3, 4]], 400),
        ([*SQUARE, None], 400),
        ([None, *SQUARE, "x", 7], 400),
        (BAR, 96),
        ({"size": [48.0, 64.0], "counts": [48.0, 96.0, 2928.0]}, 96),
        ([BAR, NEXT_BAR], 144),
        ({"exterior": POINTS, "interiors": []}, 400),
        ([{"exterior": POINTS, "interiors": [HOLE]}, {"exterior": BESIDE}], 400),
    ],
)
def test_a_segmentation_may_look_like(
    tmp_path: Path, segmentation: Any, area: int
) -> None:
    back = read(export(tmp_path, {"segmentation": segmentation}))
    assert [row["area"] for row in back.rows] == [area]


@pytest.mark.parametrize("segmentation", [[], [[]], [[], []], None, {}, ""])
def test_an_empty_segmentation_is_no_mask(tmp_path: Path, segmentation: Any) -> None:
    check_cost(tmp_path, segmentation, "no_mask")


def test_no_segmentation_at_all_is_no_mask(tmp_path: Path) -> None:
    box_alone = {"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}
    root = export(tmp_path, {})
    document = json.loads((root / "annotations.json").read_text())
    document["annotations"].append(box_alone)
    (root / "annotations.json").write_text(json.dumps(document))
    assert read(root).reasons == {"no_mask": 1}


def test_run_lengths_may_leave_out_their_size(tmp_path: Path) -> None:
    mask = np.zeros((48, 64), np.uint8, order="F")
    mask[10:20, 30:50] = 1
    text = pycoco.encode(mask)["counts"].decode()
    bare, without_size = {"segmentation": text}, {"segmentation": {"counts": text}}
    for annotation in (bare, without_size):
        images = [{"id": 1, "file_name": "a.png", "height": 48, "width": 64}]
        (row,) = read(export(tmp_path, annotation, images=images)).rows
        assert row["area"] == 200
    check_cost(tmp_path, "garbage", "bad_run_lengths")


def test_run_lengths_may_be_what_python_makes_of_bytes(tmp_path: Path) -> None:
    mask = np.zeros((48, 64), np.uint8, order="F")
    mask[44:47, :20] = 1
    counts = pycoco.encode(mask)["counts"]
    assert b"\\" in counts  # str doubles it
    segmentation = {"size": [48, 64], "counts": str(counts)}
    (row,) = read(export(tmp_path, {"segmentation": segmentation})).rows
    assert row["counts"] == counts.decode()


@pytest.mark.parametrize(
    "segmentation",
    [
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5]],
        [[1, 2, 3, 4, 5, 6, 7]],
        [None],
        3,
        True,
    ],
)
def test_what_is_no_polygon_costs_its_annotation(
    tmp_path: Path, segmentation: Any
) -> None:
    check_cost(tmp_path, segmentation, "bad_polygon")


@pytest.mark.parametrize("number", [None, "9", True, float("nan"), float("inf"), [9]])
def test_a_polygon_has_finite_numbers_alone(tmp_path: Path, number: Any) -> None:
    check_cost(tmp_path, [[1, 1, 9, 1, number, 9]], "bad_polygon")


@pytest.mark.parametrize("counts", [[1], "abc", None, 3, [2**70], [True], "é"])
def test_counts_that_are_none_cost_their_annotation(
    tmp_path: Path, counts: Any
) -> None:
    check_cost(tmp_path, {"size": [48, 64], "counts": counts}, "bad_run_lengths")


@pytest.mark.parametrize("size", [None, [48], ["48", "64"], [48, 64, 3]])
def test_a_size_that_is_none_costs_its_annotation(tmp_path: Path, size: Any) -> None:
    check_cost(tmp_path, {"size": size, "counts": [3072]}, "bad_run_lengths")


@pytest.mark.parametrize(
    ("segmentation", "reason"),
    [
        (BAR | {"size": [64, 48]}, "mask_size_mismatch"),
        ([[5, 5, 5, 5, 5, 5]], "empty_mask"),
        ([[100, 5, 120, 5, 110, 30]], "outside_image"),
    ],
)
def test_a_mask_that_does_not_fit_its_image(
    tmp_path: Path, segmentation: Any, reason: str
) -> None:
    check_cost(tmp_path, segmentation, reason)


def test_a_number_beyond_float64_costs_its_annotation(tmp_path: Path) -> None:
    export(tmp_path, {"segmentation": [[1, 1, 9, 1, 12345, 9]]}, {})
    file = tmp_path / "annotations.json"
    file.write_text(file.read_text().replace("12345", "1e400"))
    assert read(tmp_path).reasons == {"bad_polygon": 1}


def test_masks_are_those_of_pycocotools(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    annotations = []
    expected = {}
    for number in range(30):
        rings = [
            rng.uniform(-9, 70, 2 * points).round(2).tolist() for points in (3, 5, 9)
        ]
        annotations.append({"segmentation": rings})
        runs = pycoco.merge(pycoco.frPyObjects(rings, 48, 64))
        expected[f"annotations.json#{number}"] = runs["counts"].decode()
    back = read(export(tmp_path, *annotations))
    assert {row["annotation_key"]: row["counts"] for row in back.rows} == expected


def check_cost(root: Path, segmentation: Any, reason: str) -> None:
    """An annotation with this segmentation is dropped for the reason, and no other one."""
    back = read(export(root, {"segmentation": segmentation}, {"category_id": 2}))
    assert [row["label"] for row in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}
