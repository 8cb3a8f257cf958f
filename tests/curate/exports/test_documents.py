"""Text from strangers: encodings, bare NaN, surrogates, nesting, aliases and tags."""

import json
import math
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate import text, yaml_files
from curate.exports import documents
from curate.reasons import Reason, Refusal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def refusal(raw: bytes) -> Reason:
    with pytest.raises(Refusal) as parsed:
        documents.parse_json(raw, 200)
    with pytest.raises(Refusal) as checked:
        documents.json_text(raw, 200)
    assert parsed.value.reason is checked.value.reason
    return parsed.value.reason


@given(JSON)
def test_json_is_read_as_it_was_written(data: Any) -> None:
    raw = json.dumps(data).encode()
    assert documents.parse_json(raw, 200) == json.loads(raw)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_how_text_is_read(encoding: str) -> None:
    raw = '{"name": "猫"}\r\n'.encode(encoding)
    assert documents.parse_json(raw, 200) == {"name": "猫"}
    assert documents.json_value(documents.json_text(raw, 200)) == {"name": "猫"}


def test_bare_words_and_lone_surrogates_are_read() -> None:
    raw = rb'{"a": [NaN, -Infinity, 1e400], "b": "\ud800x", "c": "NaN \\ud800"}'
    plain = documents.parse_json(raw, 200)
    assert math.isnan(plain["a"][0])
    assert plain["a"][1:] == [-math.inf, math.inf]
    assert text.clean_label(plain["b"]) == ("\ufffdx", True)
    repaired = documents.json_value(documents.json_text(raw, 200))
    assert repaired["a"][:2] == [None, None]
    assert (repaired["b"], repaired["c"]) == ("\ufffdx", "NaN \\ud800")


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
    assert documents.parse_json(json.dumps({"a": "[" * 500 + '\\"{'}).encode(), 200)[
        "a"
    ].startswith("[[")


def test_an_open_string_full_of_quotes_is_read_once() -> None:
    start = time.process_time()
    assert refusal(b'"' + rb"\"" * 300_000) is Reason.MALFORMED_FILE
    assert time.process_time() - start < 5


@given(
    st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=8)
)
def test_what_messagepack_cannot_hold_is_replaced(data: Any) -> None:
    msgspec.msgpack.encode(text.encodable(data))


def test_a_number_of_many_digits_is_read() -> None:
    raw = b'{"a": ' + b"9" * 5000 + b', "b": NaN}'
    assert documents.parse_json(raw, 200)["a"] == math.inf
    assert documents.json_value(documents.json_text(raw, 200))["a"] == math.inf


def test_numbers_beyond_64_bits_become_floats() -> None:
    assert text.encodable([2**80, -(10**400), 7, "\udc00"]) == [
        float(2**80),
        -math.inf,
        7,
        "\ufffd",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: !!python/object/apply:os.system [ls]", Reason.REFUSED_MARKUP),
        ("a: !custom x", Reason.REFUSED_MARKUP),
        ("a: &a [1]\nb: [" + ", ".join(["*a"] * 101) + "]", Reason.OVER_LIMIT),
        ("[" * 5000, Reason.OVER_LIMIT),
        ("a: [1", Reason.MALFORMED_FILE),
        ("a: 1\na: 2", Reason.MALFORMED_FILE),
        ("a: \x00", Reason.MALFORMED_FILE),
    ],
)
def test_yaml_that_does_more_than_hold_data_is_refused(text: str, reason: Reason) -> None:
    with pytest.raises(Refusal) as caught:
        yaml_files.parse_yaml(text, "names.yaml")
    assert caught.value.reason is reason
    assert caught.value.detail.startswith("names.yaml")


def test_aliases_that_multiply_are_refused_before_they_are_expanded() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(Refusal) as caught:
        yaml_files.parse_yaml("\n".join(rows), "names.yaml")
    assert caught.value.reason is Reason.OVER_LIMIT


def test_yaml_knows_where_its_parts_stand() -> None:
    located = yaml_files.parse_yaml("a:\n  - b: 1\n    c: on\n", "s.yaml")
    assert located.data == {"a": [{"b": 1, "c": "on"}]}
    assert located.where("a", 0, "c") == "s.yaml:3:5"
    assert located.where("a", 0, "missing") == "s.yaml:2:5"
