"""What the drawn box alone suggests: a mask's usual shape, before the model looks at a pixel.

A prior is a grid over the drawn box and its surroundings. Each cell holds the share of training
masks that cover it, as a logit. Masks come in some usual shapes (upright, lying, round, all of the
box), and each shape has its own prior. The priors mixed by how often each shape comes are the
prior alone. It is added to the network's maps: training begins from it, and the pixels only
correct it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from curate.pixels.masks import Mask

REACH = 0.5
"""How far the grid reaches beyond each side of the box, as a share of the box's width or height."""

CELLS = 64
"""Cells of the grid in each direction: 32 in the box, 16 on either side of it.

The sides of the box lie between two cells.
"""

SHAPES = 8
"""Number of usual shapes."""

# Rows or columns of the grid that lie in the box.
_INSIDE = slice(CELLS // 4, -CELLS // 4)
_GRID_SIDE = 1 + 2 * REACH  # of the whole grid, in sides of the box

_KMEANS_STEPS = 30
_KMEANS_ATTEMPTS = 3
_LENT_MASKS = 3  # masks of the mean shape that each shape counts besides its own
_MIN_SHARE = 0.003  # of the masks: no cell is certain
_ELLIPSE_SHARE = (
    0.9  # of the masks, in the ellipse that stands for them when there are no masks
)


@dataclass(frozen=True, slots=True)
class Priors:
    """The usual shapes of objects in their drawn boxes."""

    logits: Tensor
    """(SHAPES, CELLS, CELLS) float32."""

    shares: Tensor
    """(SHAPES,) float32: how often each shape comes; they sum to 1."""


def learn_priors(
    masks: Iterable[tuple[Mask, NDArray[np.int32]]],
    before: Tensor | None = None,
) -> Priors:
    """Learn the usual shapes from masks.

    `masks`: pairs of a window's mask, (H, W) bool, and its drawn box, (4,) px of the window.
    Outside its window nothing is the object. The mirror image of each mask counts as well.
    `before`: logits of usual shapes, (SHAPES, CELLS, CELLS). Each mask joins the shape that it is
    most like; without them, k-means finds the shapes. Without any mask, all shapes are the ellipse.
    """
    grids = [_on_grid(mask, drawn) for mask, drawn in masks]
    if not grids:
        return _ellipses()
    covered = np.array(grids, np.float32)
    mirrored = covered[:, :, ::-1]
    cells = torch.from_numpy(np.concatenate((covered, mirrored)))

    features = _features(cells)
    if before is None:
        shape_of_mask = _by_kmeans(features)
    else:
        shape_of_mask = _nearest(features, _features(torch.sigmoid(before)))

    # The mean of each shape's own masks and of a few masks of the mean shape.
    members = functional.one_hot(shape_of_mask, SHAPES).float()
    counts = members.sum(0) + _LENT_MASKS
    totals = torch.einsum("nk,nyx->kyx", members, cells)
    totals = totals + _LENT_MASKS * cells.mean(0)
    means = totals / counts[:, None, None]

    # The inside of the box is smoothed by itself, so that the sides of the box stay sharp.
    inside = means[:, _INSIDE, _INSIDE]
    inside[:] = _smooth(inside)
    return Priors(
        logits=torch.logit(means, eps=_MIN_SHARE),
        shares=counts / counts.sum(),
    )


def _smooth(grids: Tensor) -> Tensor:
    """Grids (n, rows, columns), each cell the mean of itself and its neighbours."""
    smooth = functional.avg_pool2d(
        grids[:, None],
        kernel_size=3,
        stride=1,
        padding=1,
        count_include_pad=False,
    )
    return smooth[:, 0]


def _on_grid(mask: Mask, drawn: NDArray[np.int32]) -> Mask:
    """(CELLS, CELLS) bool: a mask (H, W) on the grid of its drawn box."""
    height, width = mask.shape
    x0, y0, x1, y1 = drawn
    rows = _pixels_of_cells(y0, y1, height)
    columns = _pixels_of_cells(x0, x1, width)

    # With a border of 1 px, the positions -1 and `height` or `width` exist, and are empty.
    padded = np.pad(mask, 1)
    return padded[np.ix_(rows + 1, columns + 1)]


def _pixels_of_cells(low: int, high: int, length: int) -> NDArray[np.int64]:
    """(CELLS,) the pixel under the middle of each cell, for a box from `low` to `high`.

    -1 and `length` stand for everything outside the window.
    """
    positions = low + _cell_middles() * (high - low)
    pixels = np.floor(positions).astype(np.int64)
    return np.clip(pixels, -1, length)


def _cell_middles() -> NDArray[np.float64]:
    """(CELLS,) where the middles of the cells lie; 0 and 1 are the sides of the box."""
    middles = (np.arange(CELLS) + 0.5) / CELLS
    return middles * _GRID_SIDE - REACH


def _ellipses() -> Priors:
    """Priors without any mask: all shapes are the ellipse that touches the sides of the box."""
    from_middle = (_cell_middles() - 0.5) ** 2
    inside = from_middle[:, None] + from_middle < 0.25
    ellipse = np.where(inside, _ELLIPSE_SHARE, 0.0)

    shares = torch.from_numpy(ellipse).float()
    logits = torch.logit(shares, eps=_MIN_SHARE)
    return Priors(
        logits=logits.repeat(SHAPES, 1, 1),
        shares=torch.full((SHAPES,), 1 / SHAPES),
    )


def _features(grids: Tensor) -> Tensor:
    """(n, cells / 16): what shapes of grids (n, CELLS, CELLS) are told apart by."""
    inside = grids[:, _INSIDE, _INSIDE]
    return functional.avg_pool2d(inside, 2).flatten(1)


def _by_kmeans(points: Tensor) -> Tensor:
    """(n,) the group of each of (n, d) points, by k-means."""
    if len(points) < SHAPES:
        return torch.arange(len(points))
    # OpenCV chooses the first centres by its own generator; seeded, it repeats.
    cv2.setRNGSeed(0)
    _, groups, _ = cv2.kmeans(  # type: ignore[call-overload]
        points.numpy(),
        SHAPES,
        None,
        (cv2.TERM_CRITERIA_COUNT, _KMEANS_STEPS, 0),
        _KMEANS_ATTEMPTS,
        cv2.KMEANS_PP_CENTERS,
    )
    return torch.from_numpy(groups[:, 0]).long()


def _nearest(points: Tensor, centres: Tensor) -> Tensor:
    """(n,) the nearest of (k, d) centres to each of (n, d) points."""
    return torch.cdist(points, centres).argmin(1)


def mixed_prior(priors: Tensor, shares: Tensor) -> Tensor:
    """Mix priors by shares: (N, CELLS, CELLS) logits.

    `priors`: (shapes, CELLS, CELLS) logits. `shares`: (N, shapes), each row of sum 1. What is mixed
    are the probabilities.
    """
    inside = torch.einsum("nk,kyx->nyx", shares, torch.sigmoid(priors))
    outside = torch.einsum("nk,kyx->nyx", shares, torch.sigmoid(-priors))
    return torch.log(inside) - torch.log(outside)


def prior_logits(priors: Tensor, drawn: Tensor, height: int, width: int) -> Tensor:
    """Place priors over windows: (N, 1, height, width) logits, by bilinear interpolation.

    `priors`: (N, CELLS, CELLS) logits. `drawn`: (N, 4) drawn boxes in px of the windows, which are
    height × width px. Pixels outside the grid get the value of its nearest cell.
    """
    drawn = drawn.to(priors.dtype)
    x0, y0, x1, y1 = drawn[:, :, None].unbind(1)
    columns = _positions_in_box(x0, x1, width)
    rows = _positions_in_box(y0, y1, height)

    # grid_sample takes x and y of each pixel, -1 to 1 over the whole grid.
    size = (len(drawn), height, width)
    x = columns[:, None, :].expand(size)
    y = rows[:, :, None].expand(size)
    from_middle = torch.stack((x, y), -1) - 0.5
    positions = from_middle * (2 / _GRID_SIDE)
    return functional.grid_sample(
        priors[:, None],
        positions,
        mode="bilinear",
        padding_mode="border",
        align_corners=False,
    )


def _positions_in_box(low: Tensor, high: Tensor, length: int) -> Tensor:
    """(N, length): where the middle of each pixel lies; 0 and 1 are the sides of the box.

    `low`, `high`: (N, 1) px of the sides.
    """
    pixels = torch.arange(length, dtype=low.dtype, device=low.device)
    middles = pixels + 0.5
    side = (high - low).clamp(min=1)
    return (middles - low) / side
