import torch
from torch import nn

from model.box_network import BoxNetwork
from model.optimiser import BatchedMuon, optimisers
from model.u2net import build


def test_every_weight_moves_and_filters_alike_in_all_directions() -> None:
    torch.manual_seed(0)
    model = BoxNetwork(build("small"), torch.zeros(2, 4, 4), torch.tensor([0.5, 0.5]))
    before = {name: each.detach().clone() for name, each in model.named_parameters()}
    ours = optimisers(model, 0.01)
    left, right = torch.randn(16, 1), torch.randn(1, 288)
    filters = model.network.get_submodule("stage1").get_submodule("rebnconv1").conv_s1.weight
    skewed = 100 * left @ right + torch.randn(16, 288)  # nearly of rank one
    loss = (filters.flatten(1) * skewed).sum() + sum(each.sum() for each in model.parameters())
    loss.backward()  # type: ignore[no-untyped-call]
    for each in ours:
        each.step()
    assert all(not torch.equal(each, before[name]) for name, each in model.named_parameters())
    moved = (filters.detach() - before["network.stage1.rebnconv1.conv_s1.weight"]).flatten(1)
    strengths = torch.linalg.svdvals(moved)
    assert torch.linalg.svdvals(skewed)[0] > 50 * torch.linalg.svdvals(skewed)[-1]
    assert strengths[0] < 5 * strengths[-1]


def test_matrices_moved_together_go_where_pytorch_moves_them_one_by_one() -> None:
    chance = torch.Generator().manual_seed(0)
    shapes = [(16, 144), (16, 288), (16, 144), (64, 27)]
    together, alone = ([nn.Parameter(torch.ones(shape)) for shape in shapes] for _ in range(2))
    ours = BatchedMuon(together, rate=0.1, decay=0.5)
    theirs = torch.optim.Muon(alone, lr=0.1, weight_decay=0.5, adjust_lr_fn="match_rms_adamw")
    for _ in range(3):
        for mine, other in zip(together, alone, strict=True):
            mine.grad = torch.randn(mine.shape, generator=chance)
            other.grad = mine.grad.clone()
        ours.step()
        theirs.step()
    for mine, other in zip(together, alone, strict=True):
        moved, expected = mine.detach() - 1, other.detach() - 1
        assert (
            float((moved - expected).norm() / expected.norm()) < 0.01
        )  # theirs iterates in bfloat16
