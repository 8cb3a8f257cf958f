"""The losses against torch's own, and against their definitions."""

import pytest
import torch
from torch.nn import functional

from model.losses import crop_losses, cross_entropy, edge_weights, soft_iou


def crops() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Maps, targets and valid of two crops of 12 × 10 px."""
    rng = torch.Generator().manual_seed(0)
    maps = torch.randn(2, 7, 12, 10, generator=rng) * 3
    target = (torch.rand(2, 1, 12, 10, generator=rng) > 0.6).float()
    return maps, target, torch.ones(2, 1, 12, 10)


def test_cross_entropy_is_torchs() -> None:
    maps, target, valid = crops()
    each_pixel = functional.binary_cross_entropy_with_logits(
        maps,
        target.expand_as(maps),
        reduction="none",
    )
    expected = each_pixel.mean((2, 3))
    assert torch.allclose(cross_entropy(maps, target, valid), expected, atol=1e-6)


@pytest.mark.parametrize("edge_gain", [0.0, 2.0])
def test_padding_counts_nothing(edge_gain: float) -> None:
    maps, target, valid = crops()
    target[..., 6:, :] = 0  # no edge near the padding
    target[..., 4:] = 0
    valid[..., 8:, :] = 0
    valid[..., 6:] = 0
    maps.requires_grad_()
    losses = crop_losses(maps, target, valid, edge_gain)
    losses.sum().backward()

    covered = (..., slice(8), slice(6))
    small = crop_losses(maps[covered], target[covered], valid[covered], edge_gain)
    assert small.shape == (2,)
    assert torch.allclose(losses, small)
    assert maps.grad is not None
    assert maps.grad[..., 8:, :].abs().max() == 0


def test_soft_iou_of_certain_maps_is_iou() -> None:
    _, target, valid = crops()
    certain = torch.where(target > 0, 40.0, -40.0)
    assert soft_iou(certain, target, valid) == pytest.approx(0, abs=1e-6)
    assert soft_iou(-certain, target, valid).min() > 0.9


def test_soft_iou_of_nothing_rightly_found_is_zero() -> None:
    _, target, valid = crops()
    nothing = torch.full_like(target, -40)
    assert soft_iou(nothing, torch.zeros_like(target), valid) == pytest.approx(
        0, abs=1e-6
    )


def test_edges_weigh_more() -> None:
    target = torch.zeros(1, 1, 20, 20)
    target[..., :, 10:] = 1
    weights = edge_weights(target, torch.ones_like(target), 3.0)
    row = weights[0, 0, 5].tolist()
    assert row[:8] == [1.0] * 8
    assert row[8:12] == [4.0] * 4
    assert row[12:] == [1.0] * 8
