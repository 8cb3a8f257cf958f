"""Circles and ellipses as polygons."""

import numpy as np
import pytest

from curate.pixels.outlines import ellipse


@pytest.mark.parametrize("radius", [0.5, 3, 40, 2000, 100_000])
def test_a_circle_is_exact_to_a_twentieth_of_a_px(radius: float) -> None:
    ring = np.array(ellipse(7, -3, radius, radius)).reshape(-1, 2) - (7, -3)
    middles = (ring + np.roll(ring, 1, axis=0)) / 2
    assert np.hypot(*ring.T) == pytest.approx(radius)
    assert np.all(radius - np.hypot(*middles.T) < 0.051)


def test_a_small_circle_has_few_sides() -> None:
    assert len(ellipse(0, 0, 0, 0)) == 2 * 16
    assert len(ellipse(0, 0, 40, 40)) < 2 * 100


def test_an_ellipse_is_turned_around_its_centre() -> None:
    flat = np.array(ellipse(10, 20, 5, 2)).reshape(-1, 2)
    turned = np.array(ellipse(10, 20, 5, 2, np.pi / 2)).reshape(-1, 2)
    assert flat.max(axis=0) == pytest.approx((15, 22), abs=0.06)
    assert turned.max(axis=0) == pytest.approx((12, 25), abs=0.06)
    assert turned[0] == pytest.approx((10, 25))  # clockwise: from the right to below
