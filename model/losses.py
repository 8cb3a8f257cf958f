"""What training minimises: over all seven maps, each crop counting alike whatever its size.

Maps are (N, 7, H, W) logits; targets and weights (N, 1, H, W) float. A weight of 0 takes a pixel (padding) out.
"""

import torch
from torch import Tensor
from torch.nn import functional

MAP_SHARES = (1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
"""How much each map counts: the fused one, then the sides."""


def cross_entropy(maps: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """(N, 7): binary cross-entropy on logits, mean over each crop's pixels by weight."""
    each = functional.softplus(maps) - maps * target
    return (each * weights).sum((2, 3)) / weights.sum((2, 3)).clamp(min=1e-6)


def soft_iou(maps: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """(N, 7): 1 - intersection / union of probabilities and mask, over each crop (Rahman and Wang 2016)."""
    probability = torch.sigmoid(maps) * weights
    truth = target * weights
    both = (probability * target).sum((2, 3))
    union = probability.sum((2, 3)) + truth.sum((2, 3)) - both
    return 1 - (both + 1) / (union + 1)  # 1 px: an empty mask found empty costs nothing


def edge_weights(target: Tensor, valid: Tensor, gain: float, radius: int = 2) -> Tensor:
    """`valid`, but 1 + gain within `radius` px of the mask's boundary; (N, 1, H, W)."""
    side = 2 * radius + 1
    grown = functional.max_pool2d(target, side, stride=1, padding=radius)
    shrunk = -functional.max_pool2d(-target, side, stride=1, padding=radius)
    return valid * (1 + gain * (grown - shrunk))


def crop_losses(maps: Tensor, target: Tensor, valid: Tensor, edge_gain: float = 0.0) -> Tensor:
    """(N,): cross-entropy plus soft IoU, the seven maps by `MAP_SHARES`."""
    weights = edge_weights(target, valid, edge_gain) if edge_gain else valid
    shares = maps.new_tensor(MAP_SHARES)
    return (cross_entropy(maps, target, weights) + soft_iou(maps, target, valid)) @ (
        shares / shares.sum()
    )
