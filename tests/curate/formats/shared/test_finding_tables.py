"""Which files of an export are class tables, which table a mask has, and what options say."""

from pathlib import Path

import pytest

from curate.errors import InputError
from curate.formats.shared.class_tables import (
    ClassTable,
    FoundTable,
    find_tables,
    nearest_table,
    stated_table,
    with_exceptions,
)
from curate.reasons import Reason
from tests.curate.formats.shared.table_exports import export_in


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


@pytest.mark.parametrize(
    "name", ["dataset_meta.json", "my_classes.json", "id2label.json"]
)
def test_tables_are_known_by_their_names(tmp_path: Path, name: str) -> None:
    export = export_in(tmp_path, {name: '{"labels": ["car"]}', "meta.json": "[1]"})
    tables, _ = find_tables(export, with_colours=False)
    assert tables == {"": [FoundTable(name, ClassTable({0: "car"}))]}


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
