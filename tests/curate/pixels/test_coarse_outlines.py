"""Coarse outlines: curves that straight sides cut off, and no straight-sided things."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.pixels.coarse_outlines import are_coarse
from curate.pixels.rings import Corners, Rings


def is_coarse(ring: Corners) -> bool:
    rings = Rings(ring, np.array([len(ring)]))
    [coarse] = are_coarse(rings.without_repeats())
    return bool(coarse)


def polygon(corners: int, radius: float, stretch: float = 1.0) -> Corners:
    """A regular polygon, or one around an ellipse."""
    angles = np.arange(corners) * 2 * np.pi / corners
    circle = np.stack((np.cos(angles) * stretch, np.sin(angles)), axis=1)
    return 500 + radius * circle


@given(st.integers(7, 60), st.floats(5, 400))
def test_a_regular_polygon_is_coarse_if_its_circle_bulges_by_3_px(
    corners: int, radius: float
) -> None:
    bulge = radius * (1 - np.cos(np.pi / corners))
    if abs(bulge - 3) > 0.05:
        assert is_coarse(polygon(corners, radius)) == (bulge > 3)


@pytest.mark.parametrize(
    "corners",
    [
        [[0, 0], [300, 20], [310, 200], [-5, 190]],  # a door
        [[0, 0], [300, 0], [300, 10], [0, 10]],
        [[0, 40], [40, 0], [260, 0], [300, 40], [300, 400], [0, 400]],  # a chamfer
        [[0, 0], [400, 0], [400, 100], [100, 100], [100, 300], [0, 300]],  # an L
        [[0, 0], [0, 0], [300, 20], [300, 20], [310, 200], [-5, 190], [0, 0]],
        [[5, 5], [5, 5], [5, 5]],
        [[5, 5], [9, 9], [5, 5]],
    ],
)
def test_straight_sided_things_are_exact(corners: list[list[float]]) -> None:
    assert not is_coarse(np.array(corners, float))


def test_a_long_object_with_a_coarse_end_is_mostly_exact() -> None:
    assert is_coarse(polygon(9, 80, stretch=2))
    long = np.concatenate((polygon(10, 60)[:6], [[440.0, 2000.0], [560.0, 2000.0]]))
    assert not is_coarse(long)
