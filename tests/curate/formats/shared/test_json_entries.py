"""Lists of JSON objects in arrays and lines."""

from pathlib import Path

import pytest
from upath import UPath

from curate.exports.export import Export
from curate.exports.files import list_files
from curate.formats.shared.json_entries import EntryFile, read_entries
from curate.limits import Limits
from curate.reasons import Refusal


def entries(tmp_path: Path, text: str | bytes, depth: int = 20) -> EntryFile:
    file = tmp_path / "file.jsonl"
    if isinstance(text, str):
        text = text.encode()
    file.write_bytes(text)
    limits = Limits(json_depth=depth)
    export = Export("test", list_files(UPath(tmp_path), limits), limits)
    return read_entries(export, "file.jsonl")


@pytest.mark.parametrize(
    "text",
    [
        '[{"a": 1}, {"a": 2}]',
        '{"a": 1}\n{"a": 2}\n',
        '\ufeff{"a": 1}\r\n\r\n{"a": 2}',
        '{"a": 1}\n{"a": 2}'.encode("utf-16"),
    ],
)
def test_arrays_and_lines_are_alike(tmp_path: Path, text: str | bytes) -> None:
    found = entries(tmp_path, text)
    assert [entry for _, entry in found.objects()] == [{"a": 1}, {"a": 2}]
    assert found.broken == {}


def test_a_single_object_is_one_entry(tmp_path: Path) -> None:
    found = entries(tmp_path, '{\n "a": 1\n}')
    assert list(found.objects()) == [(0, {"a": 1})]


def test_a_broken_line_costs_itself(tmp_path: Path) -> None:
    nested = "[" * 30 + "]" * 30
    lines = ['{"a": 1}', '{"a": ', "5", f'{{"a": {nested}}}', '{"a": "\\ud800"}']
    found = entries(tmp_path, "\n".join(lines))
    assert [entry for _, entry in found.objects()] == [{"a": 1}, {"a": "\ufffd"}]
    assert {line: each.reason.value for line, each in found.broken.items()} == {
        2: "malformed_file",
        3: "malformed_file",
        4: "over_limit",
    }


def test_an_element_that_is_no_object_costs_itself(tmp_path: Path) -> None:
    found = entries(tmp_path, '[{"a": 1}, null, [{}]]')
    assert len(found.entries) == 1
    assert list(found.broken) == [2, 3]


@pytest.mark.parametrize(
    "text", ["", "text", '{"a": [1, 2', b"\xff\xfe\x00", b"\x89PNG"]
)
def test_what_has_no_object_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(Refusal, match="malformed_file"):
        entries(tmp_path, text)
