"""Shapes of CVAT: which have an area, and what is wrong with others."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.pixels import masks, run_lengths
from tests.curate.formats.cvat_exports import (
    INNER,
    OTHER,
    SQUARE,
    element,
    export,
    found,
    polygon,
    read,
)


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        (polygon(), 400),
        (
            element("ellipse", label="cat", cx=30, cy=24, rx=10, ry=10),
            312,
        ),  # π 10² = 314.2
        (
            element(
                "mask", label="cat", rle="1, 2, 1", left=3, top=4, width=2, height=2
            ),
            2,
        ),
        (
            element(
                "mask", label="cat", rle="0, 50", left=-5, top=4, width=10, height=5
            ),
            25,
        ),
        (
            element(
                "mask", label="cat", rle="0,50", left="3.0", top=4, width=10, height=5
            ),
            50,
        ),
    ],
)
def test_shapes_with_an_area(tmp_path: Path, shape: str, area: int) -> None:
    assert [row["area"] for row in read(export(tmp_path, shape)).rows] == [area]


def test_a_mask_goes_row_by_row_through_its_rectangle(tmp_path: Path) -> None:
    shape = element(
        "mask", label="cat", rle="1, 2, 3", left=3, top=4, width=3, height=2
    )
    (row,) = read(export(tmp_path, shape)).rows
    mask = masks.decode(run_lengths.parse(row["counts"], 48, 64))
    assert np.argwhere(mask).tolist() == [[4, 4], [4, 5]]


@pytest.mark.parametrize("turn", [0, 30, 90, 135])
def test_an_ellipse_is_turned_clockwise(tmp_path: Path, turn: int) -> None:
    shape = element("ellipse", label="cat", cx=32, cy=24, rx=20, ry=6, rotation=turn)
    (row,) = read(export(tmp_path, shape)).rows
    y, x = np.mgrid[:48, :64] + 0.5
    along = (x - 32) * np.cos(np.radians(turn)) + (y - 24) * np.sin(np.radians(turn))
    across = (y - 24) * np.cos(np.radians(turn)) - (x - 32) * np.sin(np.radians(turn))
    ideal = (along / 20) ** 2 + (across / 6) ** 2 <= 1
    drawn = masks.decode(run_lengths.parse(row["counts"], 48, 64))
    assert (ideal ^ drawn).sum() < 0.05 * ideal.sum()


MASK = {"label": "cat", "left": 3, "top": 4, "width": 10, "height": 5}


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (
            element("box", label="cat", xtl=1, ytl=2, xbr=9, ybr=9, rotation=45),
            "no_mask",
        ),
        (element("polyline", label="cat", points=SQUARE), "no_mask"),
        (element("points", label="cat", points="1,2"), "no_mask"),
        (element("cuboid", label="cat", xtl1=1, ytl1=2), "no_mask"),
        (element("tag", label="cat", source="manual"), "no_mask"),
        (
            element(
                "skeleton",
                element("points", label="eye", points="1,2") * 2,
                label="cat",
            ),
            "no_mask",
        ),
        (polygon("1,1;2,2"), "bad_polygon"),
        (polygon(""), "bad_polygon"),
        (polygon("1,1;2;3,9"), "bad_polygon"),
        (polygon("1,1;2,nan;3,9"), "bad_polygon"),
        (polygon("1,1;2,1e400;3,9"), "bad_polygon"),
        (element("polygon", label="cat"), "bad_polygon"),
        (polygon("100,100;120,100;120,120"), "outside_image"),
        (element("polygon", points=SQUARE), "unknown_class"),
        (
            element("ellipse", label="cat", cx=30, cy=24, rx="wide", ry=10),
            "bad_polygon",
        ),
        (element("ellipse", label="cat", cx=30, cy=24, rx="inf", ry=10), "bad_polygon"),
        *(
            (element("mask", rle=bad, **MASK), "bad_run_lengths")
            for bad in (
                "",
                "0",
                "0, 49",
                "0, 51",
                "0, -50",
                "0, 20.5, 29.5",
                "0, x",
                "nan",
                "0,,50",
            )
        ),
        (element("mask", rle="0, 50", **MASK | {"left": "x"}), "bad_run_lengths"),
        (element("mask", rle="0, 50", **MASK | {"height": -5}), "bad_run_lengths"),
        (element("mask", rle="0, 50", **MASK | {"top": 1e300}), "bad_run_lengths"),
        (element("mask", rle="50", **MASK), "empty_mask"),
        (element("mask", rle="0, 50", **MASK | {"left": 300}), "outside_image"),
        (
            element("mask", rle="0, 1e10", **MASK | {"width": 10**5, "height": 10**5}),
            "over_limit",
        ),
    ],
)
def test_a_shape_costs_itself(tmp_path: Path, shape: str, reason: str) -> None:
    back = read(export(tmp_path, shape, polygon(label="dog")))
    assert [row["label"] for row in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_groups_are_objects_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    shapes = [
        polygon(group_id=1),
        polygon(OTHER, group_id=1),
        element("box", label="cat", xtl=1, ytl=2, xbr=9, ybr=9, group_id=1),
        polygon(label="dog", group_id=1),
        polygon(OTHER, group_id=2),
        element("mask", rle="0, 50", group_id=2, **MASK),
        polygon(INNER, group_id=0),
        polygon(OTHER, label="dog"),
    ]
    root = export(tmp_path / "export", *shapes)
    back = read(root)
    assert [(label, area) for _, label, area in found(back)] == [
        ("cat", 25),
        ("cat", 150),
        ("cat", 500),
        ("dog", 100),
        ("dog", 400),
    ]
    assert back.reasons == {"no_mask": 1}
    separate = read(root, groups="separate")
    assert len(separate.rows) == 6
    assert separate.reasons == {"no_mask": 1, "duplicate_annotation": 1}


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([polygon(), polygon(INNER, "Background")], [("cat", 375)]),
        ([polygon(INNER, "background"), polygon()], [("background", 25), ("cat", 400)]),
        ([polygon(INNER, "background", z_order=1), polygon(z_order=0)], [("cat", 375)]),
        (
            [polygon(z_order=2), polygon(INNER, "background")],
            [("background", 25), ("cat", 400)],
        ),
        (
            [polygon(), polygon(OTHER, "background")],
            [("background", 100), ("cat", 400)],
        ),
        (
            [
                polygon(group_id=3),
                polygon(INNER, "background", group_id=3),
                polygon(label="dog"),
            ],
            [("cat", 375), ("dog", 400)],
        ),
        (
            [
                element(
                    "mask",
                    rle="0, 400",
                    left=10,
                    top=10,
                    width=20,
                    height=20,
                    label="cat",
                ),
                element(
                    "mask",
                    rle="0, 25",
                    left=15,
                    top=15,
                    width=5,
                    height=5,
                    label="background",
                ),
            ],
            [("cat", 375)],
        ),
    ],
)
def test_a_background_above_a_shape_is_a_hole_in_it(
    tmp_path: Path, shapes: list[str], expected: list[Any]
) -> None:
    back = read(export(tmp_path, *shapes))
    assert [(label, area) for _, label, area in found(back)] == expected
    assert back.reasons == {}


def test_attributes_stay_with_the_object(tmp_path: Path) -> None:
    own = element("attribute", "red", name="colour") + element(
        "attribute", "", name="note"
    )
    shape = element(
        "polygon", own, label="cat", source="auto", occluded=1, points=SQUARE
    )
    (row,) = read(export(tmp_path, shape)).rows
    assert dict(row["attributes"]) == {
        "occluded": "1",
        "source": "auto",
        "colour": "red",
        "note": "",
    }
