"""What the colours of a window say, once there is a first answer: which are the object's, and where one ends.

The two terms of GrabCut (Rother et al. 2004, section 2) as logits. Colours: histograms for its mixtures of Gaussians,
as in DenseCut (Cheng et al. 2015), weighted by how likely each pixel is the object. Neighbours: each pulls a pixel
towards its own side, the less the more their colours differ, by steps of mean field for its cut (Zheng et al. 2015).
"""

import torch
from torch import Tensor
from torch.nn import functional

_LIGHTS, _TINTS = 32, 16  # bins of lightness, and of each of two differences of channels
_LEAST = 1e-6  # of a histogram: no colour is certain
_PULL = 1.0  # logit of a neighbour of like colour that is certain of its side
_ROUNDS, _STEPS = 3, 5  # colours are counted again after so many steps of the neighbours

_HERE, _LOW, _HIGH = slice(None), slice(None, -1), slice(1, None)
_PAIRS = (
    (1.0, (_HERE, _LOW), (_HERE, _HIGH)),  # beside
    (1.0, (_LOW, _HERE), (_HIGH, _HERE)),  # below
    (0.5**0.5, (_LOW, _LOW), (_HIGH, _HIGH)),
    (0.5**0.5, (_LOW, _HIGH), (_HIGH, _LOW)),
)
"""Nearness of two pixels, and which rows and columns hold the one and the other."""


def colour_evidence(pixels: Tensor, answer: Tensor) -> Tensor:
    """Log of how much likelier each pixel's colour is on the object than beside it; (N, H, W) float32, no gradient.

    Pixels (N, 3, H, W) uint8 RGB; an answer's probabilities (N, H, W).
    """
    with torch.no_grad():
        return _evidence_of(_bins(pixels), answer)


def settle(pixels: Tensor, logits: Tensor, trust: Tensor) -> Tensor:
    """Where an answer comes to rest by colours and neighbours: (N, H, W) logits, no gradient.

    Pixels (N, 3, H, W) uint8 RGB, the first answer's logits (N, H, W), and how much the evidence counts, (N,).
    """
    with torch.no_grad():
        bins, alike, answer = _bins(pixels), _alike(pixels), logits
        for _ in range(_ROUNDS):
            alone = logits + trust[:, None, None] * _evidence_of(bins, torch.sigmoid(answer))
            answer = alone
            for _ in range(_STEPS):
                answer = alone + _pull(torch.tanh(answer / 2), alike)
        return answer


def _bins(pixels: Tensor) -> Tensor:
    """(N, H, W) whole numbers of the bins."""
    red, green, blue = pixels.float().unbind(1)
    light = ((red + green + blue) * (_LIGHTS / 768)).long()
    for tint in (red - green, blue - (red + green) / 2):
        place = ((tint + 64) * (_TINTS / 128)).long()  # tints beyond 64 levels share the outer bins
        light = light * _TINTS + place.clamp(0, _TINTS - 1)
    return light


def _evidence_of(bins: Tensor, answer: Tensor) -> Tensor:
    ratios = []
    for flat, inside in zip(bins.flatten(1), answer.flatten(1), strict=True):
        ours, theirs = (_histogram(flat, weights) for weights in (inside, 1 - inside))
        ratios.append(torch.log((ours + _LEAST) / (theirs + _LEAST))[flat])
    return torch.stack(ratios).view_as(answer)


def _histogram(bins: Tensor, weights: Tensor) -> Tensor:
    """Shares of the bins, (bins,), each blurred over its neighbours."""
    count = torch.bincount(bins, weights, _LIGHTS * _TINTS**2).view(1, _LIGHTS, _TINTS, _TINTS)
    smooth = functional.avg_pool3d(count.float(), 3, stride=1, padding=1, count_include_pad=False)
    return (smooth / smooth.sum().clamp(min=_LEAST)).flatten()


def _alike(pixels: Tensor) -> list[Tensor]:
    """For each of `_PAIRS`: nearness × exp(-difference² / its double mean over the window)."""
    colours = pixels.float()
    squares = [
        (colours[:, :, *one] - colours[:, :, *other]).square().sum(1) for _, one, other in _PAIRS
    ]
    usual = torch.cat([each.flatten(1) for each in squares], 1).mean(1)
    scale = (2 * usual).clamp(min=_LEAST)[:, None, None]
    return [
        nearness * torch.exp(-each / scale)
        for (nearness, _, _), each in zip(_PAIRS, squares, strict=True)
    ]


def _pull(sides: Tensor, alike: list[Tensor]) -> Tensor:
    """What all eight neighbours say, by their own sides from -1 to 1, (N, H, W)."""
    pull = torch.zeros_like(sides)
    for (_, one, other), likeness in zip(_PAIRS, alike, strict=True):
        pull[:, *one] += likeness * sides[:, *other]
        pull[:, *other] += likeness * sides[:, *one]
    return _PULL * pull
