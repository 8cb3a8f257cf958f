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
    """The numbers of the stated boxes that have a side that is no side of the mask's box.

    `mask_boxes`: in the displayed frame. `stated`: x, y, width and height in the frame of
    each, or x0, y0, x1 and y1, which some tools write in their place. A side may be off by 4 px
    and by 15% of the box's length. What is no box with an area disagrees with
    nothing: tools fill in zeros.
    """
    boxes = np.array(stated, np.float64)
    with np.errstate(invalid="ignore"):  # NaN is in no range
        is_in_range = np.abs(boxes) <= _LARGEST
        has_area = np.all(boxes[:, 2:] > 0, axis=1)
    numbers = np.flatnonzero(np.all(is_in_range, axis=1) & has_area)
    boxes = boxes[numbers]
    of_masks = mask_boxes[numbers]
    distinct, frame_of = _distinct(frames)
    frame_of = frame_of[numbers]

    from_sizes = boxes.copy()
    from_sizes[:, 2:] += boxes[:, :2]
    fits = _fit(of_masks, from_sizes, distinct, frame_of)
    others = np.flatnonzero(~fits)
    if others.size:
        fits[others] = _fit(of_masks[others], boxes[others], distinct, frame_of[others])
    found: list[int] = numbers[~fits].tolist()
    return found


def _distinct(frames: Sequence[Frame]) -> tuple[list[Frame], Numbers]:
    """The frames without repeats, which all boxes of an image are, and the number of each."""
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
    sizes = mask_boxes[:, 2:] - mask_boxes[:, :2]
    allowed = np.maximum(_LEAST_DIFFERENCE, _DIFFERENCE * sizes)
    difference = np.abs(_displayed(corners, frames, frame_of) - mask_boxes)
    fits: NDArray[np.bool_] = np.all(difference <= np.tile(allowed, 2), axis=1)
    return fits


def _displayed(
    corners: _Corners, frames: Sequence[Frame], frame_of: Numbers
) -> _Corners:
    """Corners in the frame of each, in its displayed frame, clipped to it, in whole px.

    `frame_of`: (n,) the number of the frame of each.
    """
    ends = [(frame.width, frame.height) * 2 for frame in frames]
    sides = np.array(ends, np.float64).reshape(-1, 4)
    scales = np.ones_like(sides)
    for number, frame in enumerate(frames):
        if frame.annotated is not None:
            height, width = frame.annotated
            scales[number] = sides[number] / ((width, height) * 2)

    scaled = np.rint(corners * scales[frame_of])
    clipped = np.minimum(np.maximum(scaled, 0), sides[frame_of])
    for number, frame in enumerate(frames):
        if frame.orientation == 1:
            continue
        size = displayed_size(frame.height, frame.width, frame.orientation)
        for at in np.flatnonzero(frame_of == number).tolist():
            box = Box(*map(int, clipped[at].tolist()))
            clipped[at] = displayed_box(box, *size, frame.orientation)
    return clipped
