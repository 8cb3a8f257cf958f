"""The outlines of masks in sides of px, counted on their run-lengths alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.pixels.many_runs import MaskPx, Numbers
from curate.pixels.ragged import column_and_row, sums_before
from curate.pixels.run_lengths import Positions


@dataclass(frozen=True, slots=True, eq=False)
class OutlineSides:
    """Numbers of sides of px between mask and not mask; beyond the image nothing is mask."""

    all: Numbers
    """(n,): one for each mask."""
    on_edge: Numbers
    """(n,): those that are the image's edge."""


def outline_sides(px: MaskPx) -> OutlineSides:
    """The outline of each mask."""
    before = _PxBefore(px)
    above_and_below, at_top_and_bottom = _above_and_below(px)
    return OutlineSides(
        all=above_and_below + _left_and_right(px, before),
        on_edge=at_top_and_bottom + _at_left_and_right(px, before),
    )


def _above_and_below(px: MaskPx) -> tuple[Numbers, Numbers]:
    """(n,) the sides above and below px of each mask, and those that are the image's edge.

    Each range has a side above and one below in each of its columns. Where it goes on into the next
    column, these are at the bottom of one and at the top of the other.
    """
    height = px.of_ranges(px.heights)
    frame = px.of_ranges(px.frames)
    first_column, first_row = column_and_row(px.starts - frame, height)
    last_column, last_row = column_and_row(px.ends - frame - 1, height)

    columns_left = last_column - first_column
    at_top = columns_left + (first_row == 0)
    at_bottom = columns_left + (last_row == height - 1)
    all_sides = 2 * (1 + columns_left)
    return _sum(px, all_sides), _sum(px, at_top + at_bottom)


def _left_and_right(px: MaskPx, before: "_PxBefore") -> Numbers:
    """(n,) the sides to the left and right of px of each mask.

    Each px has both, unless mask px meet there.
    """
    height = px.of_ranges(px.heights)
    frame = px.of_ranges(px.frames)

    # The px to the left of each range. A range in the first column has none.
    beside_start = np.maximum(px.starts - height, frame)
    beside_end = np.maximum(px.ends - height, frame)
    meeting = before.count(beside_end) - before.count(beside_start)
    apart = px.ends - px.starts
    apart -= meeting
    return 2 * _sum(px, apart)


def _at_left_and_right(px: MaskPx, before: "_PxBefore") -> Numbers:
    """(n,) the px of each mask in the first and the last column of its frame."""
    starts = px.frames
    ends = starts + px.heights * px.widths
    second_column = starts + px.heights
    last_column = ends - px.heights
    at_left = before.count(second_column) - before.count(starts)
    at_right = before.count(ends) - before.count(last_column)
    return at_left + at_right


def _sum(px: MaskPx, values: Numbers) -> Numbers:
    """(n,) the sum of a value of each range for each mask."""
    return np.add.reduceat(values, px.first)


class _PxBefore:
    """Counts mask px of all masks before positions."""

    def __init__(self, px: MaskPx) -> None:
        self._starts = px.starts
        # What holds for the last range that has begun, with a first entry for none.
        self._ends = np.concatenate(([0], px.ends))
        self._px = sums_before(px.ends - px.starts)

    def count(self, at: Positions) -> NDArray[np.int64]:
        """(k,) the number of mask px before each position."""
        begun = np.searchsorted(self._starts, at, side="right")

        # The last range that has begun may go on beyond the position. An end of 0 never does.
        px_beyond = np.maximum(self._ends[begun] - at, 0)
        before: NDArray[np.int64] = self._px[begun] - px_beyond
        return before
