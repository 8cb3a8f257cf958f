"""Circles and ellipses as polygons."""

import numpy as np
import pytest
from numpy.typing import NDArray

from curate.pixels.outlines import ellipse


def points(ring: list[float]) -> NDArray[np.float64]:
    """(n, 2) x and y of the corners."""
    return np.array(ring).reshape(-1, 2)


@pytest.mark.parametrize("radius", [0.5, 3, 40, 2000, 100_000])
def test_a_circle_is_exact_to_a_twentieth_of_a_px(radius: float) -> None:
    corners = points(ellipse(7, -3, radius, radius)) - (7, -3)
    x, y = corners.T
    assert np.hypot(x, y) == pytest.approx(radius)

    # Of a side, its middle is the farthest from the circle.
    middles = (corners + np.roll(corners, 1, axis=0)) / 2
    x, y = middles.T
    gaps = radius - np.hypot(x, y)
    assert gaps.max() < 0.051


def test_a_small_circle_has_few_sides() -> None:
    assert len(ellipse(0, 0, 0, 0)) == 2 * 16
    assert len(ellipse(0, 0, 40, 40)) < 2 * 100


def test_an_ellipse_is_turned_around_its_centre() -> None:
    flat = points(ellipse(10, 20, 5, 2))
    turned = points(ellipse(10, 20, 5, 2, np.pi / 2))
    assert flat.max(axis=0) == pytest.approx((15, 22), abs=0.06)
    assert turned.max(axis=0) == pytest.approx((12, 25), abs=0.06)
    assert turned[0] == pytest.approx((10, 25))  # clockwise: from the right to below
