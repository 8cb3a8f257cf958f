"""Files as if they were in memory."""

from pathlib import Path

import pytest
from upath import UPath

from curate.exports import mapping
from curate.exports.documents import json_text, json_value
from curate.exports.mapping import map_file, spool, windows
from curate.reasons import Refusal

LARGE = b"x" * 300_000


@pytest.fixture(autouse=True)
def windows_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "WINDOW", 7)
    monkeypatch.setattr(mapping, "_SMALL", 20)


@pytest.mark.parametrize("content", [b"", b"small", LARGE])
def test_a_file_is_what_it_holds(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    remote = UPath("memory://mapping/a")
    remote.parent.mkdir(parents=True, exist_ok=True)
    remote.write_bytes(content)
    for text in (map_file(UPath(tmp_path / "a")), map_file(remote), spool([content])):
        assert text == content
        assert b"".join(windows(text)) == content


def test_a_large_file_is_no_copy(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(LARGE)
    assert isinstance(map_file(UPath(tmp_path / "a")), memoryview)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_mapped_document_is_read_in_its_encoding(
    tmp_path: Path, encoding: str
) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    words = mark + '{"name": "猫 und Mäuse", "more": [1, 2, 3]}'
    (tmp_path / "a").write_bytes(words.encode(encoding))
    text = json_text(map_file(UPath(tmp_path / "a")), 10)
    assert json_value(text) == {"name": "猫 und Mäuse", "more": [1, 2, 3]}


def test_a_mapped_document_is_repaired(tmp_path: Path) -> None:
    raw = rb'{"a": [NaN, -Infinity], "b": "\ud800x", "c": "NaN \\ud800", "d": "NaN"}'
    (tmp_path / "a").write_bytes(raw)
    text = json_text(map_file(UPath(tmp_path / "a")), 10)
    assert isinstance(text, memoryview)
    assert json_value(text) == json_value(json_text(raw, 10))


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": [' + b"1, " * 20,
        b"[" * 30 + b"]" * 30,
        b'{"a": "' + b"\xff" * 30 + b'"}',
        b'{"a": [NaN, ' + b"1, " * 20,
        b"\xff\xfe" + '{"a": "bcdefghij"'.encode("utf-16-le") + b"\x00",
    ],
)
def test_a_mapped_document_is_refused_for_the_same_reason(
    tmp_path: Path, raw: bytes
) -> None:
    (tmp_path / "a").write_bytes(raw)
    with pytest.raises(Refusal) as mapped:
        json_text(map_file(UPath(tmp_path / "a")), 10)
    with pytest.raises(Refusal) as whole:
        json_text(raw, 10)
    assert mapped.value.reason is whole.value.reason
