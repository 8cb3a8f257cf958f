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
    height = px.of_ranges(px.heights)
    frame = px.of_ranges(px.frames)

    # Each range has a side above and one below in each of its columns. Where it goes on
    # into the next column, these are at the bottom of one and at the top of the other.
    first_column, first_row = column_and_row(px.starts - frame, height)
    last_column, last_row = column_and_row(px.ends - frame - 1, height)
    breaks = last_column - first_column
    at_top = breaks + (first_row == 0)
    at_bottom = breaks + (last_row == height - 1)
    above_and_below = _sum(px, 2 * (1 + breaks))

    # Each px has a side to the left and one to the right, unless mask px meet there.
    before = _PxBefore(px)
    beside_start = np.maximum(px.starts - height, frame)
    beside_end = np.maximum(px.ends - height, frame)
    meeting = before.count(beside_end) - before.count(beside_start)
    area = _sum(px, px.ends - px.starts)
    left_and_right = 2 * (area - _sum(px, meeting))

    # The first and the last column of each frame lie on its edge.
    frame_ends = px.frames + px.heights * px.widths
    second_column = px.frames + px.heights
    final_column = frame_ends - px.heights
    at_left = before.count(second_column) - before.count(px.frames)
    at_right = before.count(frame_ends) - before.count(final_column)
    at_top_and_bottom = _sum(px, at_top + at_bottom)
    return OutlineSides(
        all=above_and_below + left_and_right,
        on_edge=at_top_and_bottom + at_left + at_right,
    )


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
