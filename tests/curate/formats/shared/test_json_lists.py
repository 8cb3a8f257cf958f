"""Documents that are lists of entries."""

import json
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from curate.drops import Drop, IgnoredFile
from curate.exports.export import Export
from curate.exports.files import list_files
from curate.formats.shared.json_lists import JsonList, list_documents, read_list
from curate.limits import Limits
from curate.reasons import Refusal


def export_of(root: Path, **texts: str) -> Export:
    for name, text in texts.items():
        (root / name.replace("_", ".")).write_text(text)
    return Export("test", list_files(UPath(root), Limits()), Limits())


def read(root: Path, text: str, name: str = "a.json") -> JsonList | None:
    return read_list(export_of(root, **{name.replace(".", "_"): text}), name)


def read_bytes(root: Path, raw: bytes, name: str = "file.jsonl") -> JsonList:
    (root / name).write_bytes(raw)
    document = read_list(export_of(root), name)
    assert document is not None
    return document


@pytest.mark.parametrize(
    ("name", "text", "places"),
    [
        ("a.json", '[{"a": 1}, {}]', ["a.json[0]", "a.json[1]"]),
        ("a.json", ' {"a": 1}', ["a.json"]),
        ("a.json", '{"a": 1}\n{"a": 2}\n', ["a.json:1", "a.json:2"]),
        ("a.ndjson", '{"a": 1}\n\n{"a": 2}', ["a.ndjson:1", "a.ndjson:3"]),
        ("a.jsonl", '\n{"a": 1}\n', ["a.jsonl"]),
        ("a.jsonl", '[{"a": 1},\n{"a": 2}]', ["a.jsonl[0]", "a.jsonl[1]"]),
    ],
)
def test_entries_have_places(
    tmp_path: Path, name: str, text: str, places: list[str]
) -> None:
    document = read(tmp_path, text, name)
    assert document is not None
    assert [place for place, _ in document.entries()] == places
    assert document.broken == {}


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    document = read(tmp_path, '{"a": 1}\n{"a": \n', "a.ndjson")
    assert document is not None
    assert list(document.broken) == ["a.ndjson:2"]


def test_encodings_are_alike(tmp_path: Path) -> None:
    lines = '{"a": 1}\r\n\r\n{"a": 2}'
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        document = read_bytes(tmp_path, lines.encode(encoding))
        assert [entry for _, entry in document.objects()] == [{"a": 1}, {"a": 2}]
        assert document.broken == {}


def test_a_broken_line_costs_itself(tmp_path: Path) -> None:
    nested = "[" * 300 + "]" * 300
    lines = ['{"a": 1}', '{"a": ', "5", f'{{"a": {nested}}}', '{"a": "\\ud800"}']
    raw = "\n".join(lines).encode() + b'\n{"a": "\xff"}'
    document = read_bytes(tmp_path, raw)
    assert [entry for _, entry in document.objects()] == [{"a": 1}, {"a": "\ufffd"}]
    assert {place: each.reason.value for place, each in document.broken.items()} == {
        "file.jsonl:2": "malformed_file",
        "file.jsonl:3": "malformed_file",
        "file.jsonl:4": "over_limit",
        "file.jsonl:6": "malformed_file",
    }


def test_an_element_that_is_no_object_costs_itself(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, b'[{"a": 1}, null, [{}]]')
    assert len(list(document.entries())) == 1
    assert list(document.broken) == ["file.jsonl[1]", "file.jsonl[2]"]


@pytest.mark.parametrize(
    "raw", [b"", b"text", b'{"a": [1, 2', b"\xff\xfe\x00", b"\x89PNG"]
)
def test_lines_without_an_object_are_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(Refusal, match="malformed_file"):
        read_bytes(tmp_path, raw)


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
