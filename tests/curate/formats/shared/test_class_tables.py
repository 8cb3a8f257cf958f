"""Class tables in the forms in which people write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from curate.formats.shared.class_tables import (
    ClassTable,
    find_tables,
    read_table,
)
from tests.curate.formats.shared.table_exports import export_in

RED, GREEN = 0xFF0000, 0x00FF00


TWO = {0: "car", 1: "tree"}


BOTH = {RED: 0, GREEN: 1}


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
        ("class name\ntraffic light\ntree", {0: "traffic light", 1: "tree"}, {}),
        ("name plate\ntree", {0: "name plate", 1: "tree"}, {}),  # no header
        ("name,hex\ncar,ff0000\ntree,000000", TWO, {RED: 0, 0: 1}),
        (
            "item {\n id: 3\n name: 'car'\n}\nitem { name: \"tree\", id: 4 }",
            {3: "car", 4: "tree"},
            {},
        ),
        ("y" * 5000 + "\ncar", {0: "y" * 5000, 1: "car"}, {}),
        ('{"car": 3}', {3: "car"}, {}),
        ("{3: 'car', 4: 'tree'}", {3: "car", 4: "tree"}, {}),
        ("['car', 'tree']", {0: "car", 1: "tree"}, {}),
        ("3 - car\n4 - tall tree", {3: "car", 4: "tall tree"}, {}),
        ("3. car\n4. tree", {3: "car", 4: "tree"}, {}),
        ("car -> 3\ntree -> 4", {3: "car", 4: "tree"}, {}),
        ("u - turn\nhot-dog", {0: "u - turn", 1: "hot-dog"}, {}),
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
            {
                "label_map": {"0": "car", "1": "tree"},
                "segmentation_colors": [[255, 0, 0], [0, 255, 0]],
                "background_label": "0",
            },
            TWO,
            BOTH,
        ),
        (
            {"classes": ["car", "tree"], "palette": [[255, 0, 0], [0, 255, 0]]},
            TWO,
            BOTH,
        ),
        ({"car": "ff0000", "tree": "0x00FF00"}, TWO, BOTH),
        ({"car": "rgb(255, 0, 0)", "tree": "rgba(0, 255, 0, 0.5)"}, TWO, BOTH),
        ({"car": [1, 0.0, 0], "tree": [0.0, 1.0, 0.0]}, TWO, BOTH),
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
