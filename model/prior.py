"""The drawn box as part of the question: what the model knows before it has looked at a pixel.

A prior is the share of training masks that cover a place, on a grid over the drawn box's own coordinates, as logits.
Masks come in some usual shapes (upright, lying, round, all of the box), and each has its prior; their mixture by how
often each comes is the prior alone. It is added to the network's maps, so that training begins from it and the pixels
only correct it.
"""

from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from curate.pixels.masks import Mask

REACH = 0.5
"""The grid goes this share of the box's side beyond each side."""

CELLS = 64
"""Cells on each axis of the grid: 32 in the box, 16 on either side of it; the box's edges fall between two."""

SHAPES = 8
"""Usual shapes that are told apart."""

_ROUNDS, _ATTEMPTS = 30, 3  # of k-means
_LENT = 3  # masks of the mean shape that each shape counts besides its own
_LEAST = 0.003  # of the masks: no place is certain


class Priors(NamedTuple):
    """The usual shapes of objects in their drawn boxes."""

    logits: Tensor
    """(SHAPES, CELLS, CELLS) float32."""
    shares: Tensor
    """(SHAPES,) float32, of sum 1: how often each comes."""


def learn_priors(
    masks: Iterable[tuple[Mask, NDArray[np.int32]]], before: Tensor | None = None
) -> Priors:
    """Priors of pairs of a window's mask, (H, W) bool, and its drawn box, (4,) px.

    Beyond the window nothing is the object; each mask's mirror image counts as well. Masks are grouped by k-means, or
    each with the nearest of the logits `before`. Without any mask: the ellipse.
    """
    covered = np.array([_in_cells(mask, drawn) for mask, drawn in masks], np.float32).reshape(
        -1, CELLS, CELLS
    )
    if not len(covered):
        ellipse = torch.from_numpy(_ellipse()).float()
        return Priors(
            torch.logit(ellipse, eps=_LEAST).repeat(SHAPES, 1, 1), torch.full((SHAPES,), 1 / SHAPES)
        )
    cells = torch.from_numpy(np.concatenate((covered, covered[:, :, ::-1])))
    groups = (
        _grouped(_coarse(cells))
        if before is None
        else _nearest(_coarse(cells), _coarse(torch.sigmoid(before)))
    )
    members = functional.one_hot(groups, SHAPES).float()
    counts = members.sum(0) + _LENT
    means = (torch.einsum("nk,nyx->kyx", members, cells) + _LENT * cells.mean(0)) / counts[
        :, None, None
    ]
    box = _box(means)  # smoothed by itself: its edges stay sharp
    box[:] = functional.avg_pool2d(box[:, None], 3, stride=1, padding=1, count_include_pad=False)[
        :, 0
    ]
    return Priors(torch.logit(means, eps=_LEAST), counts / counts.sum())


def _in_cells(mask: Mask, drawn: NDArray[np.int32]) -> Mask:
    """(CELLS, CELLS): a mask on the grid of its drawn box."""
    rows, columns = (
        _sampled(drawn[axis], drawn[axis + 2], mask.shape[1 - axis]) for axis in (1, 0)
    )
    return np.pad(mask, 1)[np.ix_(rows + 1, columns + 1)]


def _sampled(low: int, high: int, length: int) -> NDArray[np.int64]:
    """The px under each cell's middle; -1 and `length` stand for all beyond the window."""
    shares = (np.arange(CELLS) + 0.5) / CELLS * (1 + 2 * REACH) - REACH
    return np.clip(np.floor(low + shares * (high - low)).astype(np.int64), -1, length)


def _ellipse() -> NDArray[np.float64]:
    middle = ((np.arange(CELLS) + 0.5) / CELLS * (1 + 2 * REACH) - REACH - 0.5) ** 2
    return np.where(middle[:, None] + middle < 0.25, 0.9, 0.0)


def _box(grids: Tensor) -> Tensor:
    """The cells in the box, (n, CELLS / 2, CELLS / 2), of some grids."""
    return grids[:, CELLS // 4 : -CELLS // 4, CELLS // 4 : -CELLS // 4]


def _coarse(grids: Tensor) -> Tensor:
    """(n, cells): what shapes are told apart by."""
    return functional.avg_pool2d(_box(grids), 2).flatten(1)


def _grouped(points: Tensor) -> Tensor:
    """(n,) groups of (n, d) points by k-means; seeded, so that it repeats."""
    if len(points) < SHAPES:
        return torch.arange(len(points))
    cv2.setRNGSeed(0)
    ends = (cv2.TERM_CRITERIA_COUNT, _ROUNDS, 0)
    _, groups, _ = cv2.kmeans(points.numpy(), SHAPES, None, ends, _ATTEMPTS, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    return torch.from_numpy(groups[:, 0]).long()


def _nearest(points: Tensor, centres: Tensor) -> Tensor:
    return torch.cdist(points, centres).argmin(1)


def mixed_prior(priors: Tensor, shares: Tensor) -> Tensor:
    """Priors (shapes, CELLS, CELLS) mixed by shares (N, shapes): (N, CELLS, CELLS) logits."""
    inside, outside = (
        torch.einsum("nk,kyx->nyx", shares, torch.sigmoid(sign * priors)) for sign in (1, -1)
    )
    return torch.log(inside) - torch.log(outside)


def prior_logits(priors: Tensor, drawn: Tensor, height: int, width: int) -> Tensor:
    """Priors (N, CELLS, CELLS) over windows, bilinear, for drawn boxes (N, 4) in px → (N, 1, height, width)."""
    drawn = drawn.to(priors.dtype)
    columns = _shares(drawn[:, 0::2], width)[:, None, :].expand(-1, height, -1)
    rows = _shares(drawn[:, 1::2], height)[:, :, None].expand(-1, -1, width)
    places = (torch.stack((columns, rows), -1) - 0.5) * (2 / (1 + 2 * REACH))
    return functional.grid_sample(
        priors[:, None], places, mode="bilinear", padding_mode="border", align_corners=False
    )


def _shares(sides: Tensor, length: int) -> Tensor:
    """Where each px's middle lies between two sides, (N, 2) → (N, length); 0 and 1 are the sides."""
    middles = torch.arange(length, dtype=sides.dtype, device=sides.device) + 0.5
    return (middles - sides[:, :1]) / (sides[:, 1:] - sides[:, :1]).clamp(min=1)
