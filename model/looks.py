"""The two sizes at which the network looks at a window.

The network knows things best at a middling size. A small thing has too few pixels for maps that
are halved five times; of a large one, the network sees too little at once. So it looks at a small
window twice enlarged, and at any other as it is and reduced. Why: docs/adr/0013-two-looks.md.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from curate.shards.windows import Boxes
from model.u2net import MIN_SIDE

SMALL_PIXELS = 20_000
"""A window of so many pixels at most is small."""

COPY_PIXELS = 12_500
"""Pixels of the reduced copy of a window that is not small."""

ENLARGED = (1.5, 2.0)
"""By what the sides of a small window are multiplied for its two looks."""

NEARER_SHARE = 0.7
"""How much the look counts whose size is nearer to what the network has learnt: of the two at a
small window the larger one, of two others the one at the window as it is."""

Size = tuple[int, int] | tuple[Tensor, Tensor]
"""Rows and columns, px; tensors while `torch.jit.trace` records the network."""


def look_scales(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """By what both sides of windows of so many px are multiplied, for each of the two looks.

    Both cases are computed and one is chosen: a graph that is traced may not branch.

    >>> first, second = look_scales(torch.tensor([10_000, 50_000]))
    >>> first.tolist(), second.tolist()
    ([1.5, 1.0], [2.0, 0.5])
    """
    is_small = pixels <= SMALL_PIXELS
    share_of_pixels = COPY_PIXELS / pixels.double()
    of_copy = torch.sqrt(share_of_pixels)

    first = torch.where(is_small, ENLARGED[0], 1.0)
    second = torch.where(is_small, ENLARGED[1], of_copy)
    return first, second


def look_weights(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """How much each of the two looks at windows of so many px counts; together 1.

    >>> first, second = look_weights(torch.tensor([10_000, 50_000]))
    >>> [round(share, 2) for share in first.tolist()]
    [0.3, 0.7]
    """
    is_small = pixels <= SMALL_PIXELS
    first = torch.where(is_small, 1 - NEARER_SHARE, NEARER_SHARE)
    return first, 1 - first


def look_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """The sizes of both looks at a window, rows and columns in px: its proportions stay.

    >>> look_sizes(100, 120)
    [(150, 180), (200, 240)]
    >>> look_sizes(400, 500)
    [(400, 500), (100, 125)]
    """
    sizes = traced_look_sizes(height, width)
    return [(int(rows), int(columns)) for rows, columns in sizes]


def traced_look_sizes(height: int, width: int) -> list[tuple[Tensor, Tensor]]:
    """`look_sizes` as tensors: a graph that is traced keeps how they are computed."""
    pixels = torch.as_tensor(height * width)
    sizes = []
    for scale in look_scales(pixels):
        rows = _scaled(height, scale)
        columns = _scaled(width, scale)
        sizes.append((rows, columns))
    return sizes


def padded_pixels(windows: Boxes) -> NDArray[np.int64]:
    """(n,) the px of windows, (n, 4), of which each side counts as `MIN_SIDE` at least."""
    sides = windows[:, 2:] - windows[:, :2]
    padded = np.maximum(sides, MIN_SIDE)
    pixels: NDArray[np.int64] = padded.prod(axis=1, dtype=np.int64)
    return pixels


def looked_at(pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many px the network sees of windows of so many, in both looks together.

    >>> looked_at(np.array([10_000, 40_000])).tolist()
    [62500, 52500]
    """
    first, second = look_scales(torch.as_tensor(pixels))
    times = first**2 + second**2
    seen = times.numpy() * pixels
    return np.rint(seen).astype(np.int64)


def _scaled(length: int, scale: Tensor) -> Tensor:
    """A side of a look: whole px, one at least."""
    scaled = torch.round(scale * length)
    return scaled.clamp(min=1).long()


def resampled(pixels: Tensor, drawn: Tensor, size: Size) -> tuple[Tensor, Tensor]:
    """Windows (N, 3, H, W) uint8 at another size, and their drawn boxes, (N, 4), there.

    Reducing takes the mean over the px that each new px covers; enlarging is bilinear.
    """
    height, width = pixels.shape[-2:]
    rows, columns = size
    # Along the rows first, then along the columns.
    down = _shares(height, rows, pixels.device)
    across = _shares(width, columns, pixels.device)
    by_rows = down @ pixels.float()
    means = by_rows @ across.T
    at_size = means.round().to(torch.uint8)

    x_ratio = torch.as_tensor(columns / width, device=drawn.device)
    y_ratio = torch.as_tensor(rows / height, device=drawn.device)
    ratios = torch.stack([x_ratio, y_ratio, x_ratio, y_ratio])
    return at_size, drawn * ratios.to(drawn.dtype)


def _shares(length: int, cells: int | Tensor, on: torch.device) -> Tensor:
    """(cells, length) float32: how much each px counts in each cell.

    The cells divide the length evenly. A px counts in a cell by how much of it the cell covers. A
    cell that is smaller than a px covers as much as a px about its centre: its value is then the
    linear interpolation between the two px that are nearest.
    """
    size = torch.as_tensor(length / cells, device=on)
    cell = torch.arange(cells, device=on)  # type: ignore[arg-type]
    centres = (cell[:, None] + 0.5) * size
    reach = size.clamp(min=1.0) / 2
    px_begins = torch.arange(length, device=on)
    px_ends = px_begins + 1

    # Where a px and a cell have nothing in common, the difference is negative.
    common_begins = torch.maximum(centres - reach, px_begins)
    common_ends = torch.minimum(centres + reach, px_ends)
    common = (common_ends - common_begins).clamp(min=0)
    # What lies beyond the window's border does not count.
    return common / common.sum(dim=1, keepdim=True)


def resized_maps(maps: Tensor, height: int, width: int) -> Tensor:
    """Maps (N, h, w) at another size, by bilinear interpolation."""
    size = (height, width)
    resized = functional.interpolate(maps[:, None], size, mode="bilinear")
    return resized[:, 0]
