"""Supervisely: the battery, and what is Supervisely's own."""

import base64
import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.errors import InputError
from curate.pixels.masks import Mask
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Drawn, Picture, rectangle
from tests.curate.formats.supervisely_exports import (
    SQUARE,
    annotation,
    bitmap,
    export,
    outlines,
    packed,
    png,
    polygon,
    read,
    save,
    save_meta,
)

MASK = rectangle(48, 64, 10, 12, 30, 40)


class TestSupervisely(Battery):
    """A project of several datasets, with bitmaps."""

    format = "supervisely"
    broken = "project/dataset/ann/broken.png.json"
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            self.save(root, picture, [self.drawn(each) for each in picture.objects])

    def save(self, root: Path, picture: Picture, objects: list[Any]) -> None:
        save(root, picture, objects)

    def drawn(self, drawn: Drawn) -> dict[str, Any]:
        return bitmap(drawn.mask, drawn.label)


class TestSupervisely2018(TestSupervisely):
    """An old project: documents without the image's suffix, geometries that only classes name."""

    any_label = False

    def save(self, root: Path, picture: Picture, objects: list[Any]) -> None:
        save(root, picture, objects, has_suffix=False)
        save_meta(root, shape="bitmap")

    def drawn(self, drawn: Drawn) -> dict[str, Any]:
        old = bitmap(drawn.mask, drawn.label) | {
            "points": {"exterior": [], "interior": []}
        }
        del old["geometryType"]
        return old


class TestSuperviselyPolygons(TestSupervisely):
    """Polygons of several pieces, at exact places."""

    def drawn(self, drawn: Drawn) -> dict[str, Any]:
        parts = outlines(drawn.mask)
        return {
            "classTitle": drawn.label,
            "geometryType": "multipolygon",
            "parts": parts,
        }


def areas(root: Path) -> list[int]:
    return sorted(row["area"] for row in read(root).rows)


def test_whole_numbers_name_px_and_the_outline_goes_through_their_centres(
    tmp_path: Path,
) -> None:
    (row,) = read(export(tmp_path, polygon())).rows
    assert row["area"] == 20 * 20
    assert row["box_x0"] in (10, 11)
    exact = {
        "exterior": [[10, 10], [30, 10], [30, 30.0], [10, 30], [10, 20.5]],
        "interior": [],
    }
    (row,) = read(export(tmp_path, polygon(points=exact))).rows
    assert (row["box_x0"], row["box_x1"], row["area"]) == (10, 30, 400)


def test_holes_are_cut_out(tmp_path: Path) -> None:
    hole = [[14, 14], [20, 14], [20, 20], [14, 20]]
    assert areas(export(tmp_path, polygon(points=SQUARE | {"interior": [hole]}))) == [
        400 - 36
    ]


def test_objects_that_are_bound_together_are_one(tmp_path: Path) -> None:
    hole = [[14, 14], [20, 14], [20, 20], [14, 20]]
    beside = {"exterior": [[40, 10], [50, 10], [50, 20], [40, 20]], "interior": []}
    objects = [
        polygon(points=SQUARE | {"interior": [hole]}, instance="i1", id=1),
        polygon(points=beside, instance="i1", id=2),
        polygon(points=beside, instance="i1", id=3, label="dog"),
        polygon(points=beside, id=4),
    ]
    back = read(export(tmp_path, *objects))
    assert back.reasons == {}
    found = sorted((row["label"], row["area"]) for row in back.rows)
    assert found == [("cat", 100), ("cat", 464), ("dog", 100)]


@pytest.mark.parametrize("kind", ["bitmap", "alpha_mask"])
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_mask_may_come_without_an_envelope(
    tmp_path: Path, kind: str, is_packed: bool
) -> None:
    cut = png(MASK)
    if kind == "alpha_mask":
        cut = grey_png(MASK)
    data = packed(cut)
    if not is_packed:
        data = base64.b64encode(cut).decode()
    entry = {
        "classTitle": "cat",
        "geometryType": kind,
        "bitmap": {"data": data, "origin": [3, 2]},
    }
    (row,) = read(export(tmp_path, entry)).rows
    assert (row["area"], row["box_x0"], row["box_y0"]) == (MASK.sum(), 13, 14)


def grey_png(mask: Mask) -> bytes:
    """A mask that is two thirds transparent, as Supervisely's library encodes it."""
    picture = Image.fromarray(np.where(mask, 90, 0).astype(np.uint8))
    file = BytesIO()
    picture.save(file, "PNG", transparency=0)
    return file.getvalue()


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (polygon(geometryType="rectangle"), "no_mask"),
        (polygon(geometryType="line"), "no_mask"),
        (polygon(geometryType="point"), "no_mask"),
        ({"classTitle": "cat", "faces": [], "points": [[1, 2]]}, "no_mask"),
        ({"classTitle": "cat", "geometryType": "graph", "nodes": {}}, "no_mask"),
        (polygon("bird"), "unknown_class"),
        (polygon(points=None, classTitle=None), "unknown_class"),
        ("text", "malformed_file"),
        (polygon(points="text"), "bad_polygon"),
        (polygon(points={"exterior": [[1, 2], [3, 4]]}), "bad_polygon"),
        (polygon(points={"exterior": [[1, 2], [3, None], [4, 5]]}), "bad_polygon"),
        (bitmap(MASK, "cat", bitmap=None), "bad_bitmap"),
        (
            bitmap(MASK, "cat", bitmap={"data": "bm8gemxpYg==", "origin": [1, 2]}),
            "bad_bitmap",
        ),
        (
            bitmap(MASK, "cat", bitmap={"data": packed(b""), "origin": [1, 2]}),
            "bad_bitmap",
        ),
        (
            bitmap(MASK, "cat", bitmap={"data": packed(png(MASK)), "origin": [1]}),
            "bad_bitmap",
        ),
        (
            bitmap(MASK, "cat", bitmap={"data": packed(bytes(9**7)), "origin": [1, 2]}),
            "over_limit",
        ),
        (
            bitmap(MASK, "cat", bitmap={"data": packed(png(MASK)), "origin": [900, 2]}),
            "outside_image",
        ),
    ],
)
def test_an_object_costs_itself(tmp_path: Path, entry: Any, reason: str) -> None:
    back = read(export(tmp_path, entry, polygon("dog")))
    assert [row["label"] for row in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_the_class_of_the_project_names_what_has_no_title(tmp_path: Path) -> None:
    export(tmp_path, polygon(classTitle=None, classId=7), polygon("dog", classId=7))
    classes = [
        {"title": "cat", "shape": "polygon", "id": 7},
        {"title": "dog", "shape": "any"},
    ]
    (tmp_path / "project" / "meta.json").write_text(json.dumps({"classes": classes}))
    assert sorted(row["label"] for row in read(tmp_path).rows) == ["cat", "dog"]


def test_keys_are_ids_where_these_are_of_one_object(tmp_path: Path) -> None:
    objects = [
        polygon(id=1),
        polygon("dog", id=2),
        bitmap(MASK, "dog", id=2),
        bitmap(MASK, "cat"),
    ]
    keys = [row["annotation_key"] for row in read(export(tmp_path, *objects)).rows]
    document = "project/dataset/ann/a.png.json"
    assert f"{document}#1" in keys
    assert f"{document}#2" not in keys
    assert len(set(keys)) == 4


def test_an_image_is_not_taken_from_another_dataset(tmp_path: Path) -> None:
    for dataset in ("day", "night"):
        save(tmp_path, Picture(f"{dataset}/a.png", 48, 64), [polygon()])
    (tmp_path / "project/dataset/night/img/a.png").unlink()
    back = read(tmp_path)
    assert [row["image_path"] for row in back.rows] == ["project/dataset/day/img/a.png"]
    assert back.reasons == {"missing_image": 1}


def test_what_the_api_hands_out_is_read(tmp_path: Path) -> None:
    picture = Picture("a.png", 48, 64)
    picture.save(tmp_path)
    wrapped = {
        "imageId": 1,
        "imageName": "a.png",
        "annotation": annotation(picture, [polygon()]),
    }
    (tmp_path / "1.json").write_text(json.dumps(wrapped))
    assert areas(tmp_path) == [400]


def test_what_is_no_annotation_of_an_image_is_left_alone(tmp_path: Path) -> None:
    root = export(tmp_path, polygon())
    dataset = root / "project" / "dataset"
    for sidecar in ("img_info", "meta"):
        (dataset / sidecar).mkdir()
        (dataset / sidecar / "a.png.json").write_text('{"id": 1}')
    video = {"size": {}, "objects": [], "frames": [], "framesCount": 3}
    (dataset / "ann" / "a.mp4.json").write_text(json.dumps(video))
    (root / "project" / "key_id_map.json").write_text("{}")
    (root / "cityscapes.json").write_text(
        '{"imgHeight": 4, "imgWidth": 4, "objects": []}'
    )
    back = read(root)
    assert back.reasons == {}
    assert set(back.ignored) == {
        "project/dataset/ann/a.mp4.json",
        "project/key_id_map.json",
        "cityscapes.json",
    }


def test_other_tools_documents_alone_are_an_error_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "cityscapes.json").write_text(
        '{"imgHeight": 4, "imgWidth": 4, "objects": []}'
    )
    with pytest.raises(InputError, match="no Supervisely document"):
        read(tmp_path)
