"""labelme: the battery, and what is labelme's own."""

import base64
import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.pixels import masks, run_lengths
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery, Mask, Picture, ReadBack, read_back


def save_document(image: Path, shapes: list[dict[str, Any]], **more: Any) -> None:
    """A labelme file beside its picture."""
    with Image.open(image) as picture:
        size = {"imageHeight": picture.height, "imageWidth": picture.width}
    head = {
        "version": "5.4.1",
        "flags": {},
        "imagePath": image.name,
        "imageData": None,
        **size,
        **more,
    }
    image.with_suffix(".json").write_text(json.dumps({**head, "shapes": shapes}))


class TestLabelme(Battery):
    """Polygons, those of one object in a group."""

    format = "labelme"
    broken = "b/broken.json"
    texts = ("*.json",)

    def shapes(self, mask: Mask) -> list[dict[str, Any]]:
        rings = to_polygons(mask).rings
        pairs = [[list(pair) for pair in zip(ring[::2], ring[1::2], strict=True)] for ring in rings]
        return [{"shape_type": "polygon", "points": points} for points in pairs]

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            image, shapes = picture.save(root), []
            for each in picture.objects:
                drawn = self.shapes(each.mask)
                group = None if len(drawn) == 1 else 7
                shapes += [
                    {"label": each.label, "group_id": group, "flags": {}} | shape for shape in drawn
                ]
            save_document(image, shapes)


class TestLabelmeMasks(TestLabelme):
    """Embedded bitmaps at an offset."""

    def shapes(self, mask: Mask) -> list[dict[str, Any]]:
        y, x = np.nonzero(mask)
        file = BytesIO()
        crop = mask[y.min() : y.max() + 1, x.min() : x.max() + 1]
        Image.fromarray(crop).save(file, "PNG")
        points = [[int(x.min()), int(y.min())], [int(x.max()), int(y.max())]]
        return [
            {
                "shape_type": "mask",
                "points": points,
                "mask": base64.b64encode(file.getvalue()).decode(),
            }
        ]


SQUARE = [[10, 10], [30, 10], [30, 30], [10, 30]]


def export(root: Path, *shapes: Any, **more: Any) -> Path:
    """An export of one picture; shapes are squares labelled cat unless they say otherwise."""
    image = Picture("a.png", 48, 64).save(root)
    stated = {
        "label": "cat",
        "points": SQUARE,
        "group_id": None,
        "shape_type": "polygon",
        "flags": {},
    }
    save_document(
        image, [{**stated, **each} if isinstance(each, dict) else each for each in shapes], **more
    )
    return root


def read(root: Path) -> ReadBack:
    return read_back(root, "labelme")


def png(height: int, width: int) -> str:
    file = BytesIO()
    Image.new("L", (width, height), 255).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        ({"shape_type": None}, 400),
        ({"shape_type": "quadrilateral"}, 400),
        ({"shape_type": "circle", "points": [[30, 24], [30, 34]]}, 312),  # π 10² = 314.2
        ({"shape_type": "circle", "points": [[30, 24], [1000, 24]]}, 48 * 64),
        ({"shape_type": "mask", "points": [[3.7, 4.2], [12.7, 8.2]], "mask": png(5, 10)}, 50),
        ({"shape_type": "mask", "points": [[60, 4], [69, 8]], "mask": png(5, 10)}, 20),
        (
            {
                "shape_type": "mask",
                "points": [[3, 4]],
                "mask": "data:image/png;base64," + png(5, 10),
            },
            50,
        ),
    ],
)
def test_shapes_with_an_area(tmp_path: Path, shape: dict[str, Any], area: int) -> None:
    assert [row["area"] for row in read(export(tmp_path, shape)).rows] == [area]


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        *(
            ({"shape_type": kind}, "no_mask")
            for kind in ("rectangle", "rotation", "oriented_rectangle", "line", "linestrip")
        ),
        *(({"shape_type": kind}, "no_mask") for kind in ("point", "points", "cuboid", 3)),
        *(
            ({"points": bad}, "bad_polygon")
            for bad in (None, [], [[1, 2]], [[1, 2], [3, 4]], [[1], [2], [3]], "text")
        ),
        *(
            ({"points": [[1, 1], [9, 1], [bad, 9]]}, "bad_polygon")
            for bad in (None, "9", float("nan"), True)
        ),
        *(
            ({"shape_type": "circle", "points": bad}, "bad_polygon")
            for bad in ([[1, 2]], None, [[1, 2], [3, None]])
        ),
        ({"shape_type": "circle", "points": [[5, 5], [5, 5]]}, "empty_mask"),
        ({"shape_type": "circle", "points": [[500, 5], [510, 5]]}, "outside_image"),
        *(
            ({"shape_type": "mask", "mask": bad}, "bad_bitmap")
            for bad in (None, "", 3, "####", "bm8gcG5n")
        ),
        ({"shape_type": "mask", "points": [], "mask": png(5, 10)}, "bad_bitmap"),
        (
            {"shape_type": "mask", "points": [[3, 4], [30, 8]], "mask": png(5, 10)},
            "mask_size_mismatch",
        ),
        (
            {"shape_type": "mask", "points": [[300, 4], [309, 8]], "mask": png(5, 10)},
            "outside_image",
        ),
        ({"label": None}, "unknown_class"),
        (None, "malformed_file"),
        ([], "malformed_file"),
    ],
)
def test_a_shape_costs_itself(tmp_path: Path, shape: Any, reason: str) -> None:
    back = read(export(tmp_path, shape, {"label": "dog"}))
    assert [row["label"] for row in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_images_in_a_sister_folder_of_each_split(tmp_path: Path) -> None:
    for split in ("train", "val"):
        image = Picture(f"{split}/images/1.png", 48, 64).save(tmp_path)
        save_document(image, [{"label": "cat", "points": SQUARE}])
        (tmp_path / split / "labels").mkdir()
        image.with_suffix(".json").rename(tmp_path / split / "labels" / "1.json")
    rows = read(tmp_path).rows
    assert [(row["image_path"], row["flags"]) for row in rows] == [
        ("train/images/1.png", []),
        ("val/images/1.png", []),
    ]


def test_a_large_circle_is_round(tmp_path: Path) -> None:
    image = Picture("a.png", 500, 600).save(tmp_path)
    save_document(
        image,
        [{"label": "ball", "shape_type": "circle", "points": [[300.3, 250.8], [300.3, 450.8]]}],
    )
    (row,) = read(tmp_path).rows
    y, x = np.mgrid[:500, :600] + 0.5
    ideal = (x - 300.3) ** 2 + (y - 250.8) ** 2 <= 200**2
    drawn = masks.decode(run_lengths.parse(row["counts"], 500, 600))
    assert (ideal ^ drawn).sum() < 0.002 * ideal.sum()


def test_groups_are_objects(tmp_path: Path) -> None:
    other = [[40, 10], [50, 10], [50, 20], [40, 20]]
    shapes = [
        {"group_id": 1},
        {"group_id": 1, "points": other},
        {"group_id": 1, "points": [[1, 1], [2, 2]]},
        {"group_id": 1, "shape_type": "rectangle"},
        {"group_id": 1, "label": "dog"},
        {"group_id": 2, "points": other},
        {"group_id": 2, "shape_type": "mask", "points": [[0, 0]], "mask": png(5, 10)},
        {"points": other},
    ]
    back = read(export(tmp_path, *shapes))
    assert sorted((row["label"], row["area"]) for row in back.rows) == [
        ("cat", 100),
        ("cat", 150),
        ("cat", 500),
        ("dog", 400),
    ]
    assert [row["area"] for row in back.rows if "partial" in row["flags"]] == [500]
    assert back.reasons == {"no_mask": 1}


HOLE = {"label": "_background_", "points": [[15, 15], [20, 15], [20, 20], [15, 20]]}


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([{"group_id": 1}, HOLE | {"group_id": 1}], [("cat", 375)]),
        ([HOLE | {"group_id": 1, "label": "background"}, {"group_id": 1}], [("cat", 375)]),
        ([{"group_id": 2}, HOLE | {"group_id": 1}], [("_background_", 25), ("cat", 400)]),
        ([{}, HOLE], [("cat", 375)]),
        ([HOLE, {}], [("_background_", 25), ("cat", 400)]),
        (
            [{}, {"label": "_background_", "points": [[0, 0], [64, 0], [64, 48], [0, 48]]}],
            [("_background_", 3072), ("cat", 400)],
        ),
        (
            [
                {"group_id": 1},
                {
                    "group_id": 1,
                    "label": "_background_",
                    "shape_type": "mask",
                    "points": [[15, 15]],
                    "mask": png(4, 5),
                },
            ],
            [("cat", 380)],
        ),
    ],
)
def test_holes_are_shapes_of_the_background(
    tmp_path: Path, shapes: list[Any], expected: list[Any]
) -> None:
    back = read(export(tmp_path, *shapes))
    assert sorted((row["label"], row["area"]) for row in back.rows) == expected
    assert back.reasons == {}


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({"imagePath": "C:\\Users\\me\\a.png"}, {}),
        ({"imagePath": "..\\export\\a.png"}, {"path_escape": 1}),
        ({"imagePath": "a.json"}, {}),
        ({"imagePath": None}, {}),
        ({"imagePath": "b.png"}, {"missing_image": 1}),
        ({"imagePath": "b.png", "imageData": png(48, 64)}, {}),
        ({"imagePath": "b.png", "imageData": "bm8gcG5n"}, {"undecodable_image": 1}),
        ({"imageData": "no base64!"}, {}),
        ({"imageHeight": 4800, "imageWidth": 6400}, {}),
        ({"imageHeight": None, "imageWidth": "64"}, {}),
        ({"shapes": {"label": "cat"}}, {"malformed_file": None}),
    ],
)
def test_documents_name_their_picture_like_this(
    tmp_path: Path, more: dict[str, Any], reasons: dict[str, Any]
) -> None:
    root = tmp_path / "export"
    root.mkdir()
    if "shapes" in more:
        export(root)
        (root / "a.json").write_text(json.dumps({"imagePath": "a.png"} | more))
    else:
        export(root, {}, **more)
    assert read(root).reasons == reasons


def test_old_files_and_other_tools_are_read(tmp_path: Path) -> None:
    old = {
        "version": "3.16.7",
        "lineColor": [0, 255, 0, 128],
        "fillColor": [255, 0, 0, 128],
        "imagePath": "a.png",
    }
    shape = {"label": "person-1", "line_color": None, "fill_color": None, "points": SQUARE}
    Picture("a.png", 48, 64).save(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps({**old, "imageData": None, "shapes": [shape]}))
    any_labeling = {
        "score": 0.9,
        "difficult": True,
        "attributes": {"colour": "red"},
        "kie_linking": [],
        "description": "tail",
    }
    image = Picture("b.png", 48, 64).save(tmp_path)
    save_document(
        image, [{"label": "cat", "points": SQUARE, "flags": {"blurred": False}} | any_labeling]
    )
    rows = {row["label"]: dict(row["attributes"]) for row in read(tmp_path).rows}
    assert rows == {
        "person-1": {},
        "cat": {"description": "tail", "difficult": "true", "blurred": "false", "colour": "red"},
    }
