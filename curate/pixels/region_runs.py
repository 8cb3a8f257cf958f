"""Run-lengths of all regions of a mask, in one pass over it."""

from dataclasses import dataclass

import numpy as np

from curate.pixels.numbered_regions import NumberedRegions, Numbers, extent
from curate.pixels.run_lengths import Positions, RunLengths


@dataclass(frozen=True, slots=True, eq=False)
class RegionRuns:
    """Where the regions of a mask are, in the order of their numbers."""

    run_lengths: list[RunLengths]
    first_px: list[tuple[int, int]]
    """x and y of each region's topmost px, the leftmost of these."""


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """The vertical runs of all regions, n of them, by region, then column, then row."""

    owners: Numbers
    """(n,) the number of the region that each belongs to."""
    columns: Positions
    """(n,) x of each."""
    rows: Positions
    """(n,) y of each one's top."""
    lengths: Positions
    """(n,) px."""


def region_runs(regions: NumberedRegions) -> RegionRuns:
    """Run-lengths and first px of each region. There is at least one, and none is
    empty."""
    height, width = regions.numbers.shape
    runs = _vertical_runs(regions.numbers)
    numbers = np.arange(1, regions.count + 1)
    first_run = np.searchsorted(runs.owners, numbers)

    # Counted row by row, a region's first px has the lowest position.
    by_row = runs.rows * width + runs.columns
    lowest = np.minimum.reduceat(by_row, first_run)
    y, x = np.divmod(lowest, width)
    first_px = list(zip(x.tolist(), y.tolist(), strict=True))

    borders, border_counts = _borders(runs, first_run, height)
    return RegionRuns(_split(borders, border_counts, height, width), first_px)


def _vertical_runs(numbers: Numbers) -> _Runs:
    """The runs of equal numbers in each column of an (H, W) mask, without those of 0."""
    rows, columns = extent(numbers > 0)
    window = numbers[rows, columns]

    # One empty row below keeps runs from going on into the next column.
    below = (0, 1)
    padded = np.pad(window.T, ((0, 0), below))
    flat = padded.ravel()

    is_change = flat[1:] != flat[:-1]
    changes = np.flatnonzero(is_change) + 1
    starts = np.concatenate(([0], changes))
    lengths = np.diff(starts, append=flat.size)
    owners = flat[starts]

    # A stable sort keeps the runs of a region in the order of their positions.
    order = np.argsort(owners, kind="stable")
    nobodys = np.count_nonzero(owners == 0)
    order = order[nobodys:]

    column, row = np.divmod(starts[order], padded.shape[1])
    return _Runs(
        owners=owners[order],
        columns=column + columns.start,
        rows=row + rows.start,
        lengths=lengths[order],
    )


def _borders(
    runs: _Runs,
    first_run: Positions,
    height: int,
) -> tuple[Positions, Positions]:
    """The borders of all regions, region by region, and how many each region has.

    `first_run`: (n,) the first run of each region.
    """
    starts = runs.columns * height + runs.rows
    ends = starts + runs.lengths

    # A run that reaches the foot of its column goes on if the region's next run starts
    # at the top of the next column: there is no border between them.
    meets_next = ends[:-1] == starts[1:]
    owns_next = runs.owners[:-1] == runs.owners[1:]
    is_parted = ~(meets_next & owns_next)
    is_start = np.concatenate(([True], is_parted))
    is_end = np.concatenate((is_parted, [True]))

    positions = np.stack([starts, ends], axis=1)
    is_border = np.stack([is_start, is_end], axis=1)
    borders_of_run = is_border.sum(axis=1)
    border_counts = np.add.reduceat(borders_of_run, first_run)
    return positions[is_border], border_counts


def _split(
    borders: Positions,
    border_counts: Positions,
    height: int,
    width: int,
) -> list[RunLengths]:
    """Run-lengths of many masks of height × width px.

    `borders`: those of all masks, mask by mask. `border_counts`: how many each has.
    """
    # After the borders of each mask comes the end of the frame: then the differences
    # between neighbours are run-lengths.
    ends = np.cumsum(border_counts + 1)
    closed = np.full(ends[-1], height * width, np.int64)
    masks = np.arange(border_counts.size)
    mask_of_border = np.repeat(masks, border_counts)
    place = np.arange(borders.size) + mask_of_border
    closed[place] = borders

    # The first run of each mask starts at 0, not at the end of the mask before it.
    counts = np.diff(closed, prepend=0)
    first = ends[:-1]
    counts[first] = closed[first]

    found = []
    for runs in np.split(counts, first):
        reaches_the_end = runs[-1] == 0
        if reaches_the_end:
            runs = runs[:-1]
        found.append(RunLengths(runs, height, width))
    return found
