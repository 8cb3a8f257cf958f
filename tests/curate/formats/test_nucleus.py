"""Scale Nucleus: the battery, and what is its own."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, photo
from tests.curate.formats.scale_exports import HOST, SQUARE, export, read, vertices


class TestNucleus(Battery):
    """Items in one file, polygons in another."""

    format = "scale"
    overlaps = False
    holes = False
    pieces = False
    broken = "more.json"
    texts = ("*.json",)

    def image(self, root: Path, name: str) -> Path:
        return root / "images" / name

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        items = []
        annotations = []
        for picture in pictures:
            picture.save(root / "images")
            reference = f"reference {picture.path}"
            items.append({"reference_id": reference, "image_url": HOST + picture.path})
            for each in picture.objects:
                geometry = {"vertices": vertices(each.mask)}
                entry = {"label": each.label, "type": "polygon", "geometry": geometry}
                annotations.append(entry | {"reference_id": reference})
        (root / "items.json").write_text(json.dumps({"items": items}))
        (root / "annotations.json").write_text(json.dumps(annotations))


ITEM = {
    "reference_id": "image_1",
    "image_location": "s3://bucket/a.jpg",
    "metadata": {},
}


MASK = {
    "type": "mask",
    "reference_id": "image_1",
    "mask_url": "s3://bucket/masks/a_indexed.png",
    "annotations": [{"label": "sky", "index": 0}, {"label": "cat", "index": "1"}],
}


def test_masks_of_nucleus(root: Path) -> None:
    export(root, [ITEM, MASK], name="nucleus.json")
    back = read(root)
    assert back.areas == {"cat": 100, "sky": 48 * 64 - 500}
    assert back.reasons == {"unknown_class": 1}


def test_rows_that_nucleus_exports(root: Path) -> None:
    polygon = {"label": "cat", "type": "polygon", "geometry": {"vertices": SQUARE}}
    box = {"label": "cat", "type": "box", "geometry": {"x": 1}, "annotation_id": "b"}
    row = {
        "item": ITEM,
        "annotations": {"polygon": [polygon | {"annotation_id": "p"}], "box": [box]},
    }
    back = read(export(root, json.dumps(row) + "\n{broken", name="rows.jsonl"))
    assert back.areas == {"cat": 100}
    assert back.reasons == {"no_mask": 1, "malformed_file": None}
    assert back.rows[0]["annotation_key"] == "p"


def test_predictions_are_left_out(root: Path) -> None:
    guess = {
        "label": "cat",
        "type": "polygon",
        "confidence": 0.5,
        "reference_id": "image_1",
    }
    assert read(export(root, [ITEM, guess])).reasons == {}


def test_a_long_list_is_told_by_its_first_entries(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.formats.scale._MOST_LOOKED_AT", 10)
    photo(root, "a.png", 48, 64)
    annotation = {
        "reference_id": "a.png",
        "type": "polygon",
        "label": "cat",
        "geometry": {"vertices": SQUARE},
    }
    (root / "all.json").write_text(json.dumps({"annotations": [annotation]}))
    assert read(root).areas == {"cat": 100}
