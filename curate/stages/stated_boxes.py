"""Boxes that exports state beside their masks: whether mask and box are of one object."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.pixels.many_runs import Boxes, Numbers
from curate.pixels.orientation import displayed_box, displayed_size
from curate.records import Box, StatedBox
from curate.stages.frames import Frame

_LEAST_DIFFERENCE = 4.0  # px; polygons have tips that cover no px, and tools round
_DIFFERENCE = 0.15  # share of the box's side; boxes are drawn with a little slack
_LARGEST = 1e9  # px; a number beyond it says nothing of an image

_Corners = NDArray[np.float64]
"""(n, 4): x0, y0, x1, y1 of each, px."""


def disagreeing(
    mask_boxes: Boxes, stated: Sequence[StatedBox], frames: Sequence[Frame]
) -> list[int]:
    """The numbers of the stated boxes with a side that is not at the same side of the mask's box.

    A side may be off by 4 px, or by 15% of the box's length if that is more. What is no box with
    an area disagrees with nothing: tools fill in zeros.

    `mask_boxes`: (n, 4) in the displayed frame. `stated`: x, y, width and height, or x0, y0, x1
    and y1, which some tools write in their place. `frames`: those of the stated boxes.
    """
    # Only boxes with an area are compared.
    all_boxes = np.array(stated, np.float64)
    numbers = np.flatnonzero(_have_area(all_boxes))
    boxes = all_boxes[numbers]
    of_masks = mask_boxes[numbers]
    distinct, all_frames = _distinct(frames)
    frame_of = all_frames[numbers]

    # First as x, y, width and height; what does not fit so may be meant as two corners.
    corners = boxes.copy()
    corners[:, 2:] += boxes[:, :2]
    fits = _fit(of_masks, corners, distinct, frame_of)
    others = np.flatnonzero(~fits)
    if others.size:
        fits[others] = _fit(
            of_masks[others],
            boxes[others],
            distinct,
            frame_of[others],
        )
    found: list[int] = numbers[~fits].tolist()
    return found


def _have_area(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) whether the last two numbers of each box are above 0, and all are in range."""
    with np.errstate(invalid="ignore"):  # NaN is in no range
        is_in_range = np.abs(boxes) <= _LARGEST
        is_positive = boxes[:, 2:] > 0
    all_in_range = is_in_range.all(axis=1)
    both_positive = is_positive.all(axis=1)
    return np.asarray(all_in_range & both_positive)


def _distinct(frames: Sequence[Frame]) -> tuple[list[Frame], Numbers]:
    """The frames without repeats, and for each box the number of its frame.

    All boxes of an image mostly have one frame, the same object in memory.
    """
    distinct: list[Frame] = []
    number_of: dict[int, int] = {}  # by the identity of a frame
    numbers = []
    for frame in frames:
        number = number_of.setdefault(id(frame), len(distinct))
        if number == len(distinct):
            distinct.append(frame)
        numbers.append(number)
    return distinct, np.array(numbers, np.int64)


def _fit(
    mask_boxes: Boxes, corners: _Corners, frames: Sequence[Frame], frame_of: Numbers
) -> NDArray[np.bool_]:
    """(n,) whether each side of a mask's box is near that of the stated corners."""
    stated_boxes = _displayed(corners, frames, frame_of)
    difference = np.abs(stated_boxes - mask_boxes)

    # (n, 2) by width and height, then (n, 4) for the four sides.
    first_corners = mask_boxes[:, :2]
    sizes = mask_boxes[:, 2:] - first_corners
    allowed = np.maximum(_LEAST_DIFFERENCE, _DIFFERENCE * sizes)
    allowed_of_sides = np.tile(allowed, 2)

    is_near = difference <= allowed_of_sides
    return np.asarray(is_near.all(axis=1))


def _displayed(
    corners: _Corners, frames: Sequence[Frame], frame_of: Numbers
) -> _Corners:
    """The corners of boxes in the displayed frame, clipped to it, in whole px.

    `corners`: each in its own frame. `frame_of`: (n,) the number of that frame.
    """
    # (frames, 4): the ends of x0, y0, x1 and y1 in each frame, and how they are scaled to it.
    ends = np.empty((len(frames), 4))
    scales = np.ones_like(ends)
    for number, frame in enumerate(frames):
        ends[number] = (frame.width, frame.height) * 2
        if frame.annotated is not None:
            height, width = frame.annotated
            annotated_ends = (width, height) * 2
            scales[number] = ends[number] / annotated_ends

    scaled = corners * scales[frame_of]
    rounded = np.rint(scaled)
    above_zero = np.maximum(rounded, 0)
    clipped = np.minimum(above_zero, ends[frame_of])

    # Few pictures are turned, so their boxes are turned one by one.
    for number, frame in enumerate(frames):
        if frame.orientation == 1:
            continue
        height, width = displayed_size(frame.height, frame.width, frame.orientation)
        of_frame = np.flatnonzero(frame_of == number)
        for row in of_frame.tolist():
            corners_in_px = map(int, clipped[row].tolist())
            stored = Box(*corners_in_px)
            clipped[row] = displayed_box(stored, height, width, frame.orientation)
    return clipped
