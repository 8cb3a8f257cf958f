"""Overlays: paint lies where the mask is, and resizing keeps picture and mask together."""

import numpy as np
import pytest

from curate.pixels.overlays import (
    DARK,
    YELLOW,
    outline,
    resize_mask,
    resize_picture,
    tint,
)

PINK = (255, 64, 160)


def square(size: int, first: int, last: int) -> np.ndarray:
    """A mask of size × size px with a square from `first` to `last`."""
    mask = np.zeros((size, size), np.bool_)
    mask[first:last, first:last] = True
    return mask


def test_an_outline_is_painted_on_the_boundary_alone() -> None:
    picture = np.full((40, 40, 3), 90, np.uint8)
    outline(picture, square(40, 10, 30), YELLOW, halo=True)
    assert tuple(picture[10, 20]) == YELLOW
    assert (picture[20, 20] == 90).all()
    assert (picture[2, 2] == 90).all()
    beside = picture[8, 20].astype(int)
    assert (beside < 90).all(), "the halo is darker than the picture"
    assert min(DARK) <= beside.min()


def test_the_outline_of_a_hole_is_painted() -> None:
    mask = square(40, 5, 35)
    mask[15:25, 15:25] = False
    picture = np.zeros((40, 40, 3), np.uint8)
    outline(picture, mask, PINK)
    assert tuple(picture[14, 20]) == PINK


def test_a_tint_mixes_its_share() -> None:
    picture = np.full((10, 10, 3), 100, np.uint8)
    tint(picture, square(10, 2, 5), (200, 0, 100), 0.25)
    assert tuple(picture[3, 3]) == (125, 75, 100)
    assert tuple(picture[6, 6]) == (100, 100, 100)


@pytest.mark.parametrize(
    ("scale", "side"), [(0.01, 1), (0.5, 10), (1.0, 20), (3.0, 60)]
)
def test_picture_and_mask_are_resized_alike(scale: float, side: int) -> None:
    mask = square(20, 4, 12)
    picture = np.repeat(mask[..., None], 3, axis=2).astype(np.uint8) * 255
    resized = resize_picture(picture, scale)
    assert resized.shape == (side, side, 3)
    assert (resize_mask(mask, side, side) == (resized[..., 0] > 127)).all()


def test_pixels_show_as_squares_unless_smooth() -> None:
    picture = np.array([[[0] * 3, [255] * 3]], np.uint8)
    assert set(np.unique(resize_picture(picture, 4.0))) == {0, 255}
    assert len(np.unique(resize_picture(picture, 4.0, smooth=True))) > 2
