"""Specks and pinholes of a mask: what thresholds and noise leave, and nobody draws."""

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.many_runs import ManyRuns, Measured, Numbers, join
from curate.pixels.outline_sides import outline_sides
from curate.pixels.ragged import count_from, sums_before
from curate.pixels.run_lengths import Positions, RunLengths, from_borders
from curate.records import Box

_SPECK_PX = 9  # a block of 3 x 3 px
_SPECKS = 10
_SIDES_PER_SPECK = 100  # a long outline between twigs leaves some


def speckled(measured: Measured) -> list[int]:
    """The numbers of the masks that have ten specks or pinholes of 9 px or less.

    A speck is an 8-connected piece, a pinhole a 4-connected hole. Nobody draws so many
    by hand. A mask with an outline of more than 1,000 sides of px has one for each 100
    of them.
    """
    may_be = _that_may_be(measured)
    if not may_be.size:
        return []
    sides = outline_sides(measured.px.take(may_be)).all

    found = []
    for number, length in zip(may_be.tolist(), sides.tolist(), strict=True):
        box = Box(*measured.boxes[number].tolist())
        specks = _specks(measured.masks[number], box)
        if specks >= _SPECKS and specks * _SIDES_PER_SPECK >= length:
            found.append(number)
    return found


def _that_may_be(measured: Measured) -> Numbers:
    """The numbers of the masks whose run-lengths do not tell that they have few specks."""
    runs = measured.runs
    most = _most_specks(runs)

    # Where runs go on from column to column, they have to be cut first.
    _, y0, _, y1 = measured.boxes.T
    is_full_height = y1 - y0 == runs.heights
    wrapping = np.flatnonzero(is_full_height)
    if wrapping.size:
        apart = []
        for number in wrapping.tolist():
            mask = measured.masks[number]
            apart.append(_without_wrapping(mask))
        most[wrapping] = _most_specks(join(apart))

    has_many = most >= _SPECKS
    return np.flatnonzero(has_many)


def _specks(mask: RunLengths, box: Box) -> int:
    """How many specks and pinholes a mask has, counted px by px."""
    window = masks.decode_window(mask, box)
    padded = np.pad(window, 1).astype(np.uint8)
    pieces = _small_pieces(padded, 8)
    holes = _small_pieces(1 - padded, 4)
    return pieces + holes


def _most_specks(runs: ManyRuns) -> Numbers:
    """(n,) the most specks and pinholes that each mask may have; mostly it has as many.

    It is 0 where it is less than ten. Each speck begins with a short run that touches no run
    of its kind to its left. From there the first run to the right is followed, until no run
    touches or the speck has more than 9 px. No run may go on from one column to the next.
    """
    masks_in_all = runs.sizes.size
    owners = runs.owners

    # The first and the last run of a mask reach the image's ends: they are no specks.
    first = runs.first
    last = first + runs.sizes - 1
    is_short = runs.counts <= _SPECK_PX
    is_short[first] = False
    is_short[last] = False

    # `at`: the run at which each speck is, from its leftmost one on. `px`: its px so far.
    at = _of_many(np.flatnonzero(is_short), owners, masks_in_all)
    to_the_left = _first_beside(runs, at, owners, -1)
    begins_here = to_the_left < 0
    at = _of_many(at[begins_here], owners, masks_in_all)
    px = runs.counts[at]

    found = np.zeros(masks_in_all, np.int64)
    while at.size:
        beside = _first_beside(runs, at, owners, 1)
        ends = beside < 0
        owners_of_ends = owners[at[ends]]
        found += np.bincount(owners_of_ends, minlength=masks_in_all)

        # The others go on to the right, as long as they are small.
        at = beside[~ends]
        px = px[~ends] + runs.counts[at]
        is_small = px <= _SPECK_PX
        at = at[is_small]
        px = px[is_small]
    return found


def _of_many(at: Numbers, owners: Numbers, masks_in_all: int) -> Numbers:
    """Those of some runs whose mask has ten of them or more."""
    masks_of = owners[at]
    times = np.bincount(masks_of, minlength=masks_in_all)
    has_many = times >= _SPECKS
    chosen: Numbers = at[has_many[masks_of]]
    return chosen


def _without_wrapping(runs: RunLengths) -> RunLengths:
    """The mask in a frame with an empty row below, so that each run is in one column."""
    height = runs.height
    run_ends = np.cumsum(runs.counts)
    starts = run_ends[:-1:2]
    ends = run_ends[1::2]
    first_column = starts // height
    last_column = (ends - 1) // height

    # Columns that a run enters from the column before it: there the row is a gap.
    entered = last_column - first_column
    columns = count_from(first_column + 1, entered)
    gap_ends = columns * (height + 1)
    gap_starts = gap_ends - 1

    starts += first_column
    ends += last_column
    borders = np.concatenate((starts, ends, gap_starts, gap_ends))
    borders.sort()
    return from_borders(borders, height + 1, runs.width)


def _first_beside(runs: ManyRuns, at: Numbers, owners: Numbers, side: int) -> Positions:
    """(k,) for each run, the first run of its kind that touches it in the next column, or -1.

    Mask px touch at corners, too. `at`: (k,) the numbers of the runs. `owners`: the mask of each
    of all runs. `side`: 1 for the column to the right, -1 for the column to the left.
    """
    if not at.size:
        return at
    bounds = sums_before(runs.counts)
    starts = bounds[:-1]
    ends = bounds[1:]

    # One entry more than runs: a search may end behind the last run.
    is_one = np.append(runs.is_one, False)
    kind = is_one[at]

    # The px beside each run, inside its own frame. A run of mask px touches at corners, too,
    # so it reaches one px further at both ends.
    masks_of = owners[at]
    height = runs.heights[masks_of]
    frame = runs.frames[masks_of]
    frame_end = frame + runs.pixels[masks_of]
    shift = side * height
    further = kind.astype(np.int64)
    start_beside = starts[at] + shift - further
    end_beside = ends[at] + shift + further
    first = np.maximum(start_beside, frame)
    end = np.minimum(end_beside, frame_end)

    # Kinds take turns: if the run that holds the first px is of the other kind, the next one is
    # of the right kind. It counts if it starts before the end.
    beside: Positions = np.searchsorted(ends, first, side="right")
    is_other_kind = is_one[beside] != kind
    beside += is_other_kind
    within = np.minimum(beside, bounds.size - 1)
    is_too_far = bounds[within] >= end
    beside[is_too_far] = -1
    return beside


def _small_pieces(mask: NDArray[np.uint8], connectivity: int) -> int:
    """Number of connected pieces of 9 px or less."""
    _, _, statistics, _ = cv2.connectedComponentsWithStats(
        mask, connectivity=connectivity, ltype=cv2.CV_32S
    )
    areas = statistics[1:, cv2.CC_STAT_AREA]  # without what is no mask
    return int(np.count_nonzero(areas <= _SPECK_PX))
