"""labelbox: the battery with polygons and with masks in files, and what is Labelbox's own."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.formats.shared.keys import content_digest
from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.labelbox_exports import (
    SQUARE,
    label,
    old_row,
    polygon,
    read,
    row,
    save,
)
from tests.curate.formats.pictures import Drawn, Picture, rectangle

MASK = rectangle(48, 64, 4, 6, 20, 40)
URL = "https://api.labelbox.com/api/v1/projects/p/annotations/feature-1/index/1/mask"


def save_mask(file: Path, mask: Mask = MASK) -> None:
    """White on black."""
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).convert("L").save(file)


class TestPolygons(Battery):
    """A line for each data row."""

    format = "labelbox"
    broken = "b/broken.json"
    texts = ("*.ndjson", "*.json")
    pieces = False
    document = "export.ndjson"

    def shape(self, file: Path, mask: Mask) -> dict[str, Any]:
        """What is said of an object whose mask would be in a file."""
        assert not file.exists()
        (ring,) = to_polygons(mask).rings
        points = zip(ring[::2], ring[1::2], strict=True)
        return {"polygon": [{"x": x, "y": y} for x, y in points]}

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        rows = []
        for picture in pictures:
            picture.save(root)
            objects = [self.object(root, picture, each) for each in picture.objects]
            media = {"height": picture.height, "width": picture.width}
            rows.append(row(label(*objects), name=picture.path, media_attributes=media))
        lines = [json.dumps(each, ensure_ascii=False) for each in rows]
        text = "\n".join(lines)
        if self.document.endswith(".json"):
            text = f"[{','.join(lines)}]"
        (root / self.document).write_text(text, "utf-8")

    def object(self, root: Path, picture: Picture, drawn: Drawn) -> dict[str, Any]:
        identity = content_digest(picture.path, drawn.label, drawn.mask.tolist())
        head = {"feature_id": identity, "name": drawn.label}
        return head | self.shape(root / "masks" / f"{identity}.png", drawn.mask)


class TestMasks(TestPolygons):
    """Masks in files of the objects' ids; a list of data rows."""

    pieces = True
    document = "export.json"

    def shape(self, file: Path, mask: Mask) -> dict[str, Any]:
        save_mask(file, mask)
        return {"mask": {"url": f"https://api.labelbox.com/masks/feature/{file.stem}"}}


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ({"bounding_box": {"top": 1, "left": 1, "height": 9, "width": 9}}, "no_mask"),
        ({"line": SQUARE}, "no_mask"),
        ({"point": {"x": 1, "y": 1}}, "no_mask"),
        ({}, "no_mask"),
        ({"polygon": None}, "bad_polygon"),
        (
            {"polygon": [{"x": 1, "y": 1}, {"x": None, "y": 2}, {"x": 3, "y": 9}]},
            "bad_polygon",
        ),
        ({"polygon": SQUARE[:2]}, "bad_polygon"),
        ({"polygon": SQUARE, "name": None}, "unknown_class"),
        ({"mask": {"url": URL}}, "missing_mask"),
        ({"mask": None}, "missing_mask"),
        ({"composite_mask": {"url": URL, "color_rgb": [1, 2, 3]}}, "missing_mask"),
    ],
)
def test_what_is_no_object_has_a_reason(
    tmp_path: Path, shape: dict[str, Any], reason: str
) -> None:
    save(tmp_path, row(label(polygon("dog"), {"name": "cat"} | shape)))
    back = read(tmp_path)
    assert [each["label"] for each in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


@pytest.mark.parametrize(
    "name", ["masks/feature-1.png", "x/mask-of-a.png", "data set/a.png"]
)
def test_masks_are_files_of_the_export(tmp_path: Path, name: str) -> None:
    entry = {"feature_id": "feature-1", "name": "cat", "mask": {"url": URL}}
    if "mask-of-a" in name:
        entry["mask"] = {"url": "https://example.org/masks/mask-of-a.png?signature=1"}
    stated = {"external_id": "a.png", "details": {"dataset_name": "data set"}}
    save(tmp_path, row(label(entry), data_row=stated))
    save_mask(tmp_path / name)
    (found,) = read(tmp_path).rows
    assert (found["label"], found["area"]) == ("cat", MASK.sum())


def test_two_masks_of_a_label_are_not_the_picture_of_its_name(tmp_path: Path) -> None:
    entry = {"name": "cat", "mask": {"url": URL}}
    save(
        tmp_path, row(label(entry | {"feature_id": "f1"}, entry | {"feature_id": "f2"}))
    )
    save_mask(tmp_path / "masks/a.png")
    assert read(tmp_path).reasons == {"missing_mask": 2}


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        (rectangle(48, 60, 1, 1, 9, 9), "mask_size_mismatch"),
        (rectangle(48, 64, 1, 1, 1, 1), "empty_mask"),
        (None, "undecodable_mask"),
    ],
)
def test_a_bad_mask_costs_its_object(
    tmp_path: Path, mask: Mask | None, reason: str
) -> None:
    entry = {"feature_id": "feature-1", "name": "cat", "mask": {"url": URL}}
    save(tmp_path, row(label(polygon("dog"), entry)))
    if mask is None:
        (tmp_path / "feature-1.png").write_text("no picture")
    else:
        save_mask(tmp_path / "feature-1.png", mask)
    back = read(tmp_path)
    assert [each["label"] for each in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_objects_share_a_composite_mask(tmp_path: Path) -> None:
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[MASK] = (10, 20, 30)
    pixels[:, 40:] = (10, 20, 31)
    url = "https://api.labelbox.com/api/v1/tasks/t/masks/composite-1/index/1"
    entries = []
    for name, blue in (("cat", 30), ("cat", 31), ("dog", 32)):
        composite = {"url": url, "color_rgb": [10, 20, blue]}
        entries.append(
            {"name": name, "feature_id": f"f{blue}", "composite_mask": composite}
        )
    save(tmp_path, row(label(*entries)))
    (tmp_path / "masks").mkdir()
    Image.fromarray(pixels).save(tmp_path / "masks/composite-1.png")
    back = read(tmp_path)
    assert sorted(each["area"] for each in back.rows) == [MASK.sum(), 48 * 24]
    assert back.reasons == {"empty_mask": 1}


def test_labels_of_all_annotators_and_projects_are_read(tmp_path: Path) -> None:
    skipped = label(
        polygon("fox", feature_id="f3"), performance_details={"skipped": True}
    )
    first = label(polygon(feature_id="f1"), label_kind="Consensus")
    second = label(polygon("dog", feature_id="f2"), polygon(feature_id="f1"))
    both = {"p": {"labels": [first, skipped]}, "q": {"labels": [second]}}
    save(tmp_path, row(projects=both, experiments={"e": {"runs": {}}}))
    back = read(tmp_path)
    assert sorted(each["label"] for each in back.rows) == ["cat", "dog"]
    assert back.reasons == {"deleted": 1, "duplicate_annotation": 1}


def test_answers_about_an_object_are_its_attributes(tmp_path: Path) -> None:
    questions = [
        {"name": "colour", "radio_answer": {"name": "red"}},
        {"name": "marks", "checklist_answers": [{"name": "dent"}, {"name": "rust"}]},
        {"name": "note", "text_answer": {"content": "old"}},
    ]
    save(tmp_path, row(label(polygon(classifications=questions))))
    (found,) = read(tmp_path).rows
    assert dict(found["attributes"]) == {
        "colour": "red",
        "marks": "dent, rust",
        "note": "old",
    }


def test_frames_of_a_video_are_pictures_of_one_group(tmp_path: Path) -> None:
    frames = {
        "1": {"objects": {"f1": polygon()}},
        "2": {"objects": {"f1": polygon()}, "classifications": []},
        "12": {"objects": [polygon()]},
    }
    save(tmp_path, row({"annotations": {"frames": frames}}, name="clip.mp4"))
    Picture("clip/000001.png", 48, 64).save(tmp_path)
    Picture("frames/clip_2.png", 48, 64).save(tmp_path)
    Picture("frames/other_12.png", 48, 64).save(tmp_path)
    back = read(tmp_path)
    paths = {each["image_path"]: each["video"] for each in back.rows}
    assert paths == {"clip/000001.png": "clip.mp4", "frames/clip_2.png": "clip.mp4"}
    assert back.reasons == {"missing_image": 1}


@pytest.mark.parametrize(
    ("more", "labels", "reasons"),
    [
        ({}, ["cat"], {}),
        ({"Skipped": True}, [], {"deleted": 1}),
        ({"Label": "Skip"}, [], {}),
        ({"Label": None}, [], {}),
        ({"Label": "POLYGON((1 1))"}, [], {"malformed_file": None}),
        ({"Label": {"cat": "POLYGON((1 1))"}}, [], {"bad_polygon": 1}),
        (
            {"Label": {"cat": [{"geometry": SQUARE}], "dog": [SQUARE]}},
            ["cat", "dog"],
            {},
        ),
        ({"Label": {"cat": [{"bbox": {}}, 5]}}, [], {"no_mask": 2}),
    ],
)
def test_older_exports(
    tmp_path: Path, more: dict[str, Any], labels: list[str], reasons: dict[str, Any]
) -> None:
    entry = {"featureId": "f1", "title": "cat", "value": "a_cat", "polygon": SQUARE}
    save(tmp_path, old_row(entry, **more), name="export.json")
    back = read(tmp_path)
    assert sorted(each["label"] for each in back.rows) == labels
    assert back.reasons == reasons


@pytest.mark.parametrize(
    "stated",
    [
        {"external_id": "photos/a.png"},
        {"external_id": "a photo", "global_key": "a.png"},
        {
            "row_data": (
                "https://storage.labelbox.com/"
                "x%2F9b49debe-9c2b-cb3e-aad1-2d98e22f5c95-a.png"
            )
        },
        {"external_id": "", "row_data": "gs://bucket/photos/a.png?x=1"},
    ],
)
def test_images_are_found_by_any_of_their_names(
    tmp_path: Path, stated: dict[str, Any]
) -> None:
    save(tmp_path, row(label(polygon()), data_row=stated))
    (found,) = read(tmp_path).rows
    assert found["image_path"] == "a.png"


def test_a_bad_line_or_object_costs_itself(tmp_path: Path) -> None:
    save(tmp_path, row(label(polygon(), 5)), {"data_row": 7, "projects": {}})
    with (tmp_path / "export.ndjson").open("a") as file:
        file.write('\n{"data_row": {"id": \n')
    back = read(tmp_path)
    assert [each["label"] for each in back.rows] == ["cat"]
    counts = {each["annotation_key"]: each["count"] for each in back.drops.to_pylist()}
    assert counts == {
        "export.ndjson:2": None,
        "export.ndjson:3": None,
        "export.ndjson#a.png[1]": 1,
    }


def test_lines_may_be_in_a_file_of_any_name(tmp_path: Path) -> None:
    save(tmp_path, row(label(polygon())), row(label(polygon("dog"))))
    (tmp_path / "export.ndjson").rename(tmp_path / "export.json")
    assert len(read(tmp_path).rows) == 2


def test_labels_of_old_exports_may_be_texts_in_a_table_or_in_json(
    tmp_path: Path,
) -> None:
    root = tmp_path / "export"
    root.mkdir()
    whole = old_row({"featureId": "1", "title": "cat", "polygon": SQUARE})
    as_text = whole | {"Label": json.dumps(whole["Label"]), "Skipped": ""}
    skipped = as_text | {"ID": "2", "Skipped": "TRUE"}
    save(root, as_text, name="export.json")
    as_json = read(root)
    (root / "export.json").unlink()
    with (root / "export.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(as_text))
        table.writeheader()
        table.writerows([as_text, skipped])
        file.write("1,2\n")
    as_table = read(root)

    assert [each["area"] for each in as_json.rows] == [400]
    assert [each["counts"] for each in as_table.rows] == [
        each["counts"] for each in as_json.rows
    ]
    assert as_table.reasons == {"deleted": 1, "malformed_file": None}
