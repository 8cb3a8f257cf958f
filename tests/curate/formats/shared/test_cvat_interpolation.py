"""Outlines between keyframes.

The expected vertices are those that the interpolation of CVAT's server gives (annotation.py, 2024).
"""

from typing import Any

import numpy as np
import pytest

from curate.formats.shared.cvat_interpolation import (
    interpolate_angle,
    interpolate_polygon,
)

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]
TRIANGLE = [[20, 0], [40, 0], [30, 20]]


@pytest.mark.parametrize(
    ("left", "right", "share", "expected"),
    [
        (
            SQUARE,
            [[4, 0], [14, 0], [14, 10], [4, 10]],
            0.5,
            [[2, 0], [12, 0], [12, 10], [2, 10]],
        ),
        (SQUARE, TRIANGLE, 0.25, [[5, 0], [17.5, 0], [15, 12.5], [7.5, 12.5]]),
        (
            [[0, 0], [30, 0], [15, 24]],
            [
                [0, 0],
                [10, 0],
                [12, 1],
                [14, 3],
                [20, 0],
                [30, 0],
                [22, 12],
                [15, 24],
                [8, 12],
            ],
            0.5,
            # (6, 0.5) and (7, 1.5) lie close together: one of them is left out
            [[0, 0], [5, 0], [7, 1.5], [25, 0], [30, 0], [18.5, 18], [15, 24], [4, 6]],
        ),
    ],
)
def test_an_outline_between_two_others(
    left: Any, right: Any, share: float, expected: list[list[float]]
) -> None:
    between = interpolate_polygon(np.array(left, float), np.array(right, float), share)
    assert between.tolist() == expected


def test_an_outline_that_stays_the_same() -> None:
    square = np.array(SQUARE, float)
    assert interpolate_polygon(square, square, 0.3).tolist() == SQUARE


def test_outlines_without_a_length() -> None:
    point = np.zeros((4, 2))
    square = np.array(SQUARE, float)
    assert np.isfinite(interpolate_polygon(point, square, 0.5)).all()
    assert np.isfinite(interpolate_polygon(square, point, 0.5)).all()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(10, 30, 20), (350, 10, 0), (10, 350, 0), (0, 90, 45)],
)
def test_angles_go_the_shorter_way(left: float, right: float, expected: float) -> None:
    assert interpolate_angle(left, right, 0.5) == expected
