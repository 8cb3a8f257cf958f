"""What training sees, planned from the shards' numbers alone: which crops, which window of each, which share a batch.

Crops of a batch have one size, so nothing but their own edges is ever padded: each window grows by real pixels of its
crop to the next size of the grid, or shrinks to the last one where padding enough remains, whichever is nearer.
"""

import queue
import threading
from collections.abc import Generator, Iterable
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from curate.settings import TrainSettings
from curate.shards.reader import Shards
from model.augment import augment
from model.u2net import LEAST_SIDE

Boxes = NDArray[np.int32]
"""(n, 4) px."""

GRID = 32
"""px; on its multiples no level of the network has a pixel left over."""

_COARSE = 192  # px; above it sizes go in steps of two grids, so that enough crops share one
_MOST_CROPS = 32
_T = TypeVar("_T")


class BatchPlan(NamedTuple):
    """One batch to be read: rows of the shards' table, drawn boxes and windows in the crops' frames, one size."""

    rows: NDArray[np.int64]
    drawn: Boxes
    windows: Boxes
    seeds: NDArray[np.int64]
    """(n, 3): seed, epoch and place in the epoch: where each crop's augmentation begins."""
    height: int
    width: int

    @property
    def padding(self) -> int:
        """Pixels that no crop covers."""
        sides = self.windows[:, 2:] - self.windows[:, :2]
        return len(self.rows) * self.height * self.width - int(
            sides.prod(axis=1, dtype=np.int64).sum()
        )


class Batch(NamedTuple):
    """Crops of one size, ready for the network."""

    pixels: Tensor
    """(N, 3, H, W) uint8 RGB, channels last in memory."""
    drawn: Tensor
    """(N, 4) float32, px of the batch's frame."""
    target: Tensor
    """(N, 1, H, W) float32: 1 on the mask."""
    valid: Tensor
    """(N, 1, H, W) float32: 0 on padding."""


def sizes(max_side: int) -> NDArray[np.int64]:
    """Sides, px, that a batch may have."""
    fine = np.arange(LEAST_SIDE, min(max_side, _COARSE) + 1, GRID)
    return np.append(fine, np.arange(_COARSE + 2 * GRID, max_side + 1, 2 * GRID)).astype(np.int64)


def plan_epoch(
    rows: NDArray[np.int64],
    drawn: Boxes,
    windows: Boxes,
    crops: NDArray[np.int32],
    settings: TrainSettings,
    epoch: int,
) -> list[BatchPlan]:
    """The batches of an epoch, shuffled; a pure function of its arguments.

    `rows`: what is drawn, in order. `drawn`, `windows` (n, 4) and `crops` (n, 2: width, height): of all rows, px.
    """
    chance = np.random.default_rng((settings.seed, epoch))
    need = _widened(drawn, crops, 2)[rows]
    fitted = np.empty((len(rows), 4), np.int32)
    size = np.empty((len(rows), 2), np.int64)
    for axis in (0, 1):
        low, high, size[:, axis] = _fit(
            windows[rows][:, axis::2],
            need[:, axis::2],
            crops[rows, axis],
            settings.max_side,
            chance.random(len(rows)),
        )
        fitted[:, axis], fitted[:, axis + 2] = low, high
    plans = []
    for width, height in np.unique(size, axis=0).tolist():
        places = np.flatnonzero((size == (width, height)).all(axis=1))
        most = int(np.clip(settings.batch_pixels // (width * height), 1, _MOST_CROPS))
        for some in np.array_split(places, -(-len(places) // most)):
            seeds = np.stack(np.broadcast_arrays(settings.seed, epoch, some), axis=1)
            plans.append(
                BatchPlan(rows[some], drawn[rows[some]], fitted[some], seeds, height, width)
            )
    return [plans[place] for place in chance.permutation(len(plans))]


def _widened(drawn: Boxes, crops: NDArray[np.int32], by: int) -> Boxes:
    """Drawn boxes with the least padding around them, inside their crops."""
    return np.concatenate(
        (np.maximum(drawn[:, :2] - by, 0), np.minimum(drawn[:, 2:] + by, crops)), axis=1
    )


def _fit(
    window: Boxes,
    need: Boxes,
    length: NDArray[np.int32],
    max_side: int,
    chance: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """One axis: the pixels of each crop from where to where, and the side of the batch that they fill.

    `window`, `need` (n, 2): from, to. What is needed stays, unless it is longer than `max_side`: then a piece is cut.
    """
    grid = sizes(max_side)
    side = np.minimum(window[:, 1] - window[:, 0], grid[-1])
    place = np.searchsorted(grid, side)
    up, down = grid[place], grid[np.maximum(place - 1, 0)]
    can_shrink = (down <= side) & (down >= need[:, 1] - need[:, 0])
    shrinks = can_shrink & ((up > length) | (side - down < up - side))
    size = np.where(shrinks, down, up)
    real = np.minimum(size, length)
    grows = real >= window[:, 1] - window[:, 0]
    first = np.where(
        grows, np.maximum(window[:, 1] - real, 0), np.maximum(window[:, 0], need[:, 1] - real)
    )
    last = np.where(
        grows, np.minimum(window[:, 0], length - real), np.minimum(window[:, 1] - real, need[:, 0])
    )
    cut = first > last
    first, last = np.where(cut, window[:, 0], first), np.where(cut, window[:, 1] - real, last)
    low = first + np.floor(chance * (last - first + 1)).astype(np.int64)
    return low, low + real, size


def read_batch(shards: Shards, plan: BatchPlan, settings: TrainSettings) -> Batch:
    """Read, augment and stack the crops of a plan."""
    shape = (len(plan.rows), plan.height, plan.width)
    pixels = np.empty((*shape, 3), np.uint8)
    target, valid = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    boxes = np.empty((len(plan.rows), 4), np.float32)
    for place, row in enumerate(plan.rows.tolist()):
        drawn, window = (tuple(box[place].tolist()) for box in (plan.drawn, plan.windows))
        sample = shards.sample(row, drawn=drawn, window=window)
        chance = np.random.default_rng(plan.seeds[place])
        image, mask, boxes[place] = augment(
            sample.image, sample.mask, _moved(drawn, window), chance, settings.jitter
        )
        height, width = mask.shape
        pixels[place] = pad_edges(image, plan.height, plan.width)
        target[place, :height, :width] = mask
        valid[place, :height, :width] = 1
    channels_last = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    masks = (torch.from_numpy(each)[:, None] for each in (target, valid))
    return Batch(channels_last, torch.from_numpy(boxes), *masks)


def pad_edges(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """(H, W, 3) → (height, width, 3): the last row and column repeated below and beside."""
    if image.shape[:2] == (height, width):
        return image
    return np.pad(
        image, ((0, height - image.shape[0]), (0, width - image.shape[1]), (0, 0)), mode="edge"
    )


def _moved(drawn: tuple[int, ...], window: tuple[int, ...]) -> NDArray[np.float32]:
    """A drawn box in its window's frame; it reaches beyond a window that is a piece."""
    return np.array(drawn, np.float32) - np.array(window[:2] * 2, np.float32)


def ahead(items: Iterable[_T], depth: int = 3) -> Generator[_T]:
    """The items, made by a thread that works `depth` of them ahead."""
    made: queue.Queue[tuple[str, object]] = queue.Queue(depth)
    stopped = threading.Event()

    def put(kind: str, item: object) -> bool:
        while not stopped.is_set():
            try:
                made.put((kind, item), timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in items:
                if not put("item", item):
                    return
            put("end", None)
        except BaseException as error:  # raised again where the items are used
            put("error", error)

    thread = threading.Thread(target=work, name="crops ahead", daemon=True)
    thread.start()
    try:
        while True:
            kind, item = made.get()
            if kind == "error":
                raise item  # type: ignore[misc]
            if kind == "end":
                return
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        thread.join()
