"""What the colours of a window say about a first answer: which are the object's, where it ends.

These are the two terms of GrabCut (Rother et al. 2004, section 2) as logits:

- Colours. Histograms stand for GrabCut's mixtures of Gaussians, as in DenseCut (Cheng et al. 2015).
  Each pixel counts by its probability of being the object.
- Neighbours. Each pixel pulls its eight neighbours towards its own answer, the less the more their
  colours differ. Steps of mean field stand for GrabCut's cut (Zheng et al. 2015).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_LIGHT_BINS = 32  # of lightness
_TINT_BINS = 16  # of each of two differences of channels
_TINT_REACH = 64  # levels; stronger tints share the outer bins
_MIN_SHARE = 1e-6  # of a histogram: no colour is certain

_PULL = 1.0  # logit that a certain neighbour of the same colour adds
_ROUNDS = 3  # so often colours are counted anew
_STEPS = 5  # of the neighbours, in each round

_ALL = slice(None)
_ALL_BUT_LAST = slice(None, -1)
_ALL_BUT_FIRST = slice(1, None)

_Pixels = tuple[slice, slice]
"""Rows and columns of a picture."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """All pairs of pixels that are neighbours in one direction."""

    nearness: float
    """1 / distance in px."""

    here: _Pixels
    """The pixels that have a neighbour in this direction."""

    there: _Pixels
    """Their neighbours, in the same order."""


_BESIDE = _Pairs(
    nearness=1.0,
    here=(_ALL, _ALL_BUT_LAST),
    there=(_ALL, _ALL_BUT_FIRST),
)
_BELOW = _Pairs(
    nearness=1.0,
    here=(_ALL_BUT_LAST, _ALL),
    there=(_ALL_BUT_FIRST, _ALL),
)
_BELOW_RIGHT = _Pairs(
    nearness=0.5**0.5,
    here=(_ALL_BUT_LAST, _ALL_BUT_LAST),
    there=(_ALL_BUT_FIRST, _ALL_BUT_FIRST),
)
_BELOW_LEFT = _Pairs(
    nearness=0.5**0.5,
    here=(_ALL_BUT_LAST, _ALL_BUT_FIRST),
    there=(_ALL_BUT_FIRST, _ALL_BUT_LAST),
)
_DIRECTIONS = (_BESIDE, _BELOW, _BELOW_RIGHT, _BELOW_LEFT)


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
        likeness = _likeness(pixels)
        answer = logits
        for _ in range(_ROUNDS):
            evidence = _evidence(bins, torch.sigmoid(answer))
            by_itself = logits + trust[:, None, None] * evidence
            answer = by_itself
            for _ in range(_STEPS):
                # tanh(x / 2) maps a logit to -1 (surely not the object) … 1 (surely the object).
                certainty = torch.tanh(answer / 2)
                answer = by_itself + _pull(certainty, likeness)
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
    ratios = []
    for its_bins, inside in zip(bins.flatten(1), probability.flatten(1), strict=True):
        on_object = _histogram(its_bins, inside) + _MIN_SHARE
        around_it = _histogram(its_bins, 1 - inside) + _MIN_SHARE
        ratio = torch.log(on_object / around_it)
        ratios.append(ratio[its_bins])
    return torch.stack(ratios).view_as(probability)


def _histogram(bins: Tensor, weights: Tensor) -> Tensor:
    """(bins,): share of each bin among the weighted pixels, smoothed over neighbouring bins."""
    count = torch.bincount(bins, weights, minlength=_LIGHT_BINS * _TINT_BINS**2)
    cube = count.view(1, _LIGHT_BINS, _TINT_BINS, _TINT_BINS).float()
    smooth = functional.avg_pool3d(
        cube,
        kernel_size=3,
        stride=1,
        padding=1,
        count_include_pad=False,
    )
    total = smooth.sum().clamp(min=_MIN_SHARE)
    return (smooth / total).flatten()


def _likeness(pixels: Tensor) -> list[Tensor]:
    """For each direction: nearness × exp(-difference² / twice its mean over the window)."""
    colours = pixels.float()
    squares = []
    for pairs in _DIRECTIONS:
        here = colours[:, :, *pairs.here]
        there = colours[:, :, *pairs.there]
        difference = here - there
        squares.append(difference.square().sum(1))

    every_pair = torch.cat([each.flatten(1) for each in squares], 1)
    mean = every_pair.mean(1)
    scale = (2 * mean).clamp(min=_MIN_SHARE)[:, None, None]

    likeness = []
    for pairs, square in zip(_DIRECTIONS, squares, strict=True):
        alike = torch.exp(-square / scale)
        likeness.append(pairs.nearness * alike)
    return likeness


def _pull(certainty: Tensor, likeness: list[Tensor]) -> Tensor:
    """What all eight neighbours add to each pixel, (N, H, W) logits.

    `certainty`: (N, H, W) of the answer, from -1 to 1.
    """
    pull = torch.zeros_like(certainty)
    for pairs, alike in zip(_DIRECTIONS, likeness, strict=True):
        here = certainty[:, *pairs.here]
        there = certainty[:, *pairs.there]
        pull[:, *pairs.here] += alike * there
        pull[:, *pairs.there] += alike * here
    return _PULL * pull
