"""Boxes that exports state beside their masks: whether mask and box are of one object."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.pixels.many_runs import Boxes
from curate.pixels.orientation import displayed_box, displayed_size
from curate.records import Box, StatedBox
from curate.stages.frames import Frame

_LEAST_DIFFERENCE = 4.0  # px; polygons have tips that cover no px, and tools round
_DIFFERENCE = 0.15  # share of the box's side; boxes are drawn with a little slack
_LARGEST = 1e9  # px; a number beyond it says nothing of an image
_NO_BOX = (np.nan,) * 4

_Corners = NDArray[np.float64]
"""(n, 4): x0, y0, x1, y1 of each, px."""


def disagreeing(
    mask_boxes: Boxes, stated: Sequence[StatedBox | None], frame: Frame
) -> list[int]:
    """The numbers of the stated boxes that have a side that is no side of the mask's box.

    `mask_boxes`: in the displayed frame. `stated`: x, y, width and height in `frame`, or
    x0, y0, x1 and y1, which some tools write in their place. A side may be off by 4 px
    and by 15% of the box's length. What is no box with an area disagrees with
    nothing: tools fill in zeros.
    """
    boxes = np.array([each or _NO_BOX for each in stated], np.float64).reshape(-1, 4)
    with np.errstate(invalid="ignore"):  # NaN is in no range
        is_in_range = np.abs(boxes) <= _LARGEST
        has_area = np.all(boxes[:, 2:] > 0, axis=1)
    numbers = np.flatnonzero(np.all(is_in_range, axis=1) & has_area)
    boxes = boxes[numbers]
    of_masks = mask_boxes[numbers]

    from_sizes = boxes.copy()
    from_sizes[:, 2:] += boxes[:, :2]
    fits = _fit(of_masks, from_sizes, frame)
    fits[~fits] = _fit(of_masks[~fits], boxes[~fits], frame)
    found: list[int] = numbers[~fits].tolist()
    return found


def _fit(mask_boxes: Boxes, corners: _Corners, frame: Frame) -> NDArray[np.bool_]:
    """(n,) whether each side of a mask's box is near that of the stated corners."""
    sizes = mask_boxes[:, 2:] - mask_boxes[:, :2]
    allowed = np.maximum(_LEAST_DIFFERENCE, _DIFFERENCE * sizes)
    difference = np.abs(_displayed(corners, frame) - mask_boxes)
    fits: NDArray[np.bool_] = np.all(difference <= np.tile(allowed, 2), axis=1)
    return fits


def _displayed(corners: _Corners, frame: Frame) -> _Corners:
    """Corners of a frame in the displayed frame, clipped to it, in whole px."""
    scale = np.ones(2)
    if frame.annotated is not None:
        annotated_height, annotated_width = frame.annotated
        scale[:] = frame.width / annotated_width, frame.height / annotated_height

    scaled = np.rint(corners * np.tile(scale, 2))
    clipped = np.clip(scaled, 0, (frame.width, frame.height) * 2)
    if frame.orientation == 1:
        return clipped
    size = displayed_size(frame.height, frame.width, frame.orientation)
    for corner in clipped:
        box = Box(*map(int, corner.tolist()))
        corner[:] = displayed_box(box, *size, frame.orientation)
    return clipped
