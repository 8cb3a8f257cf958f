"""Words: the same however a label is spelled, and stable once they are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.labels.names import spellings
from curate.labels.words import Words, singular, unnumbered, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SwivelChair_03", ("swivel", "chair", "03")),
        ("TVSet", ("tv", "set")),
        ("ca\u200br", ("car",)),  # a zero-width space
        ("  car\n", ("car",)),
        ("Fußgänger", ("fussgänger",)),
        ("…", ()),
    ],
)
def test_words_of_a_text(text: str, expected: Words) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        (("leaves",), ("leaf",)),
        (("berries",), ("berry",)),
        (("benches",), ("bench",)),
        (("wine", "glasses"), ("wine", "glass")),
        (("glasses",), ("glasses",)),  # spectacles
        (("bus",), ("bus",)),
        (("glass",), ("glass",)),
    ],
)
def test_singular(plural: Words, expected: Words) -> None:
    assert singular(plural) == expected


def test_numbers_around_a_name_go_and_those_inside_stay() -> None:
    assert unnumbered(("07", "route", "66", "sign", "2")) == ("route", "66", "sign")
    assert unnumbered(("42",)) == ()


@given(st.text())
def test_words_are_stable(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
    assert len(singular(once)) == len(once)
    assert len(unnumbered(once)) <= len(once)


def test_names_are_also_spelled_as_they_are_compared() -> None:
    found = spellings(["licence-plate", "number plates"])
    assert found == ["number plates", "license plate", "number plate"]
