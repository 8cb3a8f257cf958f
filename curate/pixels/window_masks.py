"""The masks of many objects of one photo, each inside its own window, decoded together.

A step in numpy costs as much for the runs of one mask as for those of some thousand, so the
run-lengths of all of a photo's masks go through each step at once.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from curate.pixels import coco_text
from curate.pixels.many_runs import Boxes, ManyRuns
from curate.pixels.masks import Mask
from curate.pixels.ragged import sizes_of, starts_of
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
    runs = _read(texts, height, width)

    # All windows lie one after the other in one array, column by column.
    x0, y0, x1, y1 = boxes.T
    widths = x1 - x0
    heights = y1 - y0
    pixels = widths * heights
    starts = starts_of(pixels)

    run_ends = _ends_in_windows(runs, boxes, height, width)
    run_ends += starts[runs.owners]
    run_lengths = sizes_of(run_ends)
    is_mask = np.repeat(runs.is_one, run_lengths)

    for window, start in zip(windows, starts.tolist(), strict=True):
        end = start + window.width * window.height
        by_column = is_mask[start:end].reshape(window.width, window.height)
        by_row = cv2.transpose(by_column.view(np.uint8))  # three times as fast as numpy
        yield by_row.view(np.bool_)


def _read(texts: Sequence[str], height: int, width: int) -> ManyRuns:
    """The run-lengths of all texts. Refusal bad_run_lengths."""
    counts, sizes = coco_text.read_many_runs(texts)
    check_sums(counts, sizes, height, width)
    return ManyRuns(
        counts,
        sizes,
        heights=np.full_like(sizes, height),
        widths=np.full_like(sizes, width),
    )


def _ends_in_windows(
    runs: ManyRuns, boxes: Boxes, height: int, width: int
) -> Positions:
    """Where each run ends in its own window, column by column.

    `height`, `width`: of the photo, which is the frame of all.
    """
    # In the photo of each mask: its runs cover the photo once.
    owners = runs.owners
    photo_px = height * width
    ends = np.cumsum(runs.counts)
    ends -= owners * photo_px
    column, row = np.divmod(ends, height)

    # Clipping keeps the order of positions, so each end outside a window lands on the edge
    # where it takes effect. The last run ends with the photo, so with the window, too.
    left, top, right, bottom = boxes[owners].T
    rows = bottom - top
    columns = right - left
    pixels = columns * rows

    row -= top
    column -= left
    row_inside = _clipped(row, rows)
    position = column * rows
    position += row_inside
    return _clipped(position, pixels)


def _check(boxes: Boxes, height: int, width: int) -> None:
    """ValueError if a window leaves the photo, or is empty."""
    x0, y0, x1, y1 = boxes.T
    is_inside = x0 >= 0
    is_inside &= y0 >= 0
    is_inside &= x1 <= width
    is_inside &= y1 <= height
    is_inside &= x0 < x1
    is_inside &= y0 < y1
    if is_inside.all():
        return

    first_outside = np.argmin(is_inside)
    window = Box(*boxes[first_outside].tolist())
    raise ValueError(f"window {window} leaves the image of {width} x {height} px")


def _clipped(numbers: Positions, most: Positions) -> Positions:
    return np.minimum(np.maximum(numbers, 0), most)
