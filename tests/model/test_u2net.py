"""The network is the published one."""

import pytest
import torch

from model.records import Variant
from model.u2net import WIDTHS, U2Net, build
from tests.model.networks import lively


@pytest.fixture(scope="module")
def small() -> U2Net:
    return lively(build("small"))


@pytest.mark.parametrize(
    ("variant", "parameters"),
    [("small", 559_693), ("lite", 1_131_181), ("full", 44_009_869)],
)
def test_it_is_the_published_network(variant: Variant, parameters: int) -> None:
    with torch.device("meta"):
        network = U2Net(WIDTHS[variant])
    assert sum(each.numel() for each in network.parameters()) == parameters
    state = network.state_dict()
    assert len(state) == 798
    assert sum(name.endswith("num_batches_tracked") for name in state) == 112
    names = list(state)
    assert names[:2] == [
        "stage1.rebnconvin.conv_s1.weight",
        "stage1.rebnconvin.conv_s1.bias",
    ]
    assert names[-2:] == ["outconv.weight", "outconv.bias"]
    assert {
        "stage1.rebnconv7.bn_s1.running_var",
        "stage5d.rebnconv1d.conv_s1.weight",
        "side6.bias",
    } <= set(names)
    assert "stage5.rebnconv4d.conv_s1.weight" not in names
    if variant == "full":
        assert state["stage5d.rebnconvin.conv_s1.weight"].shape == (512, 1024, 3, 3)
        assert state["stage1d.rebnconv1d.conv_s1.weight"].shape == (64, 32, 3, 3)
        assert (
            sum(value.numel() * value.element_size() for value in state.values())
            == 176_155_572
        )


def test_levels_dilate_as_published() -> None:
    with torch.device("meta"):
        network = U2Net(WIDTHS["lite"])
    dilations = {}
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            dilations[name] = module.dilation[0]

    def of(stage: str, levels: tuple[str, ...]) -> list[int]:
        return [dilations[f"{stage}.rebnconv{level}.conv_s1"] for level in levels]

    assert of("stage6", ("1", "2", "3", "4", "3d", "2d", "1d")) == [1, 2, 4, 8, 4, 2, 1]
    assert of("stage1", ("1", "6", "7", "6d", "1d")) == [1, 1, 2, 1, 1]
    assert of("stage4", ("4",)) == [2]


@pytest.mark.parametrize(("height", "width"), [(1, 1), (17, 90), (64, 64), (97, 131)])
def test_any_size_gives_seven_maps_of_it(small: U2Net, height: int, width: int) -> None:
    with torch.no_grad():
        maps = small(torch.randn(2, 3, height, width))
    assert maps.shape == (2, 7, height, width)
    assert torch.isfinite(maps).all()


def test_maps_begin_at_zero_and_the_fused_map_as_the_mean() -> None:
    network = build("small")
    assert (network(torch.randn(1, 3, 64, 64)) == 0).all()
    assert network.outconv.weight.flatten().tolist() == pytest.approx([1 / 6] * 6)
