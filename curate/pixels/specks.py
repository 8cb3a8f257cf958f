"""Specks and pinholes of a mask: what thresholds and noise leave, and nobody draws."""

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.outline_sides import outline_sides
from curate.pixels.run_lengths import Positions, RunLengths, from_borders
from curate.records import Box

_SPECK_PX = 9  # a block of 3 x 3 px
_SPECKS = 10
_SIDES_PER_SPECK = 100  # a long outline between twigs leaves some
_NOWHERE = np.iinfo(np.int64).max


def is_speckled(runs: RunLengths, box: Box) -> bool:
    """Whether ten specks or pinholes of 9 px or less are in the mask; `box` is its own.

    A speck is an 8-connected piece, a pinhole a 4-connected hole. Nobody draws so many
    by hand. A mask with an outline of more than 1,000 sides of px has one for each 100
    of them.
    """
    apart = runs
    if box.height == runs.height:
        apart = _without_wrapping(runs)
    if _most_specks(apart) < _SPECKS:
        return False

    mask = masks.decode_window(runs, box)
    padded = np.pad(mask, 1).astype(np.uint8)
    pieces = _small_pieces(padded, 8)
    holes = _small_pieces(1 - padded, 4)
    specks = pieces + holes
    if specks < _SPECKS:
        return False
    return specks * _SIDES_PER_SPECK >= outline_sides(runs).all


def _most_specks(runs: RunLengths) -> int:
    """A number that the specks and pinholes of a mask do not exceed, and mostly meet.

    Each begins with a short run that has nothing of its kind to its left. From there
    the first run to the right is followed, until there is none or 9 px are exceeded.
    No run may go on from one column to the next.
    """
    counts = runs.counts
    (at,) = (counts[1:-1] <= _SPECK_PX).nonzero()
    at += 1
    if at.size < _SPECKS:
        return int(at.size)
    at = at[_first_beside(runs, at, -runs.height) < 0]
    px = counts[at]

    found = 0
    while found + at.size >= _SPECKS and at.size:
        beside = _first_beside(runs, at, runs.height)
        ends = beside < 0
        found += int(np.count_nonzero(ends))
        at = beside[~ends]
        px = px[~ends] + counts[at]
        is_small = px <= _SPECK_PX
        at = at[is_small]
        px = px[is_small]
    return found + int(at.size)


def _without_wrapping(runs: RunLengths) -> RunLengths:
    """The mask in a frame with an empty row below, so that each run is in one column."""
    height = runs.height
    starts = runs.borders[::2]
    ends = np.cumsum(runs.counts)[1::2]
    first_column = starts // height
    last_column = (ends - 1) // height

    # Columns that a run enters from the column before it: there the row is a gap.
    entered = last_column - first_column
    first_gap = np.cumsum(entered) - entered
    offset = np.repeat(first_column + 1 - first_gap, entered)
    columns = offset + np.arange(offset.size)
    gap_ends = columns * (height + 1)

    borders = (starts + first_column, ends + last_column, gap_ends - 1, gap_ends)
    ordered = np.sort(np.concatenate(borders))
    return from_borders(ordered, height + 1, runs.width)


def _first_beside(runs: RunLengths, at: Positions, shift: int) -> Positions:
    """(n,) the first run of its kind that touches each run in a column beside it, or -1.

    `at`: (n,) numbers of runs, the odd ones of the mask, which touch at corners, too.
    `shift`: px from a run to the column.
    """
    starts = np.concatenate(([-1], runs.borders, [_NOWHERE]))
    kind = at % 2
    first = starts[at] + shift - kind
    end = starts[at + 1] + shift + kind

    # The run in which the first px lies, or the one after it, which is of the other kind.
    beside = np.searchsorted(runs.borders, first, side="right")
    beside += beside % 2 != kind
    beside[starts[beside] >= end] = -1
    return beside


def _small_pieces(mask: NDArray[np.uint8], connectivity: int) -> int:
    """Number of connected pieces of 9 px or less."""
    _, _, statistics, _ = cv2.connectedComponentsWithStats(
        mask, connectivity=connectivity, ltype=cv2.CV_32S
    )
    areas = statistics[1:, cv2.CC_STAT_AREA]  # without what is no mask
    return int(np.count_nonzero(areas <= _SPECK_PX))
