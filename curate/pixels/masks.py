"""Masks: between bool arrays and run-lengths, placed, joined and measured.

What works on run-lengths costs the mask and not its image.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.run_lengths import RunLengths, from_borders, runs_between
from curate.reasons import Reason, Refusal
from curate.records import Box

Mask = NDArray[np.bool_]
"""(height, width) bool: the pixels of an object."""


def encode(mask: Mask) -> RunLengths:
    """Run-lengths of a (height, width) bool array."""
    height, width = mask.shape
    return from_borders(_changes(mask.T.ravel()), height, width)


def decode(runs: RunLengths) -> Mask:
    """The (height, width) bool array of run-lengths."""
    return decode_window(runs, Box(0, 0, runs.width, runs.height))


def decode_window(runs: RunLengths, window: Box) -> Mask:
    """The mask inside a window of its frame, (y1 - y0, x1 - x0) bool.

    Costs the window, not the frame. Raises ValueError if the window leaves the frame.
    """
    x0, y0, x1, y1 = window
    if not (0 <= x0 <= x1 <= runs.width and 0 <= y0 <= y1 <= runs.height):
        raise ValueError(f"window {window} leaves the image of {runs.width} x {runs.height} px")
    rows = y1 - y0
    columns = x1 - x0
    pixels = rows * columns

    # Clipping keeps the order of positions, so each border outside the window lands on the edge
    # where it takes effect.
    column, row = np.divmod(runs.borders, runs.height)
    row_inside = np.clip(row - y0, 0, rows)
    inside = np.clip((column - x0) * rows + row_inside, 0, pixels)

    counts = runs_between(inside, pixels)
    values = np.arange(counts.size) % 2 == 1
    by_column = np.repeat(values, counts).reshape(columns, rows)
    return np.ascontiguousarray(by_column.T)


def place(mask: Mask, x: int, y: int, height: int, width: int) -> RunLengths:
    """Run-lengths over height × width px of a small (h, w) bool mask with its top left px at x, y.

    What reaches beyond the frame is cut off. Raises Refusal outside_image if nothing is inside.
    """
    rows, columns = mask.shape
    top = max(0, -y)
    left = max(0, -x)
    bottom = max(top, height - y)
    right = max(left, width - x)
    inside = mask[top:bottom, left:right]
    if inside.size == 0:
        where = f"{columns} x {rows} px at {x}, {y}"
        raise Refusal(Reason.OUTSIDE_IMAGE, f"{where}: outside the image of {width} x {height} px")

    # One empty row below keeps runs from going on into the next column.
    padded = np.pad(inside.T, ((0, 0), (0, 1)))
    column, row = np.divmod(_changes(padded.ravel()), padded.shape[1])
    borders = (column + x + left) * height + row + y + top
    return from_borders(borders, height, width)


def area(runs: RunLengths) -> int:
    """Number of px of the mask."""
    return int(runs.counts[1::2].sum())


def box(runs: RunLengths) -> Box:
    """The tight box of the mask; 0, 0, 0, 0 if the mask is empty."""
    height = runs.height
    ends = np.cumsum(runs.counts)
    first = ends[:-1:2]
    last = ends[1::2] - 1
    if last.size == 0:
        return Box(0, 0, 0, 0)

    left = int(first[0] // height)
    right = int(last[-1] // height) + 1
    # A run that goes on in the next column touches the bottom of one and the top of the other.
    if np.any(first // height != last // height):
        return Box(left, 0, right, height)
    top = int((first % height).min())
    bottom = int((last % height).max()) + 1
    return Box(left, top, right, bottom)


def union(masks: Sequence[RunLengths]) -> RunLengths:
    """What any of the masks covers. All have one frame, and there is at least one."""
    first = masks[0]
    if len(masks) == 1:
        return first

    # Along the frame each border opens (+1) or closes (-1) one mask: covered is where any is open.
    borders = [runs.borders for runs in masks]
    steps = [1 - 2 * (np.arange(each.size) % 2) for each in borders]
    positions, group = np.unique(np.concatenate(borders), return_inverse=True)
    change = np.bincount(group, np.concatenate(steps), positions.size)
    is_covered = np.cumsum(change) > 0
    is_border = np.diff(is_covered, prepend=False)
    return from_borders(positions[is_border], first.height, first.width)


def subtract(runs: RunLengths, holes: RunLengths) -> RunLengths:
    """What the mask covers and the holes do not. Both have one frame."""
    return _invert(union([_invert(runs), holes]))


def reorient(runs: RunLengths, orientation: int) -> RunLengths:
    """A mask of the stored frame in the displayed frame of an EXIF orientation, 1 to 8.

    From 5 on, height and width change places. Source: EXIF 2.32, 4.6.4.A, tag 0x0112.
    """
    height = runs.height
    width = runs.width
    if orientation == 1:
        return runs
    if area(runs) == 0:
        if orientation >= 5:
            height, width = width, height
        return RunLengths(runs.counts, height, width)

    bounds = box(runs)
    mask = decode_window(runs, bounds)
    x0, y0, x1, y1 = bounds
    if orientation >= 5:
        mask = mask.T
        height, width = width, height
        x0, y0, x1, y1 = y0, x0, y1, x1
    if orientation in (2, 3, 6, 7):
        mask = mask[:, ::-1]
        x0 = width - x1
    if orientation in (3, 4, 7, 8):
        mask = mask[::-1]
        y0 = height - y1
    return place(mask, x0, y0, height, width)


def components(mask: Mask) -> list[tuple[Mask, int, int]]:
    """8-connected components of a (H, W) bool mask: each in its own box, with that box's x and y.

    In the order of their first px, top to bottom, then left to right.
    """
    if not mask.any():
        return []
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)

    found = []
    for label, (x, y, columns, rows, _) in enumerate(stats.tolist()):
        if label == 0:  # everything that is not mask
            continue
        piece = labels[y : y + rows, x : x + columns] == label
        first_x = x + int(piece[0].argmax())
        found.append(((y, first_x), piece, x, y))

    found.sort(key=lambda each: each[0])
    return [(piece, x, y) for _, piece, x, y in found]


def boundary(mask: Mask, beyond: tuple[bool, bool, bool, bool]) -> Mask:
    """Mask px with a 4-neighbour that is not mask, (H, W) bool.

    `beyond`: whether what lies beyond the left, top, right and bottom side counts as mask.
    """
    left, top, right, bottom = beyond
    padded = np.pad(mask, 1)
    padded[1:-1, 0] = left
    padded[0, 1:-1] = top
    padded[1:-1, -1] = right
    padded[-1, 1:-1] = bottom

    beside = padded[1:-1, :-2] & padded[1:-1, 2:]
    above_and_below = padded[:-2, 1:-1] & padded[2:, 1:-1]
    return mask & ~(beside & above_and_below)


def dilate(mask: Mask, radius: int) -> Mask:
    """Px within `radius` px of the mask, (H, W) bool, clipped to the array.

    The disk holds all offsets with dx² + dy² ≤ radius².
    """
    squares = np.arange(-radius, radius + 1) ** 2
    disk = (squares[:, None] + squares <= radius**2).astype(np.uint8)
    grown = cv2.dilate(mask.astype(np.uint8), disk, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return grown.astype(np.bool_)


def _changes(flat: Mask) -> NDArray[np.int64]:
    """Positions where a flat mask differs from the px before it; the px before the first is 0."""
    changed = np.empty(flat.size, np.bool_)
    changed[:1] = flat[:1]
    np.not_equal(flat[1:], flat[:-1], out=changed[1:])
    return np.flatnonzero(changed)


def _invert(runs: RunLengths) -> RunLengths:
    """The px that the mask does not cover."""
    if runs.counts[0] == 0:
        counts = runs.counts[1:]
    else:
        counts = np.concatenate(([0], runs.counts))
    return RunLengths(counts, runs.height, runs.width)
