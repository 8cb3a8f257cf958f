"""Masks: between bool arrays and run-lengths, placed, joined and measured.

What works on run-lengths costs the mask and not its image.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.orientation import displayed, displayed_box, displayed_size
from curate.pixels.run_lengths import (
    Positions,
    RunLengths,
    from_borders,
    runs_between,
)
from curate.reasons import Reason, Refusal
from curate.records import Box

Mask = NDArray[np.bool_]
"""(height, width) bool: the pixels of an object."""

OfSides = tuple[bool, bool, bool, bool]
"""Something that is so, or not, of the left, top, right and bottom side."""


def encode(mask: Mask) -> RunLengths:
    """Run-lengths of a (height, width) bool array: column by column, zeros first.

    >>> encode(np.array([[0, 1, 1], [0, 0, 1]], bool)).counts
    array([2, 1, 1, 2])
    """
    height, width = mask.shape
    column_by_column = mask.T.ravel()
    return from_borders(_changes(column_by_column), height, width)


def decode(runs: RunLengths) -> Mask:
    """The (height, width) bool array of run-lengths."""
    return decode_window(runs, _frame(runs))


def decode_window(runs: RunLengths, window: Box) -> Mask:
    """The mask inside a window of its frame, (y1 - y0, x1 - x0) bool.

    Costs the window, not the frame. Raises ValueError if the window leaves the frame.
    """
    if not _holds(_frame(runs), window):
        size = f"{runs.width} x {runs.height} px"
        raise ValueError(f"window {window} leaves the image of {size}")
    rows = window.height
    columns = window.width
    pixels = rows * columns

    # Clipping keeps the order of positions, so each border outside the window lands on
    # the edge where it takes effect.
    column, row = np.divmod(runs.borders, runs.height)
    column -= window.x0
    row -= window.y0
    positions = column * rows
    positions += _clipped(row, rows)
    borders = _clipped(positions, pixels)

    counts = runs_between(borders, pixels)
    is_mask = np.zeros(counts.size, np.bool_)
    is_mask[1::2] = True
    by_column = np.repeat(is_mask, counts)
    by_row = by_column.reshape(columns, rows).T
    return np.ascontiguousarray(by_row)


def _clipped(numbers: Positions, most: int) -> Positions:
    """Numbers from 0 to `most`; for few of them `np.clip` takes five times as long."""
    return np.minimum(np.maximum(numbers, 0), most)


def place(
    mask: Mask,
    x: int,
    y: int,
    height: int,
    width: int,
) -> RunLengths:
    """Run-lengths over height × width px of a small (h, w) bool mask.

    `x`, `y`: where its top left px is. What reaches beyond the frame is cut off. Raises
    Refusal outside_image if nothing is inside.
    """
    top = max(0, -y)
    left = max(0, -x)
    bottom = max(top, height - y)
    right = max(left, width - x)
    inside = mask[top:bottom, left:right]
    if inside.size == 0:
        rows, columns = mask.shape
        where = f"{columns} x {rows} px at {x}, {y}"
        frame = f"outside the image of {width} x {height} px"
        raise Refusal(Reason.OUTSIDE_IMAGE, f"{where}: {frame}")

    column, row = _borders(inside)
    column += x + left
    row += y + top
    borders = column * height + row
    return from_borders(borders, height, width)


def area(runs: RunLengths) -> int:
    """Number of px of the mask."""
    ones = runs.counts[1::2]
    return int(ones.sum())


def box(runs: RunLengths) -> Box:
    """The tight box of the mask; 0, 0, 0, 0 if the mask is empty."""
    ends = np.cumsum(runs.counts)
    first = ends[:-1:2]
    last = ends[1::2] - 1
    if last.size == 0:
        return Box(0, 0, 0, 0)

    first_column, first_row = np.divmod(first, runs.height)
    last_column, last_row = np.divmod(last, runs.height)
    left = int(first_column[0])
    right = int(last_column[-1]) + 1

    # A run that goes on in the next column touches the bottom of one and the top of the
    # other.
    goes_on = first_column != last_column
    if goes_on.any():
        return Box(left, 0, right, runs.height)
    top = int(first_row.min())
    bottom = int(last_row.max()) + 1
    return Box(left, top, right, bottom)


def union(masks: Sequence[RunLengths]) -> RunLengths:
    """What any of the masks covers. All have one frame, and there is at least one."""
    first = masks[0]
    if len(masks) == 1:
        return first

    # Along the frame the borders of a mask open it (+1) and close it (-1) in turn.
    borders = []
    steps = []
    for runs in masks:
        own_steps = np.ones(runs.borders.size)
        own_steps[1::2] = -1
        borders.append(runs.borders)
        steps.append(own_steps)
    all_borders = np.concatenate(borders)
    all_steps = np.concatenate(steps)

    # Covered is where any mask is open.
    positions, group = np.unique(all_borders, return_inverse=True)
    change = np.bincount(group, all_steps, positions.size)
    open_masks = np.cumsum(change)
    is_covered = open_masks > 0
    is_border = np.diff(is_covered, prepend=False)
    return from_borders(positions[is_border], first.height, first.width)


def subtract(runs: RunLengths, holes: RunLengths) -> RunLengths:
    """What the mask covers and the holes do not. Both have one frame."""
    outside = _inverted(runs)
    return _inverted(union([outside, holes]))


def reorient(runs: RunLengths, orientation: int) -> RunLengths:
    """A mask of the stored frame in the displayed frame of an EXIF orientation, 1 to 8.

    From 5 on, height and width change places.
    """
    if orientation == 1:
        return runs
    height, width = displayed_size(runs.height, runs.width, orientation)
    bounds = box(runs)
    if bounds.width == 0:
        return RunLengths(runs.counts, height, width)

    mask = decode_window(runs, bounds)
    shown = displayed_box(bounds, height, width, orientation)
    return place(
        displayed(mask, orientation),
        shown.x0,
        shown.y0,
        height,
        width,
    )


def tight_box(mask: Mask) -> Box:
    """The tight box of an (H, W) mask, which is not empty.

    >>> tight_box(np.array([[0, 0, 0], [0, 1, 1]], bool))
    Box(x0=1, y0=1, x1=3, y1=2)
    """
    in_column = mask.any(axis=0)
    in_row = mask.any(axis=1)
    columns = np.flatnonzero(in_column).tolist()
    rows = np.flatnonzero(in_row).tolist()
    return Box(
        x0=columns[0],
        y0=rows[0],
        x1=columns[-1] + 1,
        y1=rows[-1] + 1,
    )


def boundary(mask: Mask, beyond: OfSides) -> Mask:
    """Mask px with a 4-neighbour that is not mask, (H, W) bool.

    `beyond`: whether what is beyond each side counts as mask.
    """
    left, top, right, bottom = beyond
    padded = np.pad(mask, 1)
    padded[1:-1, 0] = left
    padded[0, 1:-1] = top
    padded[1:-1, -1] = right
    padded[-1, 1:-1] = bottom

    rows = padded[1:-1]
    columns = padded[:, 1:-1]
    is_inner = rows[:, :-2] & rows[:, 2:]  # px to the left and to the right
    is_inner &= columns[:-2]  # above
    is_inner &= columns[2:]  # below
    return mask & ~is_inner


def dilate(mask: Mask, radius: int) -> Mask:
    """Px within `radius` px of the mask, (H, W) bool, clipped to the array.

    The disk holds all offsets with dx² + dy² ≤ radius².
    """
    offsets = np.arange(-radius, radius + 1)
    squares = offsets**2
    distances = squares[:, None] + squares
    is_in_disk = distances <= radius**2
    grown = cv2.dilate(
        mask.astype(np.uint8),
        is_in_disk.astype(np.uint8),
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return grown.astype(np.bool_)


def _frame(runs: RunLengths) -> Box:
    return Box(0, 0, runs.width, runs.height)


def _holds(outer: Box, inner: Box) -> bool:
    """Whether a box lies in another; it may be empty, but not turned inside out."""
    x_inside = outer.x0 <= inner.x0 <= inner.x1 <= outer.x1
    y_inside = outer.y0 <= inner.y0 <= inner.y1 <= outer.y1
    return x_inside and y_inside


def _borders(mask: Mask) -> tuple[Positions, Positions]:
    """Column and row of each border of a (H, W) bool mask; row H is a column's foot."""
    # One empty row below keeps runs from going on into the next column.
    below = (0, 1)
    padded = np.pad(mask.T, ((0, 0), below))
    positions = _changes(padded.ravel())
    column, row = np.divmod(positions, padded.shape[1])
    return column, row


def _changes(flat: Mask) -> Positions:
    """Where a flat mask differs from the px before it; the px before the first is 0."""
    changed = np.empty(flat.size, np.bool_)
    changed[:1] = flat[:1]
    np.not_equal(flat[1:], flat[:-1], out=changed[1:])
    return np.flatnonzero(changed)


def _inverted(runs: RunLengths) -> RunLengths:
    """The px that the mask does not cover."""
    counts = runs.counts
    if counts[0] > 0:
        counts = np.insert(counts, 0, 0)
        return RunLengths(counts, runs.height, runs.width)
    return RunLengths(counts[1:], runs.height, runs.width)
