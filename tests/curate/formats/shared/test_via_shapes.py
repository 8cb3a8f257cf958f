"""Shapes of VIA: which have an area, and what is wrong with others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.pixels import masks, run_lengths
from tests.curate.formats.via_exports import SQUARE, export, labels, read, region


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        (SQUARE, 400),
        ({"name": "circle", "cx": 30, "cy": 24, "r": 10}, 312),  # π 10² = 314.2
        ({"name": "circle", "cx": "30", "cy": "24", "r": "10"}, 312),
        ({"name": "ellipse", "cx": 30, "cy": 24, "rx": 10, "ry": 10}, 312),
        (SQUARE | {"all_points_x": ["10", "30", "30", "10", "10"]}, 400),
    ],
)
def test_shapes_with_an_area(tmp_path: Path, shape: Any, area: int) -> None:
    assert [
        row["area"] for row in read(export(tmp_path, region(shape, name="cat"))).rows
    ] == [area]


def test_an_ellipse_is_turned_clockwise_by_radians(tmp_path: Path) -> None:
    shape = {"name": "ellipse", "cx": 32, "cy": 24, "rx": 20, "ry": 6, "theta": 0.5}
    (row,) = read(export(tmp_path, region(shape, name="cat"))).rows
    y, x = np.mgrid[:48, :64] + 0.5
    along = (x - 32) * np.cos(0.5) + (y - 24) * np.sin(0.5)
    across = (y - 24) * np.cos(0.5) - (x - 32) * np.sin(0.5)
    ideal = (along / 20) ** 2 + (across / 6) ** 2 <= 1
    drawn = masks.decode(run_lengths.parse(row["counts"], 48, 64))
    assert (ideal ^ drawn).sum() < 0.05 * ideal.sum()


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ({"name": "rect", "x": 1, "y": 2, "width": 9, "height": 9}, "no_mask"),
        ({"name": "point", "cx": 1, "cy": 2}, "no_mask"),
        (SQUARE | {"name": "polyline"}, "no_mask"),
        ({"name": "star"}, "no_mask"),
        ({}, "no_mask"),
        ([], "no_mask"),
        (SQUARE | {"all_points_x": [1, 2]}, "bad_polygon"),
        (SQUARE | {"all_points_x": [1, 2, None, 3, 4]}, "bad_polygon"),
        (SQUARE | {"all_points_x": [1, 2, "x", 3, 4]}, "bad_polygon"),
        (SQUARE | {"all_points_x": [1, 2, 10**400, 3, 4]}, "bad_polygon"),
        (SQUARE | {"all_points_x": "1,2"}, "bad_polygon"),
        ({"name": "polygon", "all_points_x": [], "all_points_y": []}, "bad_polygon"),
        ({"name": "polygon"}, "bad_polygon"),
        ({"name": "circle", "cx": 1, "cy": 2}, "bad_polygon"),
        ({"name": "circle", "cx": 1, "cy": 2, "r": None}, "bad_polygon"),
        (
            {"name": "ellipse", "cx": 1, "cy": 2, "rx": 3, "ry": 4, "theta": "x"},
            "bad_polygon",
        ),
        ({"name": "circle", "cx": 500, "cy": 2, "r": 3}, "outside_image"),
    ],
)
def test_a_shape_costs_itself(tmp_path: Path, shape: Any, reason: str) -> None:
    back = read(export(tmp_path, region(shape, name="cat"), region(name="dog")))
    assert labels(back) == ["dog"]
    assert back.reasons == {reason: 1}


@pytest.mark.parametrize("bad", [None, 3, "text", []])
def test_a_region_that_is_none_costs_itself(tmp_path: Path, bad: Any) -> None:
    back = read(export(tmp_path, bad, region(name="dog")))
    assert labels(back) == ["dog"]
    assert back.reasons == {"malformed_file": 1}
