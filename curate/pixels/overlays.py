"""Painting masks on pictures, as an outline or a tint, at the size that people need.

    picture = resize_picture(pixels, 2.0)
    mask = resize_mask(mask, *picture.shape[:2])
    tint(picture, mask, PINK, 0.3)
    outline(picture, mask, PINK)

`tint` and `outline` paint in place. Colours are RGB, 0 to 255.
"""

import cv2
import numpy as np

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask

Colour = tuple[int, int, int]
"""Red, green and blue."""

YELLOW: Colour = (255, 232, 108)
"""For outlines over a dark halo: the two together show on any ground."""

DARK: Colour = (18, 20, 23)
"""The halo's colour."""

_HALO_WIDTH = 1  # px on each side of the line
_SQUARES_FROM = 2.0  # times enlarged; below, the squares would be of uneven size


def resize_picture(pixels: Pixels, scale: float, *, smooth: bool = False) -> Pixels:
    """A picture `scale` times as large, at least one px in each direction.

    A smaller picture is averaged. In one that is twice as large or more each pixel
    shows as a square, unless `smooth` is set: then pixels blend into each other.
    """
    height, width = pixels.shape[:2]
    new_height = max(1, round(height * scale))
    new_width = max(1, round(width * scale))

    if scale < 1:
        method = cv2.INTER_AREA
    elif smooth or scale < _SQUARES_FROM:
        method = cv2.INTER_CUBIC
    else:
        method = cv2.INTER_NEAREST

    # OpenCV takes the width first.
    resized = cv2.resize(pixels, (new_width, new_height), interpolation=method)
    return np.asarray(resized, np.uint8)


def resize_mask(mask: Mask, height: int, width: int) -> Mask:
    """A mask at another size: the pixels of which the old mask covers more than half."""
    coverage = cv2.resize(
        mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA
    )
    covered: Mask = coverage > 0.5
    return covered


def tint(picture: Pixels, mask: Mask, colour: Colour, share: float) -> None:
    """Mix a colour into the pixels of a mask. `share`: 0 leaves them, 1 is the colour alone."""
    under = (1 - share) * picture[mask]
    painted = under + share * np.array(colour)
    picture[mask] = painted.astype(np.uint8)


def outline(
    picture: Pixels, mask: Mask, colour: Colour, width: int = 2, *, halo: bool = False
) -> None:
    """Paint the outline of a mask, and of its holes, `width` px wide.

    `halo` puts a dark line below it.
    """
    lines, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    if halo:
        cv2.drawContours(picture, lines, -1, DARK, width + 2 * _HALO_WIDTH, cv2.LINE_AA)
    cv2.drawContours(picture, lines, -1, colour, width, cv2.LINE_AA)
