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

from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.labelme_exports import (
    SQUARE,
    export,
    png,
    read,
    save_document,
)
from tests.curate.formats.pictures import Picture


class TestLabelme(Battery):
    """Polygons, those of one object in a group."""

    format = "labelme"
    broken = "b/broken.json"
    texts = ("*.json",)

    def shapes(self, mask: Mask) -> list[dict[str, Any]]:
        shapes = []
        for ring in to_polygons(mask).rings:
            points = [list(point) for point in zip(ring[::2], ring[1::2], strict=True)]
            shapes.append({"shape_type": "polygon", "points": points})
        return shapes

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            image = picture.save(root)
            shapes = []
            for each in picture.objects:
                drawn = self.shapes(each.mask)
                group = 7 if len(drawn) > 1 else None
                head = {"label": each.label, "group_id": group}
                shapes += [head | shape for shape in drawn]
            save_document(image, shapes)


class TestLabelmeMasks(TestLabelme):
    """Embedded masks at their place."""

    def shapes(self, mask: Mask) -> list[dict[str, Any]]:
        y, x = np.nonzero(mask)
        top, bottom = int(y.min()), int(y.max())
        left, right = int(x.min()), int(x.max())
        file = BytesIO()
        Image.fromarray(mask[top : bottom + 1, left : right + 1]).save(file, "PNG")
        data = base64.b64encode(file.getvalue()).decode()
        points = [[left, top], [right, bottom]]
        return [{"shape_type": "mask", "points": points, "mask": data}]


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
WHOLE_IMAGE = {"label": "_background_", "points": [[0, 0], [64, 0], [64, 48], [0, 48]]}
MASK_HOLE = {
    "label": "_background_",
    "shape_type": "mask",
    "points": [[15, 15]],
    "mask": png(4, 5),
}


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([{"group_id": 1}, HOLE | {"group_id": 1}], [("cat", 375)]),
        (
            [HOLE | {"group_id": 1, "label": "background"}, {"group_id": 1}],
            [("cat", 375)],
        ),
        (
            [{"group_id": 2}, HOLE | {"group_id": 1}],
            [("_background_", 25), ("cat", 400)],
        ),
        ([{}, HOLE], [("cat", 375)]),
        ([HOLE, {}], [("_background_", 25), ("cat", 400)]),
        ([{}, WHOLE_IMAGE], [("_background_", 3072), ("cat", 400)]),
        ([{"group_id": 1}, MASK_HOLE | {"group_id": 1}], [("cat", 380)]),
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
        ({"imagePath": "..\\export\\a.png"}, {}),
        ({"imagePath": "..\\export\\b.png"}, {"path_escape": 1}),
        ({"imagePath": "..\\export\\b.png", "imageData": png(48, 64)}, {}),
        ({"imagePath": "a.json"}, {}),
        ({"imagePath": None}, {}),
        ({"imagePath": "b.png"}, {"missing_image": 1}),
        ({"imagePath": "b.png", "imageData": png(48, 64)}, {}),
        ({"imagePath": "b.png", "imageData": "bm8gcG5n"}, {"undecodable_image": 1}),
        ({"imageData": "no base64!"}, {}),
        ({"imageHeight": 480, "imageWidth": 640}, {}),
        ({"imageHeight": 4800, "imageWidth": 6400}, {"mask_size_mismatch": 1}),
        ({"imageHeight": 64, "imageWidth": 64}, {"mask_size_mismatch": 1}),
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
    shape = {
        "label": "person-1",
        "line_color": None,
        "fill_color": None,
        "points": SQUARE,
    }
    old = {
        "version": "3.16.7",
        "lineColor": [0, 255, 0, 128],
        "fillColor": [255, 0, 0, 128],
        "imagePath": "a.png",
        "imageData": None,
        "shapes": [shape],
    }
    Picture("a.png", 48, 64).save(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps(old))

    of_any_labeling = {
        "label": "cat",
        "points": SQUARE,
        "flags": {"blurred": False},
        "score": 0.9,
        "difficult": True,
        "attributes": {"colour": "red"},
        "kie_linking": [],
        "description": "tail",
    }
    save_document(Picture("b.png", 48, 64).save(tmp_path), [of_any_labeling])
    rows = {row["label"]: dict(row["attributes"]) for row in read(tmp_path).rows}
    assert rows == {
        "person-1": {},
        "cat": {
            "description": "tail",
            "difficult": "true",
            "blurred": "false",
            "colour": "red",
        },
    }


def test_two_documents_may_say_the_same_of_one_image(tmp_path: Path) -> None:
    export(tmp_path, {}, {"label": "dog"})
    (tmp_path / "copy").mkdir()
    document = json.loads((tmp_path / "a.json").read_text())
    document["imagePath"] = "../a.png"
    document["shapes"][1]["label"] = "fox"
    (tmp_path / "copy" / "a.json").write_text(json.dumps(document))
    back = read(tmp_path)
    assert sorted(row["label"] for row in back.rows) == ["cat", "dog", "fox"]
    assert back.reasons == {"duplicate_annotation": 1}


def test_a_copy_of_a_document_repeats_it(tmp_path: Path) -> None:
    image = Picture("a.png", 48, 64).save(tmp_path)
    Picture("b.png", 48, 64).save(tmp_path)
    save_document(image, [{"label": "cat", "points": SQUARE}])
    original = tmp_path / "a.json"
    moved = [[x + 3, y] for x, y in SQUARE]
    for name, picture in (
        ("a (1).json", "a.png"),
        ("Copy of a.json", "a.png"),
        ("a - Copy.json", "b.png"),
    ):
        document = json.loads(original.read_text())
        document["shapes"][0]["points"] = moved
        document["imagePath"] = picture
        (tmp_path / name).write_text(json.dumps(document))
    back = read(tmp_path)
    # What the original does not have is new: here another picture.
    assert [row["annotation_key"].split("#")[0] for row in back.rows] == [
        "a.json",
        "a - Copy.json",
    ]
    assert back.reasons == {"duplicate_annotation": 2}


def test_a_copy_that_names_another_picture(tmp_path: Path) -> None:
    root = export(tmp_path, {})
    copy = Picture("b.png", 48, 64).save(root)
    other = [{"label": "dog", "points": SQUARE, "shape_type": "polygon"}]
    save_document(copy, other, imagePath="a.png")
    back = read(root)
    assert {row["image_path"] for row in back.rows} == {"a.png"}
    flagged = [row["label"] for row in back.rows if "named_after_other" in row["flags"]]
    assert flagged == ["dog"]

    data = base64.b64encode(copy.read_bytes()).decode()
    save_document(copy, other, imagePath="a.png", imageData=data)
    found = {row["label"]: row["image_path"] for row in read(root).rows}
    assert found == {"cat": "a.png", "dog": "b.png"}
