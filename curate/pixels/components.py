"""8-connected components of masks."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A component in its own box."""

    mask: Mask
    """(rows, columns) bool: those of the box."""
    x: int
    y: int
    """Where the box is."""

    @property
    def first_px(self) -> tuple[int, int]:
        """x and y of the topmost px, the leftmost of these."""
        top_row = self.mask[0]
        return self.x + int(top_row.argmax()), self.y


def split_components(mask: Mask) -> list[Component]:
    """The components of a (H, W) bool mask, in the order of their first px, row by row."""
    if not mask.any():
        return []
    pixels = mask.astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)

    found = []
    for label, numbers in enumerate(stats.tolist()):
        if label == 0:  # everything that is not mask
            continue
        x, y, columns, rows, _ = numbers
        window = labels[y : y + rows, x : x + columns]
        found.append(Component(window == label, x, y))

    found.sort(key=_row_by_row)
    return found


def number_components(mask: Mask) -> tuple[int, NDArray[np.int32]]:
    """How many components a (H, W) bool mask has, and which px is of which.

    (H, W): the number of each px's component, from 1; 0 outside the mask.
    """
    count, numbers = cv2.connectedComponents(
        mask.view(np.uint8),
        connectivity=8,
        ltype=cv2.CV_32S,
    )
    return count - 1, numbers.astype(np.int32, copy=False)


def _row_by_row(component: Component) -> tuple[int, int]:
    x, y = component.first_px
    return y, x
