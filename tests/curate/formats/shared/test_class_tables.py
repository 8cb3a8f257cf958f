"""Class tables in the forms in which people write them."""

import json
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.files import list_files
from curate.formats.shared.class_tables import (
    ClassTable,
    FoundTable,
    find_tables,
    nearest_table,
    read_table,
    stated_table,
    with_exceptions,
)
from curate.limits import Limits
from curate.reasons import Reason

RED, GREEN = 0xFF0000, 0x00FF00
TWO = {0: "car", 1: "tree"}
BOTH = {RED: 0, GREEN: 1}


def export_in(folder: Path, files: dict[str, str], **options: Any) -> Export:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    limits = Limits()
    return Export(
        name="x",
        files=list_files(UPath(folder), limits),
        limits=limits,
        options=options,
    )


def table_of(folder: Path, name: str, text: str) -> ClassTable:
    return read_table(export_in(folder, {name: text}), name)


@pytest.mark.parametrize(
    ("text", "labels", "colours"),
    [
        ("car\ntraffic light\n\n", {0: "car", 1: "traffic light"}, {}),
        (
            "__ignore__\n_background_\ncar\n",
            {-1: "__ignore__", 0: "_background_", 1: "car"},
            {},
        ),
        ("1 facade 3\n12 shop 4\n", {1: "facade", 12: "shop"}, {}),
        ("0: car\n7: traffic light", {0: "car", 7: "traffic light"}, {}),
        ("car,3\ntree,5", {3: "car", 5: "tree"}, {}),
        (
            "255 0 0\t\tCar\n0 255 0\tTraffic light",
            {0: "Car", 1: "Traffic light"},
            {RED: 0, GREEN: 1},
        ),
        (
            "Car: (255, 0, 0)\nTree (big): (0, 255, 0)",
            {0: "Car", 1: "Tree (big)"},
            {RED: 0, GREEN: 1},
        ),
        ("5 car 255 0 0\n6 tree 0 255 0", {5: "car", 6: "tree"}, {RED: 5, GREEN: 6}),
        ("car;5;255;0;0\ntree;6;0;255;0", {5: "car", 6: "tree"}, {RED: 5, GREEN: 6}),
        ("#FF0000 car\n#00ff00 tree", {0: "car", 1: "tree"}, {RED: 0, GREEN: 1}),
        (
            "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:255,0,0::\n",
            {0: "background", 1: "car"},
            {0: 0, RED: 1},
        ),
        (
            "name,r,g,b\ncar,255,0,0\ntree,0,255,0",
            {0: "car", 1: "tree"},
            {RED: 0, GREEN: 1},
        ),
        ("r,g,b,class\n255,0,0,car", {0: "car"}, {RED: 0}),
        ("Pixel Value, Class\n0, unlabelled\n1, car", {0: "unlabelled", 1: "car"}, {}),
        ('name,rgb\n"car, parked","255,0,0"', {0: "car, parked"}, {RED: 0}),
        ("id\tname\tcolor\n3\tcar\t#FF0000", {3: "car"}, {RED: 3}),
        ("Class Name,Class ID\ncar,3\ntree,4", {3: "car", 4: "tree"}, {}),
        ("category_id;category_name\n3;car", {3: "car"}, {}),
        ("name,hex\ncar,ff0000\ntree,000000", TWO, {RED: 0, 0: 1}),
        (
            "item {\n id: 3\n name: 'car'\n}\nitem { name: \"tree\", id: 4 }",
            {3: "car", 4: "tree"},
            {},
        ),
        ("y" * 5000 + "\ncar", {0: "y" * 5000, 1: "car"}, {}),
        ('{"car": 3}', {3: "car"}, {}),
        (
            "item 1\nitem 2\nbox 3\nbox 4",
            {0: "item 1", 1: "item 2", 2: "box 3", 3: "box 4"},
            {},
        ),
        ("item 1\nbox\nitem 2 3", {0: "item 1", 1: "box", 2: "item 2 3"}, {}),
    ],
)
def test_text(
    tmp_path: Path, text: str, labels: dict[int, str], colours: dict[int, int]
) -> None:
    table = table_of(tmp_path, "classes.txt", text)
    assert (dict(table.labels), dict(table.colours)) == (labels, colours)


@pytest.mark.parametrize(
    ("data", "labels", "colours"),
    [
        (["car", "tree"], {0: "car", 1: "tree"}, {}),
        ({"0": "car", "9": "tree"}, {0: "car", 9: "tree"}, {}),
        ({"car": 3, "tree": 4}, {3: "car", 4: "tree"}, {}),
        (
            {"car": [255, 0, 0], "tree": "#00FF00"},
            {0: "car", 1: "tree"},
            {RED: 0, GREEN: 1},
        ),
        ({"classes": [{"title": "car", "color": "#FF0000"}]}, {0: "car"}, {RED: 0}),
        ({"categories": [{"id": 7, "name": "car"}]}, {7: "car"}, {}),
        ([{"label": "car", "r": 255, "g": 0, "b": 0}], {0: "car"}, {RED: 0}),
        ({"car": {"r": 255, "g": 0, "b": 0}}, {0: "car"}, {RED: 0}),
        (
            [{"name": "car", "color": {"R": 255, "G": 0, "B": 0, "A": 255}}],
            {0: "car"},
            {RED: 0},
        ),
        ({"car": {"color": {"red": 255, "green": 0, "blue": 0}}}, {0: "car"}, {RED: 0}),
        ({"car": {"id": 3, "color": [255, 0, 0]}}, {3: "car"}, {RED: 3}),
        ({"3": {"name": "car", "color": "f00000"}}, {3: "car"}, {0xF00000: 3}),
        ([["car", [255, 0, 0]], ["tree", "#0f0"]], TWO, BOTH),
        (
            {"classes": ["car", "tree"], "palette": [[255, 0, 0], [0, 255, 0]]},
            TWO,
            BOTH,
        ),
        ({"car": "ff0000", "tree": "0x00FF00"}, TWO, BOTH),
        ({"car": "rgb(255, 0, 0)", "tree": "rgba(0, 255, 0, 0.5)"}, TWO, BOTH),
        ({"car": [1.0, 0.0, 0.0], "tree": [0.0, 1.0, 0.0]}, TWO, BOTH),
        ({"facade": 1, "7": "beaded"}, {1: "facade", 7: "beaded"}, {}),
        ({"labels": {"car": 1, "sky": 0}, "numTraining": 2}, {1: "car", 0: "sky"}, {}),
    ],
)
def test_json(
    tmp_path: Path, data: Any, labels: dict[int, str], colours: dict[int, int]
) -> None:
    table = table_of(tmp_path, "classes.json", json.dumps(data))
    assert (dict(table.labels), dict(table.colours)) == (labels, colours)


@pytest.mark.parametrize(
    ("text", "labels", "colours"),
    [
        ("names:\n  0: car\n  1: tree\n", TWO, {}),
        ("names: [car, tree]\nnc: 2\n", TWO, {}),
        ("classes:\n  - {name: car, id: 3}\n", {3: "car"}, {}),
        ("car: [255, 0, 0]\ntree: '#00ff00'\n", TWO, BOTH),
    ],
)
def test_yaml(
    tmp_path: Path, text: str, labels: dict[int, str], colours: dict[int, int]
) -> None:
    export = export_in(tmp_path, {"classes.yaml": text, "data.yaml": "names: [sky]"})
    found, broken = find_tables(export, with_colours=False)
    table = found[""][0].table
    assert (dict(table.labels), dict(table.colours), broken) == (labels, colours, [])


def test_names_that_are_no_objects(tmp_path: Path) -> None:
    table = table_of(
        tmp_path,
        "labels.txt",
        "_background_\ncar\nVoid\nUn_labelled\nNot labeled\nunlabeled",
    )
    assert table.background == {0}
    assert table.void == {2, 4, 5}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.jpg b.png\nc.jpg d.png",
        "car 1 2 3 4 5 6",
        "car 999 0 0",
        "\0",
        "1\n2\n3\n4\n",
        '{"a": {}}',
    ],
)
def test_other_files_are_no_tables(tmp_path: Path, text: str) -> None:
    export = export_in(
        tmp_path, {"labels.txt": text, "label_list.json": '{"a": {"b": 1}}'}
    )
    assert find_tables(export, with_colours=False) == ({}, [])


def test_a_broken_table_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    export = export_in(tmp_path, {"classes.json": "{", "labels.txt": "car"})
    tables, broken = find_tables(export, with_colours=False)
    assert tables == {"": [FoundTable("labels.txt", ClassTable({0: "car"}))]}
    assert [(drop.reason, drop.annotation_key, drop.count) for drop in broken] == [
        (Reason.MALFORMED_FILE, "classes.json", None)
    ]


def test_a_fault_of_ours_is_not_taken_for_another_kind_of_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(text: str) -> None:
        raise ValueError(text)

    monkeypatch.setattr("curate.formats.shared.class_tables.rows_of_text", faulty)
    with pytest.raises(ValueError, match="car"):
        find_tables(export_in(tmp_path, {"labels.txt": "car"}), with_colours=False)


def test_the_nearest_table_counts(tmp_path: Path) -> None:
    export = export_in(
        tmp_path,
        {
            "a/classes.txt": "car",
            "b/c/label_colors.txt": "255 0 0 tree",
            "b/images.txt": "no",
        },
    )
    found, _ = find_tables(export, with_colours=False)
    tables = {folder: tables[0].table for folder, tables in found.items()}
    assert set(tables) == {"a", "b/c"}
    assert nearest_table(tables, "a/masks/1.png") == tables["a"]
    assert nearest_table(tables, "b/c/1.png") == tables["b/c"]
    assert nearest_table(tables, "d/1.png") is None
    assert set(find_tables(export, with_colours=True)[0]) == {"b/c"}
    assert nearest_table({"b/c": tables["b/c"]}, "d/1.png") == tables["b/c"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("label_colors.txt", " tall tree\n car\n"),
        ("label_colors.txt", " tall tree\n background\n car\n"),
        (
            "labelmap.txt",
            "# label:color_rgb:parts:actions\nbackground:::\ntall tree:::\ncar:::\n",
        ),
    ],
)
def test_datumaro_leaves_out_the_colours_of_pascal_voc(
    tmp_path: Path, name: str, text: str
) -> None:
    table = read_table(export_in(tmp_path, {name: text}), name)
    assert table.labels == {0: "background", 1: "tall tree", 2: "car"}
    assert table.colours == {0: 0, 0x800000: 1, 0x008000: 2}
    assert table.background == {0}


def test_in_kittis_layout_a_list_without_colours_begins_at_0(tmp_path: Path) -> None:
    files = {"label_colors.txt": " tree\n car\n", "train/image_2/1.png": ""}
    table = read_table(export_in(tmp_path, files), "label_colors.txt")
    assert table.labels == {0: "tree", 1: "car"}
    assert table.colours == {}


def test_options(tmp_path: Path) -> None:
    export = export_in(
        tmp_path,
        {"x.txt": "no"},
        classes={"car": "#FF0000", "sky": "#00FF00"},
        void="sky",
        background=["#FF0000"],
    )
    table = stated_table(export)
    assert table is not None
    table = with_exceptions(table, export)
    assert (table.void, table.background) == ({1}, {0})
    assert stated_table(
        export_in(tmp_path, {}, classes={3: "car", 0: "sky"})
    ) == ClassTable({3: "car", 0: "sky"})
    assert stated_table(
        export_in(tmp_path, {"my.txt": "car\nsky"}, classes="my.txt")
    ) == ClassTable({0: "car", 1: "sky"})
    for wrong in (5, {"car": {}}, "missing.txt", [], [3]):
        with pytest.raises(InputError, match="classes"):
            stated_table(export_in(tmp_path, {}, classes=wrong))
    with pytest.raises(InputError, match="'boat' is neither"):
        with_exceptions(ClassTable({0: "car"}), export_in(tmp_path, {}, void="boat"))


def test_greys_that_are_numbers_are_values(tmp_path: Path) -> None:
    table = table_of(tmp_path, "classes.json", '{"cat": [1, 1, 1], "dog": [2, 2, 2]}')
    assert table.labels == {1: "cat", 2: "dog", 0: "background"}
    assert table.colours == {0x010101: 1, 0x020202: 2, 0: 0}
    assert table.background == {0}

    table = table_of(
        tmp_path, "classes.json", '{"cat": [0, 0, 0], "dog": [90, 90, 90]}'
    )
    assert table.labels == {0: "cat", 1: "dog"}


def test_v7_writes_colours_in_a_column(tmp_path: Path) -> None:
    text = "class_name,class_color\n__background__,0 0 0\ncat,250 50 83\n"
    table = table_of(tmp_path, "class_mapping.csv", text)
    assert table.colours == {0: 0, 0xFA3253: 1}
    assert table.background == {0}
