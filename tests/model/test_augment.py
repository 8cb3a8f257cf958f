"""Windows that are changed at random: mask and box follow, and the same generator repeats."""

import numpy as np
import pytest

from curate.seeded import generator
from model.augment import augment

HEIGHT, WIDTH = 40, 60
DRAWN = np.array([10, 5, 20, 15], np.float32)


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[5:15, 10:20] = True
    return mask


@pytest.fixture
def image(mask: np.ndarray) -> np.ndarray:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[mask] = 200
    return image


def test_mirrors_move_mask_and_box_together(
    image: np.ndarray, mask: np.ndarray
) -> None:
    corners = set()
    for seed in range(30):
        seen, moved, drawn = augment(image, mask, DRAWN, generator(seed), jitter=1.0)
        x0, y0, x1, y1 = drawn.astype(int).tolist()
        assert moved[y0:y1, x0:x1].all()
        assert moved.sum() == 100
        assert seen[moved].mean() > seen[~moved].mean()
        corners.add((x0, y0))
    assert len(corners) == 4


def test_without_jitter_colours_stay(image: np.ndarray, mask: np.ndarray) -> None:
    for seed in range(10):
        seen, moved, _ = augment(image, mask, DRAWN, generator(seed), jitter=0.0)
        assert (seen[moved] == 200).all()
        assert (seen[~moved] == 0).all()


def test_the_same_generator_gives_the_same_window(
    image: np.ndarray, mask: np.ndarray
) -> None:
    for seed in range(30):
        first, _, _ = augment(image, mask, DRAWN, generator(seed), jitter=1.0)
        again, _, _ = augment(image, mask, DRAWN, generator(seed), jitter=1.0)
        assert np.array_equal(first, again)
