"""Edges decided anew on the pixels near them; what is far from the edge stays."""

import cv2
import numpy as np
import pytest

from model import edge_refinement
from model.edge_refinement import MASK_LEVEL, RADIUS, Levels, refine
from tests.model.drawn_objects import DrawnObject, draw_object


@pytest.fixture(scope="module")
def drawn() -> DrawnObject:
    return draw_object(500, 700)


def rough_levels(drawn: DrawnObject) -> Levels:
    """The object 3 px too large, with a soft edge."""
    mask = drawn.mask.astype(np.uint8) * 255
    grown = cv2.dilate(mask, np.ones((7, 7), np.uint8))
    return np.asarray(cv2.blur(grown, (5, 5)), np.uint8)


def test_an_edge_moves_to_where_the_colours_change(drawn: DrawnObject) -> None:
    before = rough_levels(drawn)
    after = refine(drawn.image, before)
    wrong_before = np.count_nonzero((before >= MASK_LEVEL) != drawn.mask)
    wrong_after = np.count_nonzero((after >= MASK_LEVEL) != drawn.mask)
    assert wrong_after < 0.1 * wrong_before


def test_what_is_far_from_the_edge_stays(drawn: DrawnObject) -> None:
    before = rough_levels(drawn)
    after = refine(drawn.image, before)
    mask = (before >= MASK_LEVEL).astype(np.uint8)
    square = np.ones((2 * RADIUS + 1, 2 * RADIUS + 1), np.uint8)
    near = cv2.dilate(mask, square) != cv2.erode(mask, square)
    assert np.array_equal(after[~near], before[~near])
    assert (after[near] != before[near]).any()


def test_where_the_tiles_end_cannot_be_seen(
    drawn: DrawnObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rough_levels(drawn)
    at_once = refine(drawn.image, before)
    monkeypatch.setattr(edge_refinement, "_TILE", 128)
    in_tiles = refine(drawn.image, before)
    # Sums in another order differ in their last digits, and may be rounded to the next level.
    difference = np.abs(at_once.astype(int) - in_tiles)
    assert difference.max() <= 1
    assert np.count_nonzero(difference) < 10


def test_the_band_around_a_long_edge_is_narrower(
    drawn: DrawnObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_refinement, "_BAND_PIXELS", 1)
    before = rough_levels(drawn)
    after = refine(drawn.image, before)
    mask = (before >= MASK_LEVEL).astype(np.uint8)
    square = np.ones((3, 3), np.uint8)
    near = cv2.dilate(mask, square) != cv2.erode(mask, square)
    assert np.array_equal(after[~near], before[~near])


def test_an_answer_without_an_edge_stays() -> None:
    image = np.zeros((40, 50, 3), np.uint8)
    for level in (0, 127, 128, 255):
        levels = np.full((40, 50), level, np.uint8)
        assert np.array_equal(refine(image, levels), levels)
