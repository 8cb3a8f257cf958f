"""Muon's steps: alike in all directions, and the same for many matrices as for one."""

import torch
from torch import nn

from model.box_network import BoxNetwork
from model.optimiser import BatchedMuon, optimisers
from model.prior import Priors
from model.u2net import build


def test_every_weight_moves_and_filters_alike_in_all_directions() -> None:
    torch.manual_seed(0)
    priors = Priors(logits=torch.zeros(2, 4, 4), shares=torch.tensor([0.5, 0.5]))
    model = BoxNetwork(build("small"), priors)
    before = {name: each.detach().clone() for name, each in model.named_parameters()}
    name = "network.stage1.rebnconv1.conv_s1.weight"
    filters = model.get_parameter(name)

    left, right = torch.randn(16, 1), torch.randn(1, 288)
    skewed = 100 * left @ right + torch.randn(16, 288)  # nearly of rank one
    loss = (filters.flatten(1) * skewed).sum()
    for each in model.parameters():
        loss = loss + each.sum()
    ours = optimisers(model, 0.01)
    loss.backward()  # type: ignore[no-untyped-call]
    for each in ours:
        each.step()

    for key, value in model.named_parameters():
        assert not torch.equal(value, before[key])
    moved = (filters.detach() - before[name]).flatten(1)
    strengths = torch.linalg.svdvals(moved)
    given = torch.linalg.svdvals(skewed)
    assert given[0] > 50 * given[-1]
    assert strengths[0] < 5 * strengths[-1]


def test_matrices_moved_together_go_where_pytorch_moves_them_one_by_one() -> None:
    rng = torch.Generator().manual_seed(0)
    shapes = [(16, 144), (16, 288), (16, 144), (64, 27)]
    together = [nn.Parameter(torch.ones(shape)) for shape in shapes]
    alone = [nn.Parameter(torch.ones(shape)) for shape in shapes]
    ours = BatchedMuon(together, rate=0.1, decay=0.5)
    theirs = torch.optim.Muon(
        alone, lr=0.1, weight_decay=0.5, adjust_lr_fn="match_rms_adamw"
    )
    for _ in range(3):
        for mine, other in zip(together, alone, strict=True):
            mine.grad = torch.randn(mine.shape, generator=rng)
            other.grad = mine.grad.clone()
        ours.step()
        theirs.step()

    for mine, other in zip(together, alone, strict=True):
        moved = mine.detach() - 1
        expected = other.detach() - 1
        difference = (moved - expected).norm() / expected.norm()
        assert float(difference) < 0.01  # theirs iterates in bfloat16
