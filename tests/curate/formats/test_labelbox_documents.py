"""Documents of Labelbox: rows of annotators and videos, older exports, and what costs what."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.curate.formats.labelbox_exports import (
    SQUARE,
    label,
    old_row,
    polygon,
    read,
    row,
    save,
)
from tests.curate.formats.pictures import Picture


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
