"""Labels of VIA's regions: which attribute is the class."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.errors import InputError
from tests.curate.formats.via_exports import (
    OTHER,
    SQUARE,
    export,
    labels,
    project,
    read,
    region,
)


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        ([{"Info": "Date"}, {"Info": "Total"}], ["Date", "Total"]),
        (
            [{"class": "cat", "name": "Tom"}, {"class": "dog", "name": "Rex"}],
            ["cat", "dog"],
        ),
        (
            [{"Object_Class": "cat", "name": "Tom"}, {"Object_Class": "dog"}],
            ["cat", "dog"],
        ),
        (
            [{"name": "cat", "colour": "red"}, {"name": "dog", "colour": "red"}],
            ["cat", "dog"],
        ),
        (
            [{"fruit": "fig", "ripe": ""}, {"fruit": "kiwi", "ripe": "yes"}],
            ["fig", "kiwi"],
        ),
        ([{"class": "", "name": "cat"}, {"class": "", "name": "dog"}], ["cat", "dog"]),
        ([{"name": "not_defined", "kind": "cat"}, {"kind": "dog"}], ["cat", "dog"]),
        (
            [{"type": {"cat": True, "wet": True}}, {"type": {"dog": True}}],
            ["cat, wet", "dog"],
        ),
        ([{"class": 1}, {"class": 2}], ["1", "2"]),
        ([{"class": "cat"}, {}], ["", "cat"]),
        ([{}, {}], ["test", "test"]),
        ([{"class": None}, {"class": ""}], ["test", "test"]),
    ],
)
def test_one_attribute_is_the_class(
    tmp_path: Path, noted: list[dict[str, Any]], expected: list[str]
) -> None:
    regions = [region(SQUARE, **noted[0]), region(OTHER, **noted[1])]
    assert labels(read(export(tmp_path, *regions))) == expected


def test_the_settings_may_say_which_attribute_is_the_class(tmp_path: Path) -> None:
    root = export(tmp_path / "export", region(name="Tom", animal="cat"))
    assert labels(read(root)) == ["Tom"]
    back = read(root, label="animal")
    assert labels(back) == ["cat"]
    assert dict(back.rows[0]["attributes"]) == {"name": "Tom"}
    with pytest.raises(InputError, match="option label"):
        read(root, label=3)


def test_options_of_a_project_tell_its_class(tmp_path: Path) -> None:
    declared = {
        "name": {"type": "text"},
        "type": {
            "type": "dropdown",
            "options": {"1": "Cat", "2": "Dog", "bird": "A bird"},
        },
    }
    regions = [
        region(SQUARE, name="Tom", type="1"),
        region(OTHER, name="Rex", type="2"),
        region(SQUARE, name="Tweety", type="bird"),
    ]
    root = project(tmp_path, declared, *regions, default_filepath="./pool/")
    back = read(root)
    assert labels(back) == ["Cat", "Dog", "bird"]
    assert {tuple(row["flags"]) for row in back.rows} == {()}


def test_an_export_beside_its_project_has_the_same_labels(tmp_path: Path) -> None:
    declared = {"type": {"type": "dropdown", "options": {"1": "Cat", "2": "Dog"}}}
    regions = [
        region(SQUARE, type="1", name="Tom"),
        region(OTHER, type="2", name="Rex"),
    ]
    project(tmp_path, declared, *regions, default_filepath="pool/")
    data = json.loads((tmp_path / "via.json").read_text())["_via_img_metadata"]
    (tmp_path / "pool" / "an_export.json").write_text(json.dumps(data))
    back = read(tmp_path)
    assert labels(back) == ["Cat", "Dog"]
    assert back.reasons == {"duplicate_annotation": 2}
