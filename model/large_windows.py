"""The answer for a window that is too large for the network to see at once: coarse to fine.

The network has learned windows up to 640 px. So a large window is reduced first, and the network
says what the object is. Then the answer goes up through copies of the window, each with twice the
sides of the last, to the window itself. At each of them the pixels near the edge are decided anew,
by that copy's own pixels (`edge_refinement`). Elsewhere the answer of the network holds.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from model.edge_refinement import MASK_LEVEL, Levels, refine
from model.u2net import MIN_SIDE

LARGE_PIXELS = 300_000
"""A window of more pixels is large."""

COARSE_PIXELS = 50_000
"""The most pixels of a large window that the network sees: the window is reduced before."""

_LONGEST_SIDE = 1024  # px, of what the network sees
_SMALLEST_PIECE = 1 / 800  # of what the network sees; smaller pieces and holes vanish

Ask = Callable[[Pixels, NDArray[np.float32]], NDArray[np.float32]]
"""Gives the probabilities (H, W) of a window (H, W, 3) and its drawn box, (4,) px of it."""


def is_large(height: int, width: int) -> bool:
    """Whether a window of this size, px, is answered coarse to fine.

    A side counts as `MIN_SIDE` at least, because the network pads it to that: a thin window is
    large, too, if it is very long.
    """
    seen_height = max(height, MIN_SIDE)
    seen_width = max(width, MIN_SIDE)
    return seen_height * seen_width > LARGE_PIXELS


def coarse_scale(height: int, width: int, pixels: float = COARSE_PIXELS) -> float:
    """The factor for the sides of a window that is reduced for the network: 1 at the most.

    >>> round(coarse_scale(8000, 12000), 4)
    0.0228
    """
    of_area = math.sqrt(pixels / (height * width))
    of_side = _LONGEST_SIDE / max(height, width)
    return min(of_area, of_side, 1.0)


def answer_large(ask: Ask, image: Pixels, drawn: NDArray[np.float32]) -> Levels:
    """The answer for a large window, (H, W) levels.

    `image`: (H, W, 3) uint8 RGB; it is not copied. `drawn`: (4,) px of the window.
    """
    pictures = _pyramid(image)
    smallest = pictures.pop()
    reduced_by = 2 ** len(pictures)
    levels = _coarse_answer(ask, smallest, drawn / reduced_by)

    height, width, _ = smallest.shape
    levels = _resized(levels, height, width)
    levels = refine(smallest, levels)
    while pictures:
        picture = pictures.pop()
        levels = _doubled(levels, picture)
        levels = refine(picture, levels)
    return levels


def _pyramid(image: Pixels) -> list[Pixels]:
    """The image and its halves, quarters …, down to less than four times `COARSE_PIXELS`."""
    pictures = [image]
    height, width, _ = image.shape
    while height * width > 4 * COARSE_PIXELS and min(height, width) > 1:
        height //= 2
        width //= 2
        # An odd row or column is left out: with it, reducing takes ten times as long.
        even = pictures[-1][: 2 * height, : 2 * width]
        pictures.append(_reduced(even, height, width))
    return pictures


def _reduced(image: Pixels, height: int, width: int) -> Pixels:
    """An image at a smaller size, each px the mean of those that it covers."""
    reduced = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8)


def _resized(levels: Levels, height: int, width: int) -> Levels:
    """Levels at a larger size."""
    size = (width, height)
    resized = cv2.resize(levels, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.uint8)


def _doubled(levels: Levels, picture: Pixels) -> Levels:
    """The levels of a half, at the size of the picture; an odd last row or column is repeated."""
    half_height, half_width = levels.shape
    doubled = _resized(levels, 2 * half_height, 2 * half_width)

    height, width, _ = picture.shape
    below = height - 2 * half_height
    right = width - 2 * half_width
    if below == 0 and right == 0:
        return doubled
    padded = cv2.copyMakeBorder(
        doubled,
        top=0,
        bottom=below,
        left=0,
        right=right,
        borderType=cv2.BORDER_REPLICATE,
    )
    return np.asarray(padded, np.uint8)


def _coarse_answer(ask: Ask, picture: Pixels, drawn: NDArray[np.float32]) -> Levels:
    """What the network says of a picture reduced to `COARSE_PIXELS`."""
    height, width, _ = picture.shape
    scale = coarse_scale(height, width)
    own_height = max(1, round(scale * height))
    own_width = max(1, round(scale * width))
    reduced = _reduced(picture, own_height, own_width)

    x = own_width / width
    y = own_height / height
    scales = np.array([x, y, x, y], np.float32)
    probabilities = ask(reduced, drawn * scales)
    levels = np.rint(255 * probabilities)
    return _without_specks(levels.astype(np.uint8))


def _without_specks(levels: Levels) -> Levels:
    """The levels without the pieces and holes that are too small to be seen at this size.

    Enlarged, each of them would be a thing by itself, and have an edge of its own to be found.
    """
    least = round(levels.size * _SMALLEST_PIECE)
    clean = levels.copy()
    is_mask = clean >= MASK_LEVEL
    pieces = _specks(is_mask, least)
    clean[pieces] = 0

    # A piece that has gone is part of what is around it, and no hole.
    is_outside = clean < MASK_LEVEL
    holes = _specks(is_outside, least)
    clean[holes] = 255
    return clean


def _specks(mask: Mask, least: int) -> Mask:
    """The 8-connected pieces of a mask that have less than `least` px."""
    pixels = mask.astype(np.uint8)
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(pixels)
    areas = statistics[:, cv2.CC_STAT_AREA]
    is_speck = areas < least
    is_speck[0] = False  # what is outside the mask
    specks: Mask = is_speck[pieces]
    return specks
