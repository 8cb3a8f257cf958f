"""Boxes that exports state beside their masks: whether mask and box are of one object."""

from collections.abc import Sequence
from itertools import chain

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
    sides = chain.from_iterable(stated)
    boxes = np.fromiter(sides, np.float64, 4 * len(stated)).reshape(-1, 4)
    with np.errstate(invalid="ignore"):  # NaN is in no range
        is_in_range = np.all(np.abs(boxes) <= _LARGEST, axis=1)
        has_area = np.all(boxes[:, 2:] > 0, axis=1)
    numbers = np.flatnonzero(is_in_range & has_area)

    # Only boxes with an area are compared.
    boxes = boxes[numbers]
    of_masks = mask_boxes[numbers]
    distinct, all_frames = _distinct(frames)
    frame_of = all_frames[numbers]

    # First as x, y, width and height; what does not fit so may be meant as two corners.
    corners = boxes.copy()
    corners[:, 2:] += boxes[:, :2]
    fits = _fit(of_masks, corners, distinct, frame_of)
    others = np.flatnonzero(~fits)
    if others.size:
        fits[others] = _fit(of_masks[others], boxes[others], distinct, frame_of[others])
    found: list[int] = numbers[~fits].tolist()
    return found


def _distinct(frames: Sequence[Frame]) -> tuple[list[Frame], Numbers]:
    """The frames without repeats, and for each box the number of its frame.

    All boxes of an image mostly have one frame, the same object in memory.
    """
    identities = np.fromiter(map(id, frames), np.int64, len(frames))
    _, first, numbers = np.unique(identities, return_index=True, return_inverse=True)
    return [frames[at] for at in first.tolist()], numbers


def _fit(
    mask_boxes: Boxes, corners: _Corners, frames: Sequence[Frame], frame_of: Numbers
) -> NDArray[np.bool_]:
    """(n,) whether each side of a mask's box is near that of the stated corners."""
    stated_boxes = _displayed(corners, frames, frame_of)
    difference = np.abs(stated_boxes - mask_boxes)

    # (n, 2) by width and height, then (n, 4) for the four sides.
    sizes = mask_boxes[:, 2:] - mask_boxes[:, :2]
    allowed = np.maximum(_LEAST_DIFFERENCE, _DIFFERENCE * sizes)
    allowed_of_sides = np.tile(allowed, 2)
    fits: NDArray[np.bool_] = np.all(difference <= allowed_of_sides, axis=1)
    return fits


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
        ends[number] = frame.width, frame.height, frame.width, frame.height
        if frame.annotated is not None:
            height, width = frame.annotated
            scales[number] = ends[number] / (width, height, width, height)

    scaled = np.rint(corners * scales[frame_of])
    clipped = np.minimum(np.maximum(scaled, 0), ends[frame_of])

    # Few pictures are turned, so their boxes are turned one by one.
    for number, frame in enumerate(frames):
        if frame.orientation == 1:
            continue
        size = displayed_size(frame.height, frame.width, frame.orientation)
        for at in np.flatnonzero(frame_of == number).tolist():
            box = Box(*map(int, clipped[at].tolist()))
            clipped[at] = displayed_box(box, *size, frame.orientation)
    return clipped
