"""How much an outline covers of each pixel in some box of a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.records import Box
from examples.scenes.outlines import Outline
from examples.scenes.painting import SUBPIXEL_BITS
from examples.scenes.things import all_points

Alpha = NDArray[np.float32]
"""(h, w) float32, 0 to 1: the share of each px that is covered."""

_SMALLEST = 3  # px: a box with a shorter side shows nothing
_FARTHEST = 2**20  # sixteenths of a px; OpenCV's own limit is higher


def pixels_of(box: Box) -> tuple[slice, slice]:
    """The index of a box's px in a picture.

    >>> np.zeros((9, 9))[pixels_of(Box(2, 3, 4, 8))].shape
    (5, 2)
    """
    return slice(box.y0, box.y1), slice(box.x0, box.x1)


def clipped_box(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    size: tuple[int, int],
) -> Box:
    """The whole px of a box, clipped to a picture whose height and width are `size`."""
    height, width = size
    left, right = np.clip([x0, x1], 0, width).astype(int).tolist()
    top, bottom = np.clip([y0, y1], 0, height).astype(int).tolist()
    return Box(left, top, right, bottom)


def overlap(one: Box, other: Box) -> Box | None:
    """What two boxes have in common, None where that is nothing."""
    x0 = max(one.x0, other.x0)
    y0 = max(one.y0, other.y0)
    x1 = min(one.x1, other.x1)
    y1 = min(one.y1, other.y1)
    if x1 <= x0 or y1 <= y0:
        return None
    return Box(x0, y0, x1, y1)


def seen_from(corner: Box, box: Box) -> Box:
    """A box, counted from the upper left corner of another."""
    x = corner.x0
    y = corner.y0
    return Box(
        x0=box.x0 - x,
        y0=box.y0 - y,
        x1=box.x1 - x,
        y1=box.y1 - y,
    )


@dataclass(frozen=True, slots=True)
class Cover:
    """The coverage of the px of a box."""

    box: Box
    alpha: Alpha

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(h, w): px that are covered by half or more."""
        return self.alpha >= 0.5

    def read(self, wanted: Box) -> Alpha:
        """The coverage of the px of another box; 0 outside this one."""
        result = np.zeros((wanted.height, wanted.width), np.float32)
        common = overlap(self.box, wanted)
        if common is not None:
            source = pixels_of(seen_from(self.box, common))
            target = pixels_of(seen_from(wanted, common))
            result[target] = self.alpha[source]
        return result


def box_around(
    outlines: list[Outline], size: tuple[int, int], margin: int
) -> Box | None:
    """The px that outlines reach, with a margin, inside a picture of a height and width.

    None where that is too little to see.
    """
    height, width = size
    points = all_points(outlines)
    low = np.floor(points.min(axis=0)).astype(int) - margin
    high = np.ceil(points.max(axis=0)).astype(int) + margin
    x0, y0 = np.maximum(low, 0).tolist()
    x1, y1 = np.minimum(high, (width, height)).tolist()
    if x1 - x0 < _SMALLEST or y1 - y0 < _SMALLEST:
        return None
    return Box(x0, y0, x1, y1)


def coverage(outlines: list[Outline], box: Box, fine: int) -> Cover:
    """How much the union of the outlines covers of each px of a box.

    It is counted on a grid `fine` times as fine as the picture's.
    """
    shape = (box.height * fine, box.width * fine)
    canvas = np.zeros(shape, np.uint8)
    corner = (box.x0, box.y0)
    for outline in outlines:
        rings = []
        for ring in outline:
            # OpenCV's coordinates are those of px centres.
            on_grid = (ring - corner) * fine - 0.5
            fixed = on_grid * 2**SUBPIXEL_BITS
            clipped = np.clip(fixed, -_FARTHEST, _FARTHEST)
            rounded = clipped.round()
            rings.append(rounded.astype(np.int32))
        cv2.fillPoly(
            canvas,
            rings,
            (255,),
            cv2.LINE_8,
            shift=SUBPIXEL_BITS,
        )
    size = (box.width, box.height)
    small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA)
    return Cover(box, small.astype(np.float32) / np.float32(255))
