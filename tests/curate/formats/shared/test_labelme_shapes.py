"""Shapes of labelme: which have an area, and what is wrong with others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.pixels import masks, run_lengths
from tests.curate.formats.labelme_exports import export, png, read, save_document
from tests.curate.formats.pictures import Picture

MASK = {"shape_type": "mask", "points": [[3, 4]], "mask": png(5, 10)}


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        ({"shape_type": None}, 400),
        ({"shape_type": "quadrilateral"}, 400),
        (
            {"shape_type": "circle", "points": [[30, 24], [30, 34]]},
            312,
        ),  # π 10² = 314.2
        ({"shape_type": "circle", "points": [[30, 24], [1000, 24]]}, 48 * 64),
        (MASK | {"points": [[3.7, 4.2], [12.7, 8.2]]}, 50),
        (MASK | {"points": [[60, 4], [69, 8]]}, 20),
        (MASK | {"mask": "data:image/png;base64," + png(5, 10)}, 50),
    ],
)
def test_shapes_with_an_area(tmp_path: Path, shape: dict[str, Any], area: int) -> None:
    assert [row["area"] for row in read(export(tmp_path, shape)).rows] == [area]


@pytest.mark.parametrize(
    "kind",
    [
        "rectangle",
        "rotation",
        "oriented_rectangle",
        "line",
        "linestrip",
        "point",
        "points",
        "cuboid",
        3,
    ],
)
def test_shapes_without_an_area(tmp_path: Path, kind: Any) -> None:
    check_cost(tmp_path, {"shape_type": kind}, "no_mask")


@pytest.mark.parametrize(
    "points", [None, [], [[1, 2]], [[1, 2], [3, 4]], [[1], [2], [3]], "text"]
)
def test_points_that_are_no_polygon(tmp_path: Path, points: Any) -> None:
    check_cost(tmp_path, {"points": points}, "bad_polygon")


@pytest.mark.parametrize("number", [None, "9", float("nan"), True])
def test_a_polygon_has_finite_numbers_alone(tmp_path: Path, number: Any) -> None:
    check_cost(tmp_path, {"points": [[1, 1], [9, 1], [number, 9]]}, "bad_polygon")


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([[1, 2]], "bad_polygon"),
        (None, "bad_polygon"),
        ([[1, 2], [3, None]], "bad_polygon"),
        ([[5, 5], [5, 5]], "empty_mask"),
        ([[500, 5], [510, 5]], "outside_image"),
    ],
)
def test_circles_that_are_none(tmp_path: Path, points: Any, reason: str) -> None:
    check_cost(tmp_path, {"shape_type": "circle", "points": points}, reason)


@pytest.mark.parametrize("mask", [None, "", 3, "####", "bm8gcG5n"])
def test_masks_that_are_no_picture(tmp_path: Path, mask: Any) -> None:
    check_cost(tmp_path, MASK | {"mask": mask}, "bad_bitmap")


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([], "bad_bitmap"),
        ([[3, 4], [30, 8]], "mask_size_mismatch"),
        ([[300, 4], [309, 8]], "outside_image"),
    ],
)
def test_masks_at_a_wrong_place(tmp_path: Path, points: Any, reason: str) -> None:
    check_cost(tmp_path, MASK | {"points": points}, reason)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ({"label": None}, "unknown_class"),
        (None, "malformed_file"),
        ([], "malformed_file"),
    ],
)
def test_entries_that_are_no_shape(tmp_path: Path, shape: Any, reason: str) -> None:
    check_cost(tmp_path, shape, reason)


def check_cost(root: Path, shape: Any, reason: str) -> None:
    """A shape is dropped for the reason, and no other one."""
    back = read(export(root, shape, {"label": "dog"}))
    assert [row["label"] for row in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_a_large_circle_is_round(tmp_path: Path) -> None:
    image = Picture("a.png", 500, 600).save(tmp_path)
    points = [[300.3, 250.8], [300.3, 450.8]]
    save_document(image, [{"label": "ball", "shape_type": "circle", "points": points}])
    (row,) = read(tmp_path).rows
    drawn = masks.decode(run_lengths.parse(row["counts"], 500, 600))
    y, x = np.mgrid[:500, :600] + 0.5
    ideal = (x - 300.3) ** 2 + (y - 250.8) ** 2 <= 200**2
    assert (ideal ^ drawn).sum() < 0.002 * ideal.sum()
