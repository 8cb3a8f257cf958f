"""Class numbers that were blended: a mask that was scaled as if it were a photograph.

Between regions of 1 and 5 scaling by averages leaves a rim of 2, 3 and 4, which are other classes.
In a map of classes few px at the edge of a region lie between a lower and a higher neighbour: at
most 9% in street scenes, facades and VOC's, and in these at a quarter of their size. Of the
same maps scaled by averages, 27% and more do.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.class_table import Integers
from curate.pixels.masks import Mask

_FEWEST_PX = 1_024
_FEWEST_NUMBERS = 4  # three may be of a class that is a border between two others
_LEAST_BETWEEN = 0.2  # share of the px at edges
_BLOCK = np.ones((3, 3), np.uint8)


def blended_px(numbers: Integers, distinct: Integers) -> Mask | None:
    """(H, W) bool: the px of class numbers that may be blends; None if the numbers are none.

    `numbers`: (H, W). `distinct`: (n,) the different ones.
    """
    if numbers.size < _FEWEST_PX or distinct.size < _FEWEST_NUMBERS:
        return None
    if numbers.dtype not in (np.uint8, np.uint16):
        numbers = numbers.astype(np.float32)

    lowest, highest = lowest_and_highest(numbers)
    is_between: Mask = (lowest < numbers) & (numbers < highest)
    edges = np.count_nonzero(lowest < highest)
    if np.count_nonzero(is_between) < _LEAST_BETWEEN * edges:
        return None
    return is_between


def lowest_and_highest(numbers: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """(H, W) each: the lowest and the highest number in the 3 x 3 px about each px.

    `numbers`: (H, W) uint8, uint16 or float32, as OpenCV takes them.
    """
    return cv2.erode(numbers, _BLOCK), cv2.dilate(numbers, _BLOCK)
