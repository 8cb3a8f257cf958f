"""Documents that are lists of entries."""

import json
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from curate.exports.export import Export
from curate.exports.files import list_files
from curate.formats.shared.json_lists import JsonList, list_documents, read_list
from curate.limits import Limits
from curate.reasons import Refusal
from curate.records import Drop, IgnoredFile


def export_of(root: Path, **texts: str) -> Export:
    for name, text in texts.items():
        (root / name.replace("_", ".")).write_text(text)
    return Export("test", list_files(UPath(root), Limits()), Limits())


def read(root: Path, text: str, name: str = "a.json") -> JsonList | None:
    return read_list(export_of(root, **{name.replace(".", "_"): text}), name)


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("a.json", '[{"a": 1}, 2]', ["a.json[0]", "a.json[1]"]),
        ("a.json", ' {"a": 1}', ["a.json"]),
        ("a.json", '{"a": 1}\n{"a": 2}\n', ["a.json:1", "a.json:2"]),
        ("a.ndjson", '{"a": 1}\n\n{"a": 2}', ["a.ndjson:1", "a.ndjson:3"]),
        ("a.jsonl", "", []),
    ],
)
def test_entries_have_places(
    tmp_path: Path, name: str, text: str, places: list[str]
) -> None:
    document = read(tmp_path, text, name)
    assert document is not None
    assert [place for place, _ in document.entries] == places
    assert document.broken == {}


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    document = read(tmp_path, '{"a": 1}\n{"a": \n', "a.ndjson")
    assert document is not None
    assert list(document.broken) == ["a.ndjson:2"]


@pytest.mark.parametrize("text", ['{"a": ', '{"a": 1\n"b": 2}', '[\n{"a": 1}\n'])
def test_a_broken_document_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refusal, match="malformed_file"):
        read(tmp_path, text)


def test_what_is_no_list_is_another_tools(tmp_path: Path) -> None:
    assert read(tmp_path, '"text"') is None


def test_documents_of_a_format_are_found(tmp_path: Path) -> None:
    entries = json.dumps([1, {"mine": 1}])
    export = export_of(tmp_path, a_json=entries, b_json="[1]", c_ndjson="{")

    def is_ours(raw: msgspec.Raw) -> bool:
        return b"mine" in bytes(raw)

    found = list(list_documents(export, "X", is_ours, "has a thing"))
    assert [type(each) for each in found] == [JsonList, IgnoredFile, Drop]
