"""The outline of a mask in sides of px, counted on its run-lengths alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.pixels.run_lengths import Positions, RunLengths


@dataclass(frozen=True, slots=True)
class OutlineSides:
    """Numbers of sides of px between mask and not mask; beyond the image nothing is mask."""

    all: int
    on_edge: int
    """Those that are the image's edge."""


def outline_sides(runs: RunLengths) -> OutlineSides:
    """The outline of a mask, which is not empty."""
    height = runs.height
    bounds = np.cumsum(runs.counts)
    starts = bounds[:-1:2]
    ends = bounds[1::2]

    # Each run has a side above and one below in each of its columns. Where it goes on
    # into the next column, these are at the bottom of one and at the top of the other.
    first_column = starts // height
    last_column = (ends - 1) // height
    breaks = int((last_column - first_column).sum())
    begins_at_top = starts % height == 0
    ends_at_bottom = ends % height == 0
    at_top = np.count_nonzero(begins_at_top) + breaks
    at_bottom = np.count_nonzero(ends_at_bottom) + breaks
    above_and_below = 2 * (starts.size + breaks)

    # Each px has a side to the left and one to the right, unless mask px meet there.
    second_column = height
    final_column = runs.pixels - height
    columns = [second_column, final_column]
    at = np.concatenate((starts - height, ends - height, columns))
    before = _mask_px_before(at, starts, ends)
    before_start = before[: starts.size]
    before_end = before[starts.size : -2]
    meeting = int((before_end - before_start).sum())
    area = int((ends - starts).sum())
    left_and_right = 2 * (area - meeting)
    at_left = int(before[-2])
    at_right = area - int(before[-1])

    return OutlineSides(
        all=above_and_below + left_and_right,
        on_edge=int(at_top + at_bottom) + at_left + at_right,
    )


def _mask_px_before(
    at: Positions, starts: Positions, ends: Positions
) -> NDArray[np.int64]:
    """(n,) the number of mask px before each position, from where runs start and end."""
    lengths = ends - starts
    up_to_run = np.concatenate(([0], np.cumsum(lengths)))
    runs_begun = np.searchsorted(starts, at, side="right")

    # The last run that has begun may end beyond the position.
    end_of_last = np.concatenate((at[:1], ends))[runs_begun]
    left_of_last = np.maximum(end_of_last - at, 0)
    beyond = np.where(runs_begun > 0, left_of_last, 0)
    before: NDArray[np.int64] = up_to_run[runs_begun] - beyond
    return before
