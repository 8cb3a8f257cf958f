"""labelstudio: files of a storage, entries of old versions, and entries that are damaged."""

import json
from pathlib import Path

import pytest

from tests.curate.formats.studio_exports import SQUARE, areas, polygon, read, save, task


@pytest.mark.parametrize("name", ["5.json", "5"])
def test_a_storage_holds_a_file_for_each_annotation(tmp_path: Path, name: str) -> None:
    save(tmp_path, {"other": "tool"})
    stored = {
        "id": 5,
        "result": [polygon()],
        "task": {"id": 1, "data": {"image": "a.png"}},
    }
    (tmp_path / name).write_text(json.dumps(stored))
    old = {
        "id": 2,
        "data": {"img": "a.png"},
        "completions": [{"result": [polygon("dog")]}],
    }
    (tmp_path / "2.json").write_text(json.dumps(old))
    back = read(tmp_path)
    assert areas(back) == [("cat", 400), ("dog", 400)]
    assert back.ignored == ["export.json"]


def test_old_short_entries_do_not_say_who_annotated(tmp_path: Path) -> None:
    old = {
        "image": "a.png",
        "id": 3,
        "tag": [{"points": SQUARE, "polygonlabels": ["cat"]}],
    }
    save(tmp_path, old)
    assert areas(read(tmp_path)) == [("cat", 400)]


def test_what_nobody_has_submitted_is_no_annotation_and_is_named(
    tmp_path: Path,
) -> None:
    guesses = [{"result": [polygon()]}]
    guessed = task(annotations=[], predictions=guesses)
    save(tmp_path, guessed, task(annotations=[], drafts=guesses), task(annotations=[]))
    back = read(tmp_path)
    assert (back.rows, back.ignored) == ([], ["export.json"])
    save(tmp_path, task(polygon(), predictions=guesses))
    back = read(tmp_path)
    assert (areas(back), back.ignored) == ([("cat", 400)], [])


def test_a_bad_entry_costs_itself(tmp_path: Path) -> None:
    save(tmp_path, task(polygon(), 5, {"value": 1}), 7, {"data": 1, "annotations": []})
    back = read(tmp_path)
    assert areas(back) == [("cat", 400)]
    assert sorted(row["count"] or 0 for row in back.drops.to_pylist()) == [0, 0, 1, 1]
    assert back.reasons == {"malformed_file": None}


def test_a_bad_line_of_a_table_costs_itself(tmp_path: Path) -> None:
    save(tmp_path, {"other": "tool"})
    cell = json.dumps([{"points": SQUARE, "polygonlabels": ["cat"]}]).replace('"', '""')
    lines = [
        "annotation_id\tannotator\timage\tlabel",
        f'1\t"me"\t"a.png"\t"{cell}"',
        '2\t"me"\t"a.png"',
        '3\t"me"\t"a.png"\t"[{""points"": "',
    ]
    (tmp_path / "result.tsv").write_text("\n".join(lines))
    back = read(tmp_path)
    assert areas(back) == [("cat", 400)]
    keys = sorted(row["annotation_key"] for row in back.drops.to_pylist())
    assert keys == ["result.tsv:3", "result.tsv:4"]
    assert back.reasons == {"malformed_file": None}
