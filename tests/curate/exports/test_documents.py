"""JSON from strangers: encodings, bare NaN, lone surrogates, nesting, endless numbers."""

import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.exports.documents import json_text, json_value, parse_json
from curate.reasons import Reason, Refusal
from tests.curate.exports.coco_folder import coco, opened

DEPTH = 200
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
)
JSON = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def refusal(raw: bytes) -> Reason:
    """Why a document is refused: for the same reason whole and in pieces."""
    with pytest.raises(Refusal) as whole:
        parse_json(raw, DEPTH)
    with pytest.raises(Refusal) as in_pieces:
        json_text(raw, DEPTH)
    assert whole.value.reason is in_pieces.value.reason
    return whole.value.reason


@given(JSON)
def test_json_is_read_as_it_was_written(data: Any) -> None:
    raw = json.dumps(data).encode()
    assert parse_json(raw, DEPTH) == json.loads(raw)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_how_text_is_read(encoding: str) -> None:
    raw = '{"name": "猫"}\r\n'.encode(encoding)
    assert parse_json(raw, DEPTH) == {"name": "猫"}
    assert json_value(json_text(raw, DEPTH)) == {"name": "猫"}


def test_bare_words_and_lone_surrogates_are_read() -> None:
    raw = rb'{"a": [NaN, -Infinity, 1e400], "b": "\ud800x", "c": "NaN \\ud800"}'
    plain = parse_json(raw, DEPTH)
    assert math.isnan(plain["a"][0])
    assert plain["a"][1:] == [-math.inf, math.inf]
    assert plain["b"] == "\ud800x"

    repaired = json_value(json_text(raw, DEPTH))
    assert repaired["a"][:2] == [None, None]
    assert repaired["b"] == "\ufffdx"
    assert repaired["c"] == "NaN \\ud800"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"[" * 45_000 + b"]" * 45_000, Reason.OVER_LIMIT),
        (b"[" * 90_000, Reason.OVER_LIMIT),
        (b'{"a":' * 300 + b"1" + b"}" * 300, Reason.OVER_LIMIT),
        (b"", Reason.MALFORMED_FILE),
        (b"{'a': 1}", Reason.MALFORMED_FILE),
        (b'{"a": [1, 2', Reason.MALFORMED_FILE),
        (b"\x89PNG\r\n\x1a\n", Reason.MALFORMED_FILE),
        (b"\xff\xfe\x00", Reason.MALFORMED_FILE),
    ],
)
def test_what_is_no_json_is_refused(raw: bytes, reason: Reason) -> None:
    assert refusal(raw) is reason


def test_brackets_inside_strings_do_not_nest() -> None:
    raw = json.dumps({"a": "[" * 500 + '\\"{'}).encode()
    assert parse_json(raw, DEPTH)["a"].startswith("[[")


def test_an_open_string_full_of_quotes_is_read_once() -> None:
    start = time.process_time()
    assert refusal(b'"' + rb"\"" * 300_000) is Reason.MALFORMED_FILE
    assert time.process_time() - start < 5


def test_a_number_of_many_digits_is_read() -> None:
    raw = b'{"a": ' + b"9" * 5000 + b', "b": NaN}'
    assert parse_json(raw, DEPTH)["a"] == math.inf
    assert json_value(json_text(raw, DEPTH))["a"] == math.inf


def test_a_file_without_a_byte_is_called_empty(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    (folder / "b.json").write_bytes(b"")
    export = opened(folder, tmp_path / "scratch")
    for read in (export.read_json, export.json_text):
        with pytest.raises(Refusal, match="the file is empty") as refused:
            read("b.json")
        assert refused.value.reason is Reason.MALFORMED_FILE


def test_a_large_document_is_checked_once_for_all_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.exports.export._LARGE", 1)
    export = opened(coco(tmp_path / "export"), tmp_path / "scratch")
    text = export.json_text("a.json")
    assert replace(export, name="another").json_text("a.json") is text
