import torch

from model.box_network import BoxNetwork
from model.optimiser import optimisers
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
