"""Plans an epoch's batches from the numbers in the shards, before any pixel is read.

The samples of a batch have one size. A window comes to that size without resizing: it grows by real
pixels of its crop to the next size of a grid, or it shrinks to the size below if enough padding is
left around the drawn box, whichever changes it less. Only where a crop is smaller than its batch
is the rest padded.

But when the model answers a window, the network sees it enlarged or reduced (`looks`), so it learns
from such windows, too. They are planned as if their crops were larger or smaller, and resized when
they are read: each small window enlarged by a random factor, each large one reduced, and every
second one of the others. What a thing is does not depend on the distance of the camera.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from curate.model_settings import TrainSettings
from curate.seeded import generator
from curate.shards.windows import Boxes
from model.large_windows import (
    COARSE_PIXELS,
    LARGE_PIXELS,
    coarse_scale,
)
from model.looks import COPY_PIXELS, ENLARGED, SMALL_PIXELS, padded_pixels
from model.u2net import MIN_SIDE

GRID = 32
"""px; sides of batches are multiples of it, so that they can be halved five times."""

# px; above this side the grid has steps of two, so that enough windows share a size.
_FINE_UP_TO = 192

_MAX_SAMPLES = 32  # of a batch
_MIN_PADDING = 2  # px that a window keeps around the drawn box
_REDUCED_SHARE = 0.5  # of the windows that are neither small nor large
_MOST_ENLARGED = max(ENLARGED)  # times the sides of a small window

_Px = NDArray[np.int64]
"""(n,) px along one axis."""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """One batch that is to be read: n samples of one size."""

    rows: NDArray[np.int64]
    """(n,) rows of the shards' table."""

    drawn: Boxes
    """(n, 4) drawn boxes in their crops, times the scale."""

    windows: Boxes
    """(n, 4) windows in their crops, times the scale; none is larger than the batch."""

    scales: NDArray[np.float64]
    """(n,) by what the sides of the windows are multiplied when they are read."""

    epoch: int
    positions: NDArray[np.int64]
    """(n,) where each sample stands in the order of the epoch."""

    height: int
    width: int

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, number: int, of: int) -> "BatchPlan":
        """Every `of`-th sample, from `number` on; there may be none."""
        some = slice(number, None, of)
        return replace(
            self,
            rows=self.rows[some],
            drawn=self.drawn[some],
            windows=self.windows[some],
            scales=self.scales[some],
            positions=self.positions[some],
        )

    @property
    def pixels(self) -> int:
        """Pixels of the batch, padding included."""
        return len(self.rows) * self.height * self.width

    @property
    def padding(self) -> int:
        """Pixels that no window covers."""
        sides = self.windows[:, 2:] - self.windows[:, :2]
        areas = sides.prod(axis=1, dtype=np.int64)
        return self.pixels - int(areas.sum())


@dataclass(frozen=True, slots=True)
class _Axis:
    """The windows of n samples along one axis, px of their crops."""

    low: _Px
    high: _Px
    need_low: _Px
    """The drawn box and the least padding around it: what should not be cut off."""

    need_high: _Px
    crop: _Px
    """Length of each crop."""

    @property
    def length(self) -> _Px:
        """Length of each window."""
        return self.high - self.low


def batch_sides(max_side: int) -> _Px:
    """The sides, px, that a batch may have, from the smallest.

    >>> batch_sides(320).tolist()
    [64, 96, 128, 160, 192, 256, 320]
    """
    fine = np.arange(MIN_SIDE, min(max_side, _FINE_UP_TO) + 1, GRID)
    coarse = np.arange(_FINE_UP_TO + 2 * GRID, max_side + 1, 2 * GRID)
    return np.append(fine, coarse).astype(np.int64)


def plan_epoch(
    rows: NDArray[np.int64],
    drawn: Boxes,
    windows: Boxes,
    crop_sides: NDArray[np.int32],
    settings: TrainSettings,
    epoch: int,
) -> list[BatchPlan]:
    """The batches of an epoch, in random order; a pure function of its arguments.

    `rows`: the samples of the epoch, in order. `drawn` and `windows`: (n, 4) of all rows of the
    shards, px. `crop_sides`: (n, 2) their width and height, px.
    """
    rng = generator(settings.seed, epoch)
    scales = _scales(windows[rows], rng)
    its_drawn = _scaled(drawn[rows], scales)
    its_windows, sides = _fit_windows(
        its_drawn,
        _scaled(windows[rows], scales),
        _scaled(crop_sides[rows], scales),
        settings.max_side,
        rng,
    )

    plans = []
    for width, height in np.unique(sides, axis=0).tolist():
        of_this_size = np.flatnonzero((sides == (width, height)).all(axis=1))
        most = settings.batch_pixels // (width * height)
        most = min(max(most, 1), _MAX_SAMPLES)

        # As few batches as possible, and all of nearly the same number of samples.
        number = -(-len(of_this_size) // most)
        for positions in np.array_split(of_this_size, number):
            plan = BatchPlan(
                rows=rows[positions],
                drawn=its_drawn[positions],
                windows=its_windows[positions],
                scales=scales[positions],
                epoch=epoch,
                positions=positions,
                height=height,
                width=width,
            )
            plans.append(plan)
    order = rng.permutation(len(plans))
    return [plans[index] for index in order]


def _scales(windows: Boxes, rng: np.random.Generator) -> NDArray[np.float64]:
    """(n,) the factor for the sides of each of (n, 4) windows before the network sees it.

    A small window is enlarged, up to as much as for the network's second look. A large one is
    reduced to an area that the network will be asked about, from `COPY_PIXELS` to `COARSE_PIXELS`.
    Some of the others are reduced to an area from `COPY_PIXELS` to their own.
    """
    sides = windows[:, 2:] - windows[:, :2]
    areas = padded_pixels(windows)
    is_small = areas <= SMALL_PIXELS
    is_large = areas > LARGE_PIXELS
    is_chosen = rng.random(len(windows)) < _REDUCED_SHARE
    is_reduced = is_large | (is_chosen & ~is_small)

    # The logarithm of what is wanted is uniform: doubling it is as likely anywhere.
    place = rng.random(len(windows))
    most = np.where(is_large, COARSE_PIXELS, areas)
    times = np.maximum(most / COPY_PIXELS, 1)
    wanted = COPY_PIXELS * times**place

    scales = np.where(is_small, _MOST_ENLARGED**place, 1.0)
    for index in np.flatnonzero(is_reduced).tolist():
        width, height = sides[index].tolist()
        scales[index] = coarse_scale(height, width, wanted[index])
    return scales


def _scaled(boxes: NDArray[np.int32], scales: NDArray[np.float64]) -> NDArray[np.int32]:
    """Boxes (n, 4), or sides (n, 2), in whole px of the resized crops; sides are 1 px at least."""
    scaled = np.rint(boxes * scales[:, None]).astype(np.int32)
    if scaled.shape[1] == 2:
        return np.maximum(scaled, 1)
    return scaled


def _fit_windows(
    drawn: Boxes,
    windows: Boxes,
    crop_sides: NDArray[np.int32],
    max_side: int,
    rng: np.random.Generator,
) -> tuple[Boxes, NDArray[np.int64]]:
    """The windows of n samples brought to sizes of batches, and the batches' sides, (n, 2)."""
    # In a reduced window the padding may be less.
    need_low = np.maximum(drawn[:, :2] - _MIN_PADDING, windows[:, :2])
    need_high = np.minimum(drawn[:, 2:] + _MIN_PADDING, windows[:, 2:])
    fitted = np.empty((len(windows), 4), np.int32)
    sides = np.empty((len(windows), 2), np.int64)

    x_and_y = (0, 1)
    for number in x_and_y:
        axis = _Axis(
            low=windows[:, number].astype(np.int64),
            high=windows[:, number + 2].astype(np.int64),
            need_low=need_low[:, number].astype(np.int64),
            need_high=need_high[:, number].astype(np.int64),
            crop=crop_sides[:, number].astype(np.int64),
        )
        its_sides = _nearest_sides(axis, batch_sides(max_side))
        low, high = _fit(axis, its_sides, rng)

        fitted[:, number] = low
        fitted[:, number + 2] = high
        sides[:, number] = its_sides
    return fitted, sides


def _nearest_sides(axis: _Axis, allowed: _Px) -> _Px:
    """(n,) the side of the batch for each window: the nearest allowed one that loses nothing."""
    length = np.minimum(axis.length, allowed[-1])
    above = np.searchsorted(allowed, length)
    below = np.maximum(above - 1, 0)
    larger = allowed[above]
    smaller = allowed[below]

    # A window shrinks only if what is needed still fits. It then shrinks if that changes it less
    # than growing would, or if its crop has not enough pixels to grow.
    need = axis.need_high - axis.need_low
    can_shrink = (smaller <= length) & (smaller >= need)
    is_nearer = length - smaller < larger - length
    crop_is_too_small = larger > axis.crop
    shrinks = can_shrink & (is_nearer | crop_is_too_small)
    sides: _Px = np.where(shrinks, smaller, larger)
    return sides


def _fit(axis: _Axis, sides: _Px, rng: np.random.Generator) -> tuple[_Px, _Px]:
    """(n,) low and high of each window, brought to its side at a random position.

    A window that grows holds all of the old one, one that shrinks lies in the old one and holds
    what is needed. If that is longer than the largest side, it is cut: the window lies anywhere in
    the old one.
    """
    length = np.minimum(sides, axis.crop)

    # Where a window that grows may begin.
    first_growing = np.maximum(axis.high - length, 0)
    last_growing = np.minimum(axis.low, axis.crop - length)

    # Where a window that shrinks may begin.
    first_shrinking = np.maximum(axis.low, axis.need_high - length)
    last_shrinking = np.minimum(axis.high - length, axis.need_low)

    grows = length >= axis.length
    first = np.where(grows, first_growing, first_shrinking)
    last = np.where(grows, last_growing, last_shrinking)

    # What is needed does not fit: it is cut.
    is_cut = first > last
    first = np.where(is_cut, axis.low, first)
    last = np.where(is_cut, axis.high - length, last)

    # A place from the first to the last, each as likely as the others.
    choices = last - first + 1
    chosen = np.floor(rng.random(len(choices)) * choices).astype(np.int64)
    low = first + chosen
    return low, low + length
