"""A batch: the samples that one training step sees together, read as a plan says."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from curate.model_settings import TrainSettings
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from curate.seeded import generator
from curate.shards.reader import Shards
from model.augment import augment
from model.batch_plans import BatchPlan


@dataclass(frozen=True, slots=True)
class Batch:
    """N samples of one size, H × W px, as numpy arrays.

    Arrays, and not tensors, because workers send them through a pipe. Tensors would go through
    shared memory, and containers often have too little of that.
    """

    pixels: NDArray[np.uint8]
    """(N, H, W, 3) RGB."""

    drawn: NDArray[np.float32]
    """(N, 4) drawn boxes, px of the batch. One whose window was cut reaches beyond the batch."""

    target: NDArray[np.bool_]
    """(N, H, W) the objects' masks."""

    valid: NDArray[np.bool_]
    """(N, H, W) where a window covers the batch; the rest is padding."""

    def __len__(self) -> int:
        return len(self.pixels)

    def tensors(self, on: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The batch on a device, as the network and the loss take it.

        Pixels (N, 3, H, W) uint8, channels last in memory; drawn boxes (N, 4) float32; target and
        valid (N, 1, H, W) float32, 0 or 1.
        """
        pixels = torch.from_numpy(self.pixels).to(on)
        drawn = torch.from_numpy(self.drawn).to(on)
        target = torch.from_numpy(self.target).to(on)
        valid = torch.from_numpy(self.valid).to(on)
        return (
            pixels.permute(0, 3, 1, 2),
            drawn,
            target[:, None].float(),
            valid[:, None].float(),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """What a batch takes of one sample."""

    image: Pixels
    """(H, W, 3) RGB."""

    mask: Mask
    """(H, W)"""

    drawn: NDArray[np.float32]
    """(4,) the drawn box, px of the window."""


def read_batch(shards: Shards, plan: BatchPlan, settings: TrainSettings) -> Batch:
    """Read and augment the samples of a plan."""
    number = len(plan)
    shape = (number, plan.height, plan.width)
    batch = Batch(
        pixels=np.empty((*shape, 3), np.uint8),
        drawn=np.empty((number, 4), np.float32),
        target=np.zeros(shape, np.bool_),
        valid=np.zeros(shape, np.bool_),
    )
    for index, row in enumerate(plan.rows.tolist()):
        if plan.scales[index] != 1:
            window = _read_resized(shards, plan, index)
        else:
            window = _read(shards, row, plan.drawn[index], plan.windows[index])
        position = int(plan.positions[index])
        rng = generator(settings.seed, plan.epoch, position)
        image, mask, drawn = augment(
            window.image,
            window.mask,
            window.drawn,
            rng,
            settings.jitter,
        )

        # The sample is at the top left of its place in the batch.
        height, width = mask.shape
        batch.pixels[index] = pad_edges(image, plan.height, plan.width)
        batch.drawn[index] = drawn
        batch.target[index, :height, :width] = mask
        batch.valid[index, :height, :width] = True
    return batch


def _read(
    shards: Shards, row: int, drawn: NDArray[np.int32], window: NDArray[np.int32]
) -> _Window:
    """A window of a row as the shards hold it. The boxes are in px of the crop."""
    sample = shards.sample(row, drawn=drawn, window=window)
    its_drawn = np.array(sample.drawn, np.float32)
    return _Window(sample.image, sample.mask, its_drawn)


def _read_resized(shards: Shards, plan: BatchPlan, index: int) -> _Window:
    """A window at the size that the plan wants: reduced by averaging, or enlarged bilinearly."""
    row = int(plan.rows[index])
    crop = Box(*shards.crops[row].tolist())
    ends = np.array([crop.width, crop.height] * 2)

    # The plan's boxes are in px of the resized crop: back to px of the crop itself.
    scale = plan.scales[index]
    drawn = np.rint(plan.drawn[index] / scale)
    window = np.rint(plan.windows[index] / scale)
    within_crop = window.clip(0, ends)
    full = _read(
        shards,
        row,
        drawn.astype(np.int32),
        within_crop.astype(np.int32),
    )

    # A px of the resized mask is mask if half of it or more is covered.
    wanted = Box(*plan.windows[index].tolist())
    size = (wanted.width, wanted.height)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    image = cv2.resize(full.image, size, interpolation=method)
    white = full.mask.astype(np.uint8) * 255
    coverage = cv2.resize(white, size, interpolation=method)

    # The drawn box at the same ratios.
    full_height, full_width = full.mask.shape
    x_ratio = wanted.width / full_width
    y_ratio = wanted.height / full_height
    ratios = np.array([x_ratio, y_ratio, x_ratio, y_ratio], np.float32)
    return _Window(
        image=np.asarray(image, np.uint8),
        mask=coverage >= 128,
        drawn=full.drawn * ratios,
    )


def pad_edges(image: Pixels, height: int, width: int) -> Pixels:
    """An image (H, W, 3) at (height, width, 3): its last row and column are repeated."""
    own_height, own_width, _ = image.shape
    below = height - own_height
    right = width - own_width
    if below == 0 and right == 0:
        return image
    return np.pad(image, ((0, below), (0, right), (0, 0)), mode="edge")
