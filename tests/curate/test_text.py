"""Text from strangers: encodings, characters that no file can hold, nesting of brackets."""

import math
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate import text
from curate.reasons import Reason, Refusal

LISTS = st.recursive(
    st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=8
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_how_text_is_read(encoding: str) -> None:
    assert text.decode_text("猫\r\nand\rdog".encode(encoding)) == "猫\nand\ndog"


@pytest.mark.parametrize("raw", [b"\xff", b"\xff\xfe\x00", b"caf\xe9"])
def test_bytes_that_are_no_text_are_refused(raw: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        text.decode_text(raw)
    assert caught.value.reason is Reason.MALFORMED_FILE


def test_a_lone_surrogate_is_replaced() -> None:
    assert text.clean_label("\ud800x") == ("\ufffdx", True)
    assert text.clean_label("\U0001f408") == ("\U0001f408", False)


@given(LISTS)
def test_what_messagepack_cannot_hold_is_replaced(data: Any) -> None:
    msgspec.msgpack.encode(text.encodable(data))


def test_numbers_beyond_64_bits_become_floats() -> None:
    odd = [2**80, -(10**400), 7, "\udc00", {"\ud800": 2**63}]
    assert text.encodable(odd) == [
        float(2**80),
        -math.inf,
        7,
        "\ufffd",
        {"\ufffd": 2.0**63},
    ]


@pytest.mark.parametrize(
    ("json", "depth"),
    [
        (b"", 0),
        (b'{"a": [1, {"b": []}]}', 4),
        (b'"[[[["', 0),
        (rb'["\"[[", 1]', 1),
        (rb'["\\", [1]]', 2),
        (rb'["\\\"[[", 1]', 1),
        (b"[[[", 3),
        (b"]]][", 0),
    ],
)
def test_brackets_nest_outside_strings(json: bytes, depth: int) -> None:
    assert text.nesting(json) == depth


@pytest.mark.parametrize("window", [1, 2, 3, 7])
def test_nesting_is_the_same_in_windows_of_any_size(
    window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(window)
    texts = [bytes(rng.choices(b'[]{}"\\\\a', k=30)) for _ in range(500)]
    whole = [text.nesting(each) for each in texts]
    monkeypatch.setattr(text, "_WINDOW", window)
    assert [text.nesting(each) for each in texts] == whole
