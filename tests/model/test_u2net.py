import pytest
import torch

from model.records import Variant
from model.u2net import WIDTHS, U2Net, build


@pytest.fixture(scope="module")
def small() -> U2Net:
    return lively(build("small"))


def lively(network: U2Net) -> U2Net:
    """A network whose maps and running statistics are not those of its beginning."""
    chance = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if name.startswith("side") or name.endswith("running_mean"):
                value.copy_(torch.randn(value.shape, generator=chance) * 0.1)
    return network.eval()


@pytest.mark.parametrize(
    ("variant", "parameters"), [("small", 559_693), ("lite", 1_131_181), ("full", 44_009_869)]
)
def test_it_is_the_published_network(variant: Variant, parameters: int) -> None:
    with torch.device("meta"):
        network = U2Net(WIDTHS[variant])
    assert sum(each.numel() for each in network.parameters()) == parameters
    state = network.state_dict()
    assert len(state) == 798
    assert sum(name.endswith("num_batches_tracked") for name in state) == 112
    names = list(state)
    assert names[:2] == ["stage1.rebnconvin.conv_s1.weight", "stage1.rebnconvin.conv_s1.bias"]
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
        assert sum(value.numel() * value.element_size() for value in state.values()) == 176_155_572


def test_levels_dilate_as_published() -> None:
    with torch.device("meta"):
        network = U2Net(WIDTHS["lite"])
    rates = {
        name: each.dilation[0]
        for name, each in network.named_modules()
        if isinstance(each, torch.nn.Conv2d)
    }
    assert [rates[f"stage6.rebnconv{level}.conv_s1"] for level in ("1", "2", "3", "4", "3d", "2d", "1d")] == [
        1, 2, 4, 8, 4, 2, 1,
    ]  # fmt: skip
    assert [rates[f"stage1.rebnconv{level}.conv_s1"] for level in ("1", "6", "7", "6d", "1d")] == [
        1,
        1,
        2,
        1,
        1,
    ]
    assert rates["stage4.rebnconv4.conv_s1"] == 2


@pytest.mark.parametrize(("height", "width"), [(1, 1), (17, 90), (64, 64), (97, 131)])
def test_any_size_gives_seven_maps_of_it(small: U2Net, height: int, width: int) -> None:
    with torch.no_grad():
        maps = small(torch.randn(2, 3, height, width))
    assert maps.shape == (2, 7, height, width)
    assert torch.isfinite(maps).all()
