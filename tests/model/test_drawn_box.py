"""Drawn boxes of strangers: clipped, or refused in words."""

from typing import Any

import pytest

from curate.errors import InputError
from model.drawn_box import checked_box

WIDTH, HEIGHT = 120, 90


def test_a_box_over_the_edge_is_clipped_to_whole_px() -> None:
    assert checked_box((-30.5, -20, 40.2, 39.5), WIDTH, HEIGHT) == (0, 0, 41, 40)
    assert checked_box((100, 80, 1000, 1000), WIDTH, HEIGHT) == (100, 80, 120, 90)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((200, 10, 240, 50), "outside the image, which is 120 × 90 px"),
        ((-20, -20, 0, 0), "outside the image"),
        ((10, 10, 10, 50), "empty"),
        ((50, 10, 20, 40), "swapped"),
        ((5, 5, 6, 6), "one pixel"),
        ((float("nan"), 0, 5, 5), "finite"),
        ((0, 0, float("inf"), 5), "finite"),
        ((1, 2, 3), "four numbers"),
        (("a", 2, 3, 4), "four numbers"),
        (None, "four numbers"),
        (7, "four numbers"),
    ],
)
def test_what_is_not_a_box_is_refused_in_words(box: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        checked_box(box, WIDTH, HEIGHT)
