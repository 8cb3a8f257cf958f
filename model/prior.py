"""The drawn box as part of the question: what the model knows before it has looked at a pixel.

The prior is the share of training masks that cover a place, on a grid over the drawn box's own coordinates, as
logits. It is added to the network's seven maps, so that training begins from it and the pixels only correct it.
"""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from curate.masks import Mask
from model.u2net import U2Net

REACH = 0.5
"""The grid goes this share of the box's side beyond each side."""

CELLS = 64
"""Cells on each axis of the grid: 32 in the box, 16 on either side of it; the box's edges fall between two."""

_LEAST = 0.003  # of the masks: no place is certain
_MEAN = (0.485, 0.456, 0.406)  # RGB, of the published network's input
_SPREAD = (0.229, 0.224, 0.225)


def learn_prior(masks: Iterable[tuple[Mask, NDArray[np.int32]]]) -> Tensor:
    """(CELLS, CELLS) float32 logits from pairs of a window's mask, (H, W) bool, and its drawn box, (4,) px.

    Beyond the window nothing is the object. Left and right count alike. Without any mask: an ellipse in the box.
    """
    covered, count = np.zeros((CELLS, CELLS)), 0
    for mask, drawn in masks:
        rows = _sampled(drawn[1], drawn[3], mask.shape[0])
        columns = _sampled(drawn[0], drawn[2], mask.shape[1])
        covered += np.pad(mask, 1)[np.ix_(rows + 1, columns + 1)]
        count += 1
    share = (covered + covered[:, ::-1]) / (2 * count) if count else _ellipse()
    shares = torch.from_numpy(share).float()
    box = shares[CELLS // 4 : -CELLS // 4, CELLS // 4 : -CELLS // 4]  # smoothed by itself: its edges stay sharp
    box[:] = functional.avg_pool2d(box[None], 3, stride=1, padding=1, count_include_pad=False)[0]
    return torch.logit(shares, eps=_LEAST)


def _sampled(low: int, high: int, length: int) -> NDArray[np.int64]:
    """The px under each cell's middle; -1 and `length` stand for all beyond the window."""
    shares = (np.arange(CELLS) + 0.5) / CELLS * (1 + 2 * REACH) - REACH
    return np.clip(np.floor(low + shares * (high - low)).astype(np.int64), -1, length)


def _ellipse() -> NDArray[np.float64]:
    middle = ((np.arange(CELLS) + 0.5) / CELLS * (1 + 2 * REACH) - REACH - 0.5) ** 2
    return np.where(middle[:, None] + middle < 0.25, 0.9, 0.0)


def prior_logits(prior: Tensor, drawn: Tensor, height: int, width: int) -> Tensor:
    """The prior over each window, bilinear: (CELLS, CELLS), drawn boxes (N, 4) in px → (N, 1, height, width)."""
    drawn = drawn.to(prior.dtype)
    columns = _shares(drawn[:, 0::2], width)[:, None, :].expand(-1, height, -1)
    rows = _shares(drawn[:, 1::2], height)[:, :, None].expand(-1, -1, width)
    places = (torch.stack((columns, rows), -1) - 0.5) * (2 / (1 + 2 * REACH))
    grid = prior.expand(len(drawn), 1, -1, -1)
    return functional.grid_sample(grid, places, mode="bilinear", padding_mode="border", align_corners=False)


def _shares(sides: Tensor, length: int) -> Tensor:
    """Where each px's middle lies between two sides, (N, 2) → (N, length); 0 and 1 are the sides."""
    middles = torch.arange(length, dtype=sides.dtype, device=sides.device) + 0.5
    return (middles - sides[:, :1]) / (sides[:, 1:] - sides[:, :1]).clamp(min=1)


class BoxNetwork(nn.Module):
    """U²-Net asked about a drawn box: the network's logits plus the prior's.

    `outside`: contrast that pixels outside the drawn box keep at the network's input; 1 leaves them as they are.
    """

    prior: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self, network: U2Net, prior: Tensor, outside: float = 1.0) -> None:
        super().__init__()
        self.network: U2Net = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.outside = outside
        self.register_buffer("prior", prior.float())
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("spread", torch.tensor(_SPREAD).view(1, 3, 1, 1) * 255, persistent=False)

    def forward(self, pixels: Tensor, drawn: Tensor) -> Tensor:
        """Pixels (N, 3, H, W) uint8 RGB, drawn boxes (N, 4) in px of the window → (N, 7, H, W) float32 logits."""
        height, width = pixels.shape[-2:]
        x = (pixels.float() - self.mean) / self.spread
        if self.outside < 1:
            x = x * torch.where(_inside(drawn, height, width), 1.0, self.outside)
        maps: Tensor = self.network(x.contiguous(memory_format=torch.channels_last))
        return maps.float() + prior_logits(self.prior, drawn, height, width)


def _inside(drawn: Tensor, height: int, width: int) -> Tensor:
    columns = torch.arange(width, device=drawn.device)
    rows = torch.arange(height, device=drawn.device)
    beside = (columns >= drawn[:, 0, None]) & (columns < drawn[:, 2, None])
    below = (rows >= drawn[:, 1, None]) & (rows < drawn[:, 3, None])
    return (below[:, :, None] & beside[:, None, :])[:, None]
