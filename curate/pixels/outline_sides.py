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
    beside_start = np.maximum(px.starts - height, frame)
    beside_end = np.maximum(px.ends - height, frame)
    meeting = _px_between(px, beside_start, beside_end)
    area = _sum(px, px.ends - px.starts)
    left_and_right = 2 * (area - _sum(px, meeting))

    # The first and the last column of each frame lie on its edge.
    frame_ends = px.frames + px.heights * px.widths
    second_column = px.frames + px.heights
    final_column = frame_ends - px.heights
    at_left = _px_between(px, px.frames, second_column)
    at_right = _px_between(px, final_column, frame_ends)
    at_top_and_bottom = _sum(px, at_top + at_bottom)
    return OutlineSides(
        all=above_and_below + left_and_right,
        on_edge=at_top_and_bottom + at_left + at_right,
    )


def _sum(px: MaskPx, values: Numbers) -> Numbers:
    """(n,) the sum of a value of each range for each mask."""
    return np.add.reduceat(values, px.first)


def _px_between(px: MaskPx, starts: Positions, ends: Positions) -> NDArray[np.int64]:
    """(k,) the number of mask px of all masks from each start to before its end."""
    return _px_before(px, ends) - _px_before(px, starts)


def _px_before(px: MaskPx, at: Positions) -> NDArray[np.int64]:
    """(k,) the number of mask px of all masks before each position."""
    ranges_begun = np.searchsorted(px.starts, at, side="right")
    px_of_ranges = sums_before(px.ends - px.starts)
    px_begun = px_of_ranges[ranges_begun]

    # The last range that has begun may go on beyond the position. Where no range has begun, an
    # end of 0 is never beyond it.
    ends = np.concatenate(([0], px.ends))
    px_beyond = np.maximum(ends[ranges_begun] - at, 0)
    before: NDArray[np.int64] = px_begun - px_beyond
    return before
