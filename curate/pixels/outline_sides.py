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
    above_and_below, at_top_and_bottom = _above_and_below(px)
    return OutlineSides(
        all=above_and_below + _left_and_right(px),
        on_edge=at_top_and_bottom + _at_left_and_right(px),
    )


def _above_and_below(px: MaskPx) -> tuple[Numbers, Numbers]:
    """(n,) the level sides of each mask, and those of them at the image's top or bottom."""
    height = px.of_ranges(px.heights)
    frame = px.of_ranges(px.frames)
    first_px = px.starts - frame
    last_px = px.ends - frame - 1
    first_column, first_row = column_and_row(first_px, height)
    last_column, last_row = column_and_row(last_px, height)

    # Each range has a side above and one below in each of its columns.
    breaks = last_column - first_column
    columns = 1 + breaks
    all_sides = _sum(px, 2 * columns)

    # Where a range goes on into the next column, it is at the bottom of one and at the top of
    # the other.
    begins_at_top = first_row == 0
    ends_at_bottom = last_row == height - 1
    at_edge = 2 * breaks
    at_edge += begins_at_top
    at_edge += ends_at_bottom
    return all_sides, _sum(px, at_edge)


def _left_and_right(px: MaskPx) -> Numbers:
    """(n,) the upright sides of each mask.

    Each px has a side to the left and one to the right, unless mask px meet there.
    """
    height = px.of_ranges(px.heights)
    frame = px.of_ranges(px.frames)

    # The px to the left of each range. A range in the first column has none.
    beside_start = np.maximum(px.starts - height, frame)
    beside_end = np.maximum(px.ends - height, frame)
    meeting = _px_between(px, beside_start, beside_end)
    apart = px.ends - px.starts
    apart -= meeting
    return 2 * _sum(px, apart)


def _at_left_and_right(px: MaskPx) -> Numbers:
    """(n,) the px of each mask in the first and the last column of its frame."""
    starts = px.frames
    ends = starts + px.heights * px.widths
    second_column = starts + px.heights
    last_column = ends - px.heights
    at_left = _px_between(px, starts, second_column)
    at_right = _px_between(px, last_column, ends)
    return at_left + at_right


def _sum(px: MaskPx, values: Numbers) -> Numbers:
    """(n,) the sum of a value of each range for each mask."""
    return np.add.reduceat(values, px.first)


def _px_between(px: MaskPx, starts: Positions, ends: Positions) -> NDArray[np.int64]:
    """(k,) the number of mask px of all masks from each start to before its end."""
    return _px_before(px, ends) - _px_before(px, starts)


def _px_before(px: MaskPx, at: Positions) -> NDArray[np.int64]:
    """(k,) the number of mask px of all masks before each position."""
    lengths = px.ends - px.starts
    px_of_ranges = sums_before(lengths)
    ranges_begun = np.searchsorted(px.starts, at, side="right")
    px_begun = px_of_ranges[ranges_begun]

    # The last range that has begun may go on beyond the position. Where no range has begun, an
    # end of 0 is never beyond it.
    ends = np.concatenate(([0], px.ends))
    px_beyond = np.maximum(ends[ranges_begun] - at, 0)
    before: NDArray[np.int64] = px_begun - px_beyond
    return before
