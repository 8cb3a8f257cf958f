"""Darwin: the battery, and what is Darwin's own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.errors import InputError
from tests.curate.formats.battery import Battery
from tests.curate.formats.darwin_exports import (
    LAYER,
    SQUARE,
    box,
    export,
    item,
    paths,
    polygon,
    read,
    save,
    slot,
)
from tests.curate.formats.pictures import Drawn, Picture


class TestDarwin(Battery):
    """Darwin JSON 2.0, stored as darwin-py stores it."""

    format = "darwin"
    broken = "releases/latest/annotations/broken.json"
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            picture.save(root / "images")
            document = self.document(picture)
            save(root, f"{picture.path}.json", document)

    def document(self, picture: Picture) -> dict[str, Any]:
        drawn = [
            polygon(*paths(each.mask), name=each.label) for each in picture.objects
        ]
        return {"version": "2.0", "item": item(picture), "annotations": drawn}


class TestDarwin1(TestDarwin):
    """Darwin JSON 1.0."""

    def document(self, picture: Picture) -> dict[str, Any]:
        about = item(picture)
        size = {"width": picture.width, "height": picture.height}
        image = {
            "filename": about["name"],
            "path": about["path"],
            "url": "https://a.example",
        }
        annotations = [self.drawn(each) for each in picture.objects]
        return {"dataset": "d", "image": image | size, "annotations": annotations}

    def drawn(self, drawn: Drawn) -> dict[str, Any]:
        first, *more = paths(drawn.mask)
        if more:
            return {"name": drawn.label, "complex_polygon": {"path": [first, *more]}}
        return {"name": drawn.label, "polygon": {"path": first}}


class TestDarwinMasks(TestDarwin):
    """Masks in a raster layer."""

    overlaps = False

    def document(self, picture: Picture) -> dict[str, Any]:
        pixels = np.zeros((picture.height, picture.width), np.int64)
        mapping = {}
        annotations: list[dict[str, Any]] = []
        for number, drawn in enumerate(picture.objects, start=1):
            y, x = np.argwhere(drawn.mask)[0]
            identity = f"mask-{drawn.label[:20]}-{x}-{y}"
            pixels[drawn.mask] = number
            mapping[identity] = number
            annotations.append({"id": identity, "name": drawn.label, "mask": {}})
        layer = {"dense_rle": runs(pixels), "mask_annotation_ids_mapping": mapping}
        raster = {"id": "layer", "name": "__raster_layer__", "raster_layer": layer}
        return {
            "version": "2.0",
            "item": item(picture),
            "annotations": [raster, *annotations],
        }


def runs(pixels: Any) -> list[int]:
    """Value, length, value, length, … of a map, row by row."""
    flat = pixels.ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=-1))
    lengths = np.diff(starts, append=flat.size)
    return np.stack([flat[starts], lengths], axis=1).ravel().tolist()


def areas(root: Path) -> list[int]:
    return sorted(row["area"] for row in read(root).rows)


def test_a_path_in_a_path_is_a_hole_and_one_in_the_hole_a_piece(tmp_path: Path) -> None:
    nested = [box(20, 20, 22, 22), box(14, 14, 26, 26), SQUARE, box(40, 10, 50, 20)]
    assert areas(export(tmp_path, polygon(*nested))) == [400 - 144 + 4 + 100]


def test_further_paths_of_the_old_version_count(tmp_path: Path) -> None:
    old = {
        "path": SQUARE,
        "additional_paths": [box(14, 14, 20, 20), box(40, 10, 50, 20)],
    }
    assert areas(export(tmp_path, {"name": "cat", "polygon": old})) == [400 - 36 + 100]


def test_an_ellipse_has_an_area(tmp_path: Path) -> None:
    ellipse = {
        "center": {"x": 30, "y": 20},
        "radius": {"x": 10, "y": 5},
        "angle": np.pi / 2,
    }
    (row,) = read(export(tmp_path, {"name": "cat", "ellipse": ellipse})).rows
    assert row["area"] == pytest.approx(np.pi * 50, rel=0.03)
    assert row["box_y1"] - row["box_y0"] == pytest.approx(20, abs=1)


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (
            [{"name": "cat", "bounding_box": {"x": 1, "y": 1, "w": 5, "h": 5}}],
            "no_mask",
        ),
        ([{"name": "cat", "tag": {}}], "no_mask"),
        ([{"name": "cat", "line": {"path": SQUARE}}], "no_mask"),
        ([{"name": "cat", "keypoint": {"x": 1, "y": 1}}], "no_mask"),
        ([{"name": "cat", "skeleton": {"nodes": []}}], "no_mask"),
        ([polygon(name=None)], "unknown_class"),
        (["text"], "malformed_file"),
        ([polygon(SQUARE[:2])], "bad_polygon"),
        ([{"name": "cat", "polygon": {"paths": []}}], "bad_polygon"),
        ([{"name": "cat", "polygon": None}], "bad_polygon"),
        (
            [{"name": "cat", "polygon": {"paths": [[{"x": 1}, {"y": 2}, 3]]}}],
            "bad_polygon",
        ),
        ([{"name": "cat", "polygon": {"paths": [SQUARE] * 4000}}], "over_limit"),
        ([{"name": "cat", "ellipse": {"center": {"x": 1, "y": 2}}}], "bad_polygon"),
        ([{"name": "cat", "id": "m", "mask": {}}], "empty_mask"),
        ([{"raster_layer": LAYER}], "unknown_class"),
        (
            [
                {"name": "cat", "id": "m", "mask": {}},
                {"raster_layer": {"dense_rle": [1, 3072]}},
            ],
            "empty_mask",
        ),
        (
            [
                {"name": "cat", "id": "m", "mask": {}},
                {"raster_layer": LAYER | {"dense_rle": [1]}},
            ],
            "bad_run_lengths",
        ),
        (
            [
                {"name": "cat", "id": "m", "mask": {}},
                {"raster_layer": LAYER | {"dense_rle": [1, 10]}},
            ],
            "bad_run_lengths",
        ),
    ],
)
def test_an_annotation_costs_itself(
    tmp_path: Path, entries: list[Any], reason: str
) -> None:
    back = read(export(tmp_path, *entries, polygon(name="dog")))
    assert [row["label"] for row in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_a_mask_is_the_px_of_its_value_row_by_row(tmp_path: Path) -> None:
    mask = {"name": "cat", "id": "m", "mask": {"sparse_rle": None}}
    (row,) = read(export(tmp_path, mask, {"raster_layer": LAYER})).rows
    assert (row["box_x0"], row["box_y0"], row["area"]) == (0, 1, 10)


def test_annotations_of_an_archived_item_are_deleted(tmp_path: Path) -> None:
    assert read(
        export(tmp_path, polygon(), polygon(name="dog"), archived=True)
    ).reasons == {"deleted": 2}


def test_each_slot_is_an_image(tmp_path: Path) -> None:
    left = Picture("left.png", 48, 64)
    right = Picture("right.png", 60, 80)
    for name, each in (("0", left), ("1", right)):
        replace(each, path=f"pair/{name}/{each.path}").save(tmp_path / "images")
    about = {"name": "pair", "path": "/"}
    about["slots"] = [slot(left), slot(right, slot_name="1")]
    entries = [
        polygon(),
        polygon(name="dog", slot_names=["1"]),
        polygon(name="cow", slot_names=[]),
    ]
    save(tmp_path, "pair.json", {"item": about, "annotations": entries})
    back = read(tmp_path)
    found = sorted((row["label"], row["image_path"]) for row in back.rows)
    left_image, right_image = "images/pair/0/left.png", "images/pair/1/right.png"
    assert found == [("cat", left_image), ("cow", left_image), ("dog", right_image)]


@pytest.mark.parametrize("name", ["renamed.png", "renamed", "a.jpg"])
def test_the_image_may_have_the_name_of_the_uploaded_file(
    tmp_path: Path, name: str
) -> None:
    export(tmp_path, polygon(), name=name)
    assert [row["image_path"] for row in read(tmp_path).rows] == ["images/a.png"]


def test_other_tools_documents_are_left_alone(tmp_path: Path) -> None:
    export(tmp_path, polygon())
    (tmp_path / "sam.json").write_text(
        '{"image": {"file_name": "a.png"}, "annotations": []}'
    )
    assert read(tmp_path).ignored == ["sam.json"]
    (tmp_path / "releases/latest/annotations/a.json").unlink()
    with pytest.raises(InputError, match="no Darwin document"):
        read(tmp_path)
