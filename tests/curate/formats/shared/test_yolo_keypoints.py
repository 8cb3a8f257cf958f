"""Boxes with keypoints that no data.yaml announces, told from polygons."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from curate.formats.shared.yolo_keypoints import keypoint_numbers

Drawn = Callable[[np.random.Generator], list[float]]


def pose(count: int, with_visibility: bool) -> Drawn:
    """A box in the image, with keypoints in it of which some are not labelled."""

    def draw(rng: np.random.Generator) -> list[float]:
        width, height = rng.uniform(0.05, 0.6, 2)
        x = rng.uniform(width / 2, 1 - width / 2)
        y = rng.uniform(height / 2, 1 - height / 2)
        numbers = [x, y, width, height]
        for _ in range(count):
            visibility = rng.integers(0, 3)
            if visibility == 0:
                place = [0.0, 0.0]
            else:
                place = [
                    x + width * rng.uniform(-0.5, 0.5),
                    y + height * rng.uniform(-0.5, 0.5),
                ]
            numbers += place
            if with_visibility:
                numbers.append(float(visibility))
        return numbers

    return draw


def small_polygon(rng: np.random.Generator) -> list[float]:
    """Six corners of an object of a twentieth of the image, anywhere in it."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, 6))
    middle = rng.uniform(0.05, 0.95, 2)
    corners = middle + 0.05 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [float(each) for each in corners.ravel()]


def large_polygon(rng: np.random.Generator) -> list[float]:
    corners = rng.uniform(0.2, 0.8, (6, 2))
    corners = cv2.convexHull(corners.astype(np.float32))[:3]
    return [float(each) for each in corners.ravel()]


def oriented_box(rng: np.random.Generator) -> list[float]:
    size = rng.uniform(0.02, 0.5, 2)
    turned = ((0.5, 0.5), (float(size[0]), float(size[1])), rng.uniform(0, 180))
    return [float(each) for each in cv2.boxPoints(turned).ravel()]


@pytest.mark.parametrize("count", [1, 2, 5, 17])
@pytest.mark.parametrize("with_visibility", [False, True])
@pytest.mark.parametrize("lines", [20, 200])
def test_boxes_with_keypoints(count: int, with_visibility: bool, lines: int) -> None:
    rng = np.random.default_rng(count)
    draw = pose(count, with_visibility)
    drawn = [draw(rng) for _ in range(lines)]
    assert keypoint_numbers(drawn) == 4 + count * (2 + with_visibility)


@pytest.mark.parametrize("draw", [small_polygon, large_polygon, oriented_box])
@pytest.mark.parametrize("lines", [1, 3, 30])
@pytest.mark.parametrize("seed", range(10))
def test_polygons_of_as_many_points_are_polygons(
    draw: Drawn, lines: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    assert keypoint_numbers([draw(rng) for _ in range(lines)]) == 0


def test_lines_of_several_lengths_are_polygons_whatever_they_hold() -> None:
    rng = np.random.default_rng(0)
    drawn = [pose(5, True)(rng), pose(6, True)(rng), small_polygon(rng)]
    assert keypoint_numbers(drawn) == 0
