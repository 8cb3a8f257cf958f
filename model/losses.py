"""What training minimises: a loss over all seven output maps, in which each crop counts alike.

Maps are (N, 7, H, W) logits; targets and weights are (N, 1, H, W) float. A pixel of weight 0, such
as padding, counts nothing.
"""

import torch
from torch import Tensor
from torch.nn import functional

MAP_WEIGHTS = (1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
"""How much each map counts: the fused map, then the side maps."""

_EACH_CROP = (2, 3)  # dimensions to sum over: height and width

_MIN_WEIGHT = 1e-6  # guards the division for a crop without any pixel that counts

# Added to intersection and union, in px: a map that rightly finds nothing then costs nothing.
_SMOOTHING = 1.0


def cross_entropy(maps: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """(N, 7): binary cross-entropy on logits, the weighted mean over the pixels of each crop."""
    each_pixel = functional.softplus(maps) - maps * target
    weighted = each_pixel * weights
    total_weight = weights.sum(_EACH_CROP).clamp(min=_MIN_WEIGHT)
    return weighted.sum(_EACH_CROP) / total_weight


def soft_iou(maps: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """(N, 7): 1 - intersection / union of probabilities and mask, over each crop.

    Rahman and Wang (2016), Optimizing intersection-over-union in deep neural networks.
    """
    probability = torch.sigmoid(maps) * weights
    truth = target * weights
    both = probability * target

    intersection = both.sum(_EACH_CROP)
    union = probability.sum(_EACH_CROP) + truth.sum(_EACH_CROP) - intersection
    return 1 - (intersection + _SMOOTHING) / (union + _SMOOTHING)


def edge_weights(
    target: Tensor,
    valid: Tensor,
    gain: float,
    radius: int = 2,
) -> Tensor:
    """Weights (N, 1, H, W): `valid`, times 1 + `gain` within `radius` px of the mask's boundary."""
    side = 2 * radius + 1
    dilated = functional.max_pool2d(target, side, stride=1, padding=radius)
    eroded = -functional.max_pool2d(-target, side, stride=1, padding=radius)
    near_boundary = dilated - eroded
    return valid * (1 + gain * near_boundary)


def crop_losses(
    maps: Tensor,
    target: Tensor,
    valid: Tensor,
    edge_gain: float = 0.0,
) -> Tensor:
    """(N,): cross-entropy plus soft IoU of each crop, the mean over the maps by `MAP_WEIGHTS`.

    `valid`: 1 where a crop covers the batch, 0 on padding. `edge_gain`: see `edge_weights`; it
    acts on the cross-entropy alone.
    """
    weights = valid
    if edge_gain:
        weights = edge_weights(target, valid, edge_gain)
    losses = cross_entropy(maps, target, weights) + soft_iou(maps, target, valid)

    map_weights = maps.new_tensor(MAP_WEIGHTS)
    shares = map_weights / map_weights.sum()
    return losses @ shares
