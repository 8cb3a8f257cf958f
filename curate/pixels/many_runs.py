"""Run-lengths of many masks, measured together.

A step in numpy costs as much for the runs of one mask as for those of some thousand. All
runs follow each other in one array, as if the masks' frames lay one after the other:
position p of a mask is p + the px of all frames before its own. Frames may differ in size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.pixels import coco_text
from curate.pixels.ragged import column_and_row, owners_of, starts_of
from curate.pixels.run_lengths import Positions, RunLengths

Numbers = NDArray[np.int64]
"""(n,): one for each mask, or for each run."""

Boxes = NDArray[np.int64]
"""(n, 4): x0, y0, x1, y1 of each mask, px, half-open."""


@dataclass(frozen=True, slots=True, eq=False)
class ManyRuns:
    """n masks as runs of zeros, ones, zeros, … in px."""

    counts: Positions
    """(m,): the runs of one mask after the other, as in `RunLengths`."""
    sizes: Numbers
    """(n,): how many of them each mask has."""
    heights: Numbers
    widths: Numbers
    """(n,): of the frame of each mask, px."""

    @property
    def pixels(self) -> Numbers:
        """(n,) number of px of each frame."""
        return self.heights * self.widths

    @property
    def frames(self) -> Positions:
        """(n,) where each frame starts."""
        return starts_of(self.pixels)

    @property
    def first(self) -> Numbers:
        """(n,) the number of the first run of each mask."""
        return starts_of(self.sizes)

    @property
    def owners(self) -> Numbers:
        """(m,) the number of the mask that each run is of."""
        return owners_of(self.sizes)

    @property
    def is_one(self) -> NDArray[np.bool_]:
        """(m,) whether each run is of mask px: every second one of each mask."""
        is_odd = np.zeros(self.counts.size, np.bool_)
        is_odd[1::2] = True
        first_is_odd = np.repeat(is_odd[self.first], self.sizes)
        is_one: NDArray[np.bool_] = is_odd != first_is_odd
        return is_one


@dataclass(frozen=True, slots=True, eq=False)
class MaskPx:
    """The mask px of n masks, none of which is empty, as ranges of positions."""

    starts: Positions
    ends: Positions
    """(k,) where each range starts and ends, half-open."""
    sizes: Numbers
    """(n,) how many ranges each mask has."""
    frames: Positions
    """(n,) where the frame of each mask starts."""
    heights: Numbers
    widths: Numbers
    """(n,): of the frame of each mask, px."""

    @property
    def first(self) -> Numbers:
        """(n,) the number of the first range of each mask."""
        return starts_of(self.sizes)

    def take(self, chosen: Numbers) -> "MaskPx":
        """Some of the masks, by their numbers in order."""
        is_chosen = np.zeros(self.sizes.size, np.bool_)
        is_chosen[chosen] = True
        of_chosen = np.repeat(is_chosen, self.sizes)
        return MaskPx(
            starts=self.starts[of_chosen],
            ends=self.ends[of_chosen],
            sizes=self.sizes[chosen],
            frames=self.frames[chosen],
            heights=self.heights[chosen],
            widths=self.widths[chosen],
        )

    def of_ranges(self, values: Numbers) -> Numbers:
        """(k,) a value of each mask, for each of its ranges."""
        return np.repeat(values, self.sizes)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Masks with what their run-lengths tell; none of them is empty."""

    masks: Sequence[RunLengths]
    runs: ManyRuns
    px: MaskPx
    areas: Numbers
    """(n,) number of px of each."""
    boxes: Boxes


def join(masks: Sequence[RunLengths]) -> ManyRuns:
    """Masks one after the other."""
    counts = [np.empty(0, np.int64)]  # for no masks
    counts.extend(runs.counts for runs in masks)
    return ManyRuns(
        np.concatenate(counts),
        sizes=np.array([runs.counts.size for runs in masks], np.int64),
        heights=np.array([runs.height for runs in masks], np.int64),
        widths=np.array([runs.width for runs in masks], np.int64),
    )


def measure(masks: Sequence[RunLengths]) -> Measured:
    """What the run-lengths of masks tell. None of them may be empty."""
    runs = join(masks)
    px = mask_px(runs)
    areas = np.add.reduceat(px.ends - px.starts, px.first)
    return Measured(masks, runs, px, areas, _boxes(px))


def mask_px(runs: ManyRuns) -> MaskPx:
    """The mask px of masks, none of which may be empty."""
    ends = np.cumsum(runs.counts)
    number = np.flatnonzero(runs.is_one)
    return MaskPx(
        starts=ends[number - 1],
        ends=ends[number],
        sizes=runs.sizes // 2,
        frames=runs.frames,
        heights=runs.heights,
        widths=runs.widths,
    )


def compress(runs: ManyRuns) -> list[str]:
    """COCO's text of each mask, as pycocotools writes it."""
    return coco_text.write_runs(runs.counts, np.cumsum(runs.sizes))


def _boxes(px: MaskPx) -> Boxes:
    """The tight box of each mask."""
    height = px.of_ranges(px.heights)
    frame = px.of_ranges(px.frames)
    first_column, first_row = column_and_row(px.starts - frame, height)
    last_column, last_row = column_and_row(px.ends - frame - 1, height)

    # A run that goes on in the next column touches the bottom of one and the top of the
    # other.
    goes_on = first_column != last_column
    first_row[goes_on] = 0
    last_row[goes_on] = height[goes_on] - 1

    leftmost = px.first
    rightmost = leftmost + px.sizes - 1
    boxes = np.empty((leftmost.size, 4), np.int64)
    boxes[:, 0] = first_column[leftmost]
    boxes[:, 1] = np.minimum.reduceat(first_row, leftmost)
    boxes[:, 2] = last_column[rightmost] + 1
    boxes[:, 3] = np.maximum.reduceat(last_row, leftmost) + 1
    return boxes
