"""Where the elements of a list are: the same as where a parser finds them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.exports import json_elements
from curate.exports.json_elements import element_places

TEXTS = st.text(st.sampled_from('\\"[]{},: é') | st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)


def elements(text: bytes) -> list[Any]:
    found = []
    for places in element_places(text):
        found += [json.loads(text[start:end]) for start, end in places.tolist()]
    return found


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]), st.booleans())
def test_elements_are_found(data: list[Any], indent: int | None, escape: bool) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=escape).encode()
    assert elements(text) == data


@given(st.lists(VALUES, max_size=6), st.integers(1, 7))
def test_windows_may_end_anywhere(data: list[Any], window: int) -> None:
    text = json.dumps(data).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_elements, "WINDOW", window)
        assert elements(text) == data


@pytest.mark.parametrize("text", [b"", b"[]", b"[ \n]", b" [] "])
def test_an_empty_list_has_none(text: bytes) -> None:
    assert elements(text) == []
