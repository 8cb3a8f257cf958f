"""The filters of the templates: numbers for readers, and strangers' words made harmless."""

import pytest

from pipelines.pages.template_filters import counted, number, percent, shown, words


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567, "1\u202f234\u202f567"), (None, "–"), (float("nan"), "–")],
)
def test_numbers_have_thin_spaces(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_number_has_the_digits_that_are_asked_for() -> None:
    assert number(0.256, 2) == "0.26"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.0001, "<0.1%"), (0.034, "3.4%"), (0.5, "50%"), (None, "–")],
)
def test_small_shares_keep_a_digit(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_a_count_has_its_noun() -> None:
    assert counted(1, "loss", "losses") == "1 loss"
    assert counted(2, "loss", "losses") == "2 losses"
    assert counted(0, "object") == "0 objects"


def test_what_is_invisible_is_spelled_out() -> None:
    assert words("a\nb\x00\u202e") == "a\\nb\\x00\\u202e"


def test_what_is_long_is_cut() -> None:
    assert len(words("x" * 10_000)) == 72
    assert len(shown("x" * 10_000)) < 600


def test_markup_is_escaped() -> None:
    assert shown("<b>") == '<bdi class="word">&lt;b&gt;</bdi>'
