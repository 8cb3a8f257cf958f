"""Boundary IoU, DAVIS F and relaxed F against their definitions on the whole image."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from curate.pixels.masks import Mask
from model.evaluation.boundaries import boundary_iou, davis_f, relaxed_f
from model.evaluation.comparison import Comparison, Place, Truth

CASES = 300


def blobs(rng: np.random.Generator, height: int, width: int) -> Mask:
    smoothness = float(rng.choice([0.5, 1, 2, 4]))
    noise = cv2.GaussianBlur(rng.normal(size=(height, width)), (0, 0), smoothness)
    return noise + 0.1 * rng.normal() > 0


def windows_and_images() -> Iterator[tuple[Comparison, Mask, Mask]]:
    """Comparisons in a window of an image, and both masks in the whole image."""
    rng = np.random.default_rng(0)
    for number in range(CASES):
        height, width = rng.integers(8, 90, 2)
        y0, x0 = rng.integers(0, (height // 2, width // 2))
        y1, x1 = rng.integers(
            (height // 2 + 1, width // 2 + 1), (height + 1, width + 1)
        )
        if number % 3 == 0:
            y0, x0 = 0, 0
        if number % 3 == 1:
            y1, x1 = height, width

        predicted = blobs(rng, y1 - y0, x1 - x0)
        true = blobs(rng, y1 - y0, x1 - x0)
        if number % 7 == 0:
            predicted[:] = False
        if number % 11 == 0:
            true[:] = True
        if number % 13 == 0:
            true[:] = False

        at_edge = (x0 == 0, y0 == 0, x1 == width, y1 == height)
        place = Place(at_edge, int(height), int(width))
        whole = np.zeros((2, height, width), np.bool_)
        whole[0, y0:y1, x0:x1] = predicted
        whole[1, y0:y1, x0:x1] = true
        yield Comparison(predicted, Truth(true, place)), whole[0], whole[1]


def inner_band(mask: Mask) -> Mask:
    """As Cheng et al. publish it: what erosion takes off, beyond the image being no mask."""
    height, width = mask.shape
    times = max(1, round(0.02 * (height**2 + width**2) ** 0.5))
    framed = cv2.copyMakeBorder(
        mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    eroded = cv2.erode(framed, np.ones((3, 3), np.uint8), iterations=times)
    return mask & (eroded[1:-1, 1:-1] == 0)


def test_boundary_iou_is_the_published_one() -> None:
    for comparison, predicted, true in windows_and_images():
        ours, theirs = inner_band(predicted), inner_band(true)
        expected = 1.0
        if (ours | theirs).any():
            expected = (ours & theirs).sum() / (ours | theirs).sum()
        assert boundary_iou(comparison) == pytest.approx(expected)


def davis_lines(mask: Mask) -> Mask:
    """As Perazzi et al. publish it (seg2bmap)."""
    right, below, aslant = mask.copy(), mask.copy(), mask.copy()
    right[:, :-1] = mask[:, 1:]
    below[:-1] = mask[1:]
    aslant[:-1, :-1] = mask[1:, 1:]
    lines = (mask ^ right) | (mask ^ below) | (mask ^ aslant)
    lines[-1] = mask[-1] ^ right[-1]
    lines[:, -1] = mask[:, -1] ^ below[:, -1]
    lines[-1, -1] = False
    return lines


def near_f(predicted: Mask, true: Mask, radius: float, beta_squared: float) -> float:
    """F of two boundaries by the distance of each px to the nearest px of the other one."""
    if not predicted.any() and not true.any():
        return 1.0
    if not predicted.any() or not true.any():
        return 0.0

    def share(lines: Mask, other: Mask) -> float:
        apart = np.argwhere(lines)[:, None] - np.argwhere(other)[None]
        squares = (apart**2).sum(axis=2).min(axis=1)
        return float((squares <= radius**2).mean())

    precision, recall = share(predicted, true), share(true, predicted)
    if precision == 0 or recall == 0:
        return 0.0
    weighted = beta_squared * precision + recall
    return (1 + beta_squared) * precision * recall / weighted


def test_davis_f_is_the_published_one() -> None:
    for comparison, predicted, true in windows_and_images():
        radius = int(np.ceil(0.008 * np.linalg.norm(true.shape)))
        expected = near_f(davis_lines(predicted), davis_lines(true), radius, 1)
        assert davis_f(comparison) == pytest.approx(expected)


def test_relaxed_f_is_by_its_definition() -> None:
    square = np.ones((3, 3), np.uint8)
    for comparison, predicted, true in windows_and_images():
        lines = []
        for mask in (predicted, true):
            eroded = cv2.erode(mask.astype(np.uint8), square)
            lines.append(mask & (eroded == 0))
        expected = near_f(*lines, 3, 0.3)
        assert relaxed_f(comparison) == pytest.approx(expected)
