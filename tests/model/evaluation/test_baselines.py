import numpy as np
import pytest

from curate.pixels.images import Pixels
from model.evaluation.baselines import ellipse, grabcut, rectangle
from model.evaluation.comparison import overlap


def blank(height: int, width: int) -> Pixels:
    return np.zeros((height, width, 3), np.uint8)


def test_an_ellipse_fills_its_box() -> None:
    drawn = (10, 5, 50, 35)
    mask = ellipse(blank(40, 60), drawn)
    assert mask.sum() == pytest.approx(np.pi / 4 * 40 * 30, rel=0.01)
    assert not (mask & ~rectangle(blank(40, 60), drawn)).any()
    assert mask[20, 10:50].all()
    assert mask[5:35, 29:31].all()


def test_a_rectangle_is_the_drawn_box() -> None:
    mask = rectangle(blank(40, 60), (10, 5, 50, 35))
    assert mask.sum() == 40 * 30
    assert mask[5:35, 10:50].all()


def test_grabcut_finds_a_disk_or_says_that_it_failed() -> None:
    disk = ellipse(blank(60, 60), (15, 15, 45, 45))
    image = np.random.default_rng(0).integers(0, 40, (60, 60, 3), np.uint8)
    image[disk] += 180
    mask = grabcut(image, (12, 12, 48, 48))
    assert mask is not None
    assert overlap(mask, disk).iou > 0.95
    again = grabcut(image, (12, 12, 48, 48))
    assert again is not None
    assert np.array_equal(mask, again)
    assert grabcut(image, (0, 0, 60, 60)) is None  # no background to learn from
