"""The masks of many objects of one photo, each inside its own window, decoded together.

A step in numpy costs as much for the runs of one mask as for those of some thousand, so the
run-lengths of all of a photo's masks go through each step at once.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels import coco_text
from curate.pixels.masks import Mask
from curate.pixels.run_lengths import Positions, check_sums
from curate.records import Box


def decode_windows(
    texts: Sequence[str], windows: Sequence[Box], height: int, width: int
) -> Iterator[Mask]:
    """The mask of each text inside its window, (y1 - y0, x1 - x0) bool.

    `texts`: run-lengths over `height` × `width` px, compressed as COCO does; at least one. Costs
    the windows, not the photo. Raises Refusal bad_run_lengths, and ValueError if a window is empty
    or leaves the photo.
    """
    boxes = np.array(windows, np.int64)
    _check(boxes, height, width)
    counts, sizes = coco_text.read_many_runs(texts)
    check_sums(counts, sizes, height, width)

    # Clipping keeps the order of positions, so each border outside a window lands on the edge
    # where it takes effect. The last run ends at the end of the photo, so of the window, too.
    ends = _ends(counts, sizes)
    left, top, right, bottom = np.repeat(boxes, sizes, axis=0).T
    column, row = np.divmod(ends, height)
    rows = bottom - top
    row_inside = _clipped(row - top, rows)
    position = (column - left) * rows + row_inside
    inside = _clipped(position, (right - left) * rows)

    # All windows lie one after the other.
    pixels = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    last_px = np.cumsum(pixels)
    first_px = last_px - pixels
    all_ends = inside + np.repeat(first_px, sizes)
    lengths = np.diff(all_ends, prepend=0)
    flat = np.repeat(_is_one(sizes), lengths)

    for window, start, end in zip(windows, first_px, last_px, strict=True):
        by_column = flat[start:end].reshape(window.width, window.height)
        by_row = cv2.transpose(by_column.view(np.uint8))  # three times as fast as numpy
        yield by_row.view(np.bool_)


def _check(boxes: NDArray[np.int64], height: int, width: int) -> None:
    """ValueError if a window leaves the photo, or is empty."""
    x0, y0, x1, y1 = boxes.T
    is_inside = (x0 >= 0) & (x0 < x1) & (x1 <= width)
    is_inside &= (y0 >= 0) & (y0 < y1) & (y1 <= height)
    if not is_inside.all():
        window = Box(*boxes[np.argmin(is_inside)].tolist())
        raise ValueError(f"window {window} leaves the image of {width} x {height} px")


def _ends(counts: Positions, sizes: NDArray[np.int64]) -> Positions:
    """Where each run ends in its own photo."""
    ends = np.cumsum(counts)
    before = np.zeros(sizes.size, np.int64)
    before[1:] = ends[np.cumsum(sizes)[:-1] - 1]
    return ends - np.repeat(before, sizes)


def _is_one(sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each run is of mask px: every second one of each mask."""
    first = np.cumsum(sizes) - sizes
    place = np.arange(sizes.sum()) - np.repeat(first, sizes)
    is_one: NDArray[np.bool_] = place % 2 == 1
    return is_one


def _clipped(numbers: Positions, most: Positions) -> Positions:
    return np.minimum(np.maximum(numbers, 0), most)
