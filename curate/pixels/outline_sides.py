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

    # Each run has a side above and one below in each of its columns.
    goes_on = (ends - 1) // height - starts // height
    breaks = int(goes_on.sum())
    at_top = np.count_nonzero(starts % height == 0) + breaks
    at_bottom = np.count_nonzero(ends % height == 0) + breaks
    above_and_below = 2 * (starts.size + breaks)

    # Each px has a side to the left and one to the right, unless mask px meet there.
    last_column = runs.pixels - height
    at = np.concatenate((starts - height, ends - height, [height, last_column]))
    before = _mask_px_before(at, starts, ends)
    area = int((ends - starts).sum())
    meeting = before[starts.size : -2].sum() - before[: starts.size].sum()
    left_and_right = 2 * (area - int(meeting))
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
    up_to_run = np.zeros(starts.size + 1, np.int64)
    np.cumsum(ends - starts, out=up_to_run[1:])
    number = np.searchsorted(starts, at, side="right")
    end_of_last = np.concatenate((at[:1], ends))[number]
    beyond = np.where(number > 0, np.maximum(end_of_last - at, 0), 0)
    before: NDArray[np.int64] = up_to_run[number] - beyond
    return before
