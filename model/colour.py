"""What the colours of a window say about a first answer: which are the object's, where it ends.

These are the two terms of GrabCut (Rother et al. 2004, section 2) as logits:

- Colours. Histograms stand for GrabCut's mixtures of Gaussians, as in DenseCut (Cheng et al. 2015).
  Each pixel counts by its probability of being the object.
- Neighbours. Each pixel pulls its eight neighbours towards its own answer, and pulls less where
  their colours differ more. Steps of mean field stand for GrabCut's cut (Zheng et al. 2015).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_LIGHT_BINS = 32  # of lightness
_TINT_BINS = 16  # of each of two differences of channels
_TINT_REACH = 64  # levels; stronger tints share the outer bins
_MIN_SHARE = 1e-6  # of a histogram: no colour is certain

# The first answer's logits count by so much: it is surer of itself than it should be, above all
# where it has missed an edge.
_FIRMNESS = 0.9
_PULL = 1.0  # logit that a certain neighbour of the same colour adds
_ROUNDS = 3  # so often colours are counted anew
_STEPS = 5  # of the neighbours, in each round


@dataclass(frozen=True, slots=True)
class _Direction:
    """Where a neighbour lies, px."""

    down: int
    right: int
    nearness: float
    """1 / distance in px."""

    @property
    def opposite(self) -> "_Direction":
        return _Direction(-self.down, -self.right, self.nearness)


_DIAGONAL = 0.5**0.5

# With their opposites, these are all eight.
_DIRECTIONS = (
    _Direction(0, 1, 1.0),
    _Direction(1, 0, 1.0),
    _Direction(1, 1, _DIAGONAL),
    _Direction(1, -1, _DIAGONAL),
)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """All pixels' neighbours in one direction."""

    direction: _Direction
    likeness: Tensor
    """(N, H, W) how much each pulls, 0 to 1; 0 where there is no neighbour."""


def colour_evidence(pixels: Tensor, probability: Tensor) -> Tensor:
    """How much likelier each pixel's colour is on the object than around it, as a logarithm.

    `pixels`: (N, 3, H, W) uint8 RGB. `probability`: (N, H, W) of a first answer. The evidence is
    (N, H, W) float32, without a gradient.
    """
    with torch.no_grad():
        return _evidence(_colour_bins(pixels), probability)


def settle(pixels: Tensor, logits: Tensor, trust: Tensor) -> Tensor:
    """A first answer corrected by its colours and neighbours: (N, H, W) logits, no gradient.

    `pixels`: (N, 3, H, W) uint8 RGB. `logits`: (N, H, W) of the first answer. `trust`: (N,) weight
    of the colours' evidence.
    """
    with torch.no_grad():
        bins = _colour_bins(pixels)
        neighbours = _neighbours(pixels)
        first_answer = _FIRMNESS * logits
        answer = first_answer
        for _ in range(_ROUNDS):
            evidence = _evidence(bins, torch.sigmoid(answer))
            by_itself = first_answer + trust[:, None, None] * evidence
            answer = by_itself
            for _ in range(_STEPS):
                # tanh(x / 2) maps a logit to -1 (surely not the object) … 1 (surely the object).
                certainty = torch.tanh(answer / 2)
                answer = by_itself + _pull(certainty, neighbours)
        return answer


def _colour_bins(pixels: Tensor) -> Tensor:
    """(N, H, W) int64: the bin of each pixel's colour, by lightness and two tints."""
    red, green, blue = pixels.float().unbind(1)
    lightness = red + green + blue
    bins_per_level = _LIGHT_BINS / 768
    bins = (lightness * bins_per_level).long()

    red_green = red - green
    blue_yellow = blue - (red + green) / 2
    bins_per_level = _TINT_BINS / (2 * _TINT_REACH)
    for tint in (red_green, blue_yellow):
        from_zero = tint + _TINT_REACH
        tint_bin = (from_zero * bins_per_level).long()
        bins = bins * _TINT_BINS + tint_bin.clamp(0, _TINT_BINS - 1)
    return bins


def _evidence(bins: Tensor, probability: Tensor) -> Tensor:
    """`colour_evidence`, of colours that are binned."""
    if len(probability) == 0:  # one of several ranks may have no sample of a batch
        return probability
    its_bins = bins.flatten(1)
    inside = probability.flatten(1)
    on_object = _histograms(its_bins, inside) + _MIN_SHARE
    around_it = _histograms(its_bins, 1 - inside) + _MIN_SHARE
    ratio = torch.log(on_object / around_it)
    return ratio.gather(1, its_bins).view_as(probability)


def _histograms(bins: Tensor, weights: Tensor) -> Tensor:
    """(N, bins): share of each bin among the weighted pixels, smoothed over neighbouring bins.

    `bins`, `weights`: (N, pixels).
    """
    # ONNX knows scattered sums, and no bincount.
    count = weights.new_zeros(len(bins), _LIGHT_BINS * _TINT_BINS**2)
    count.scatter_add_(1, bins, weights)
    cubes = count.view(-1, 1, _LIGHT_BINS, _TINT_BINS, _TINT_BINS)
    smooth = functional.avg_pool3d(
        cubes,
        kernel_size=(3, 3, 3),
        stride=(1, 1, 1),
        padding=(1, 1, 1),
        count_include_pad=False,
    ).flatten(1)
    total = smooth.sum(1, keepdim=True).clamp(min=_MIN_SHARE)
    return smooth / total


def _neighbours(pixels: Tensor) -> list[_Neighbours]:
    """All eight neighbours of the pixels (N, 3, H, W).

    Likeness = nearness × exp(-difference² / twice its mean over the window).
    """
    colours = pixels.float()
    squares = []
    for direction in _DIRECTIONS:
        here = colours[:, :, *_having(direction)]
        there = colours[:, :, *_having(direction.opposite)]
        difference = here - there
        squares.append(difference.square().sum(1))

    # (N, 1, 1): one scale for each window. Without any difference, it must not be 0.
    every_pair = torch.cat([each.flatten(1) for each in squares], dim=1)
    mean = every_pair.mean(1)
    scale = (2 * mean).clamp(min=_MIN_SHARE)[:, None, None]

    neighbours = []
    for direction, square in zip(_DIRECTIONS, squares, strict=True):
        alike = direction.nearness * torch.exp(-square / scale)
        opposite = direction.opposite
        neighbours.append(_Neighbours(direction, _framed(alike, direction)))
        neighbours.append(_Neighbours(opposite, _framed(alike, opposite)))
    return neighbours


def _having(direction: _Direction) -> tuple[slice, slice]:
    """Rows and columns of the pixels that have a neighbour in a direction."""
    return _with_another(direction.down), _with_another(direction.right)


def _with_another(step: int) -> slice:
    """The rows, or columns, that have another one `step` further on; before them if negative."""
    if step > 0:
        return slice(0, -step)
    return slice(-step, None)


def _framed(maps: Tensor, direction: _Direction) -> Tensor:
    """Maps of the pixels that have a neighbour in a direction, with 0 for all other pixels."""
    left = max(0, -direction.right)
    right = max(0, direction.right)
    above = max(0, -direction.down)
    below = max(0, direction.down)
    return functional.pad(maps, (left, right, above, below))


def _pull(certainty: Tensor, neighbours: list[_Neighbours]) -> Tensor:
    """What all eight neighbours add to each pixel, (N, H, W) logits.

    `certainty`: (N, H, W) of the answer, from -1 to 1.
    """
    height, width = certainty.shape[-2:]
    framed = functional.pad(certainty, (1, 1, 1, 1))
    pull = torch.zeros_like(certainty)
    for each in neighbours:
        top = 1 + each.direction.down
        left = 1 + each.direction.right
        there = framed[:, top : top + height, left : left + width]
        pull += each.likeness * there
    return _PULL * pull
