"""U²-Net (Qin et al. 2020, "Going deeper with nested U-structure", Pattern Recognition 106).

Written from the paper. The network is a U whose eleven stages are themselves small U-Nets: six on
the way down, five on the way up. Each of the six levels gives a side map, and a last layer fuses
them. All maps are logits. The parameters carry the published names, so that published weights
load.
"""

import torch
from torch import Tensor, nn

from model.records import Variant
from model.u_block import Channels, UBlock, halve, resize_like

MIN_SIDE = 64
"""px; a smaller picture is padded to it at the input and cropped at the output.

The deepest level sees the picture halved five times, so that 64 px become 2.
"""

# The last stage of each level, whose features become its side map. The deepest level has no stage
# up.
_LAST_STAGES = ("1d", "2d", "3d", "4d", "5d", "6")
_LEVELS = len(_LAST_STAGES)

# Levels of the U-block at each level of the outer U.
_BLOCK_LEVELS = {
    "1": 7,
    "2": 6,
    "3": 5,
    "4": 4,
    "5": 4,
    "6": 4,
}

# On these levels the maps are small, so the U-blocks dilate their filters instead of halving the
# maps.
_DILATED_LEVELS = ("5", "6")

Widths = dict[str, Channels]
"""The channels of each stage, by its published name."""

_FULL: Widths = {
    "1": (3, 32, 64),
    "2": (64, 32, 128),
    "3": (128, 64, 256),
    "4": (256, 128, 512),
    "5": (512, 256, 512),
    "6": (512, 256, 512),
    "5d": (1024, 256, 512),
    "4d": (1024, 128, 256),
    "3d": (512, 64, 128),
    "2d": (256, 32, 64),
    "1d": (128, 16, 64),
}


def _same_everywhere(inside: int, output: int) -> Widths:
    """The widths of a network whose stages are all alike.

    A stage on the way up (`5d` to `1d`) reads two maps: the one from below and the one of the
    stage on the way down at its level.
    """
    rgb = 3
    first = (rgb, inside, output)
    down = (output, inside, output)
    up = (2 * output, inside, output)
    return {
        "1": first,
        "2": down,
        "3": down,
        "4": down,
        "5": down,
        "6": down,
        "5d": up,
        "4d": up,
        "3d": up,
        "2d": up,
        "1d": up,
    }


WIDTHS: dict[Variant, Widths] = {
    "small": _same_everywhere(inside=16, output=32),
    "lite": _same_everywhere(inside=16, output=64),
    "full": _FULL,
}
"""The widths of each variant."""


class U2Net(nn.Module):
    """The nested U. `widths`: the channels of its eleven stages, as in `WIDTHS`.

    `level_channels`: channels of the six stages on the way down, added up.
    """

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.level_channels = 0
        for name, channels in widths.items():
            level = name[0]
            dilated = level in _DILATED_LEVELS
            block = UBlock(_BLOCK_LEVELS[level], channels, dilated)
            self.add_module(f"stage{name}", block)
            if name == level:
                self.level_channels += channels[2]

        for level_number, name in enumerate(_LAST_STAGES, start=1):
            outputs = widths[name][2]
            to_map = nn.Conv2d(outputs, 1, kernel_size=3, padding=1)
            self.add_module(f"side{level_number}", to_map)
        self.outconv = nn.Conv2d(_LEVELS, 1, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, 3, H, W) of any size; (N, 7, H, W) logits: fused map, then side maps."""
        maps, _ = self.maps_and_levels(x)
        return maps

    def maps_and_levels(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The output maps as `forward` gives them, and the features of the six stages down.

        The features are (N, channels, h, w) each, from the finest to the coarsest.
        """
        height, width = x.shape[-2:]
        # What torch traces has to hold for small pictures, too.
        is_traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
        is_small = min(height, width) < MIN_SIDE
        if is_traced or is_small:
            rows = edge_repeated(height, MIN_SIDE, x.device)
            columns = edge_repeated(width, MIN_SIDE, x.device)
            x = x.index_select(2, rows)
            x = x.index_select(3, columns)

        maps, levels = self._maps(x)
        return maps[..., :height, :width], levels

    def _maps(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """`maps_and_levels` of pictures that are large enough."""
        first = self.get_submodule("stage1")
        levels = [first(x)]
        for level in range(2, _LEVELS + 1):
            down = self.get_submodule(f"stage{level}")
            halved = halve(levels[-1])
            levels.append(down(halved))

        features = levels[-1]
        side_maps = [self._side_map(_LEVELS, features, x)]
        for level in range(_LEVELS - 1, 0, -1):
            up = self.get_submodule(f"stage{level}d")
            skip = levels[level - 1]
            features = up(resize_like(features, skip), skip)
            side_maps.append(self._side_map(level, features, x))

        side_maps.reverse()
        stacked = torch.cat(side_maps, 1)
        fused = self.outconv(stacked)
        return torch.cat((fused, stacked), 1), levels

    def _side_map(self, level: int, features: Tensor, picture: Tensor) -> Tensor:
        """The side map of a level, at the size of the picture."""
        to_map = self.get_submodule(f"side{level}")
        return resize_like(to_map(features), picture)


def build(variant: Variant) -> U2Net:
    """A network that has learned nothing: PyTorch's own random weights, and output maps that are 0.

    Maps of 0 add nothing to the prior, so a box network answers with its prior at first. The
    fused map begins as the mean of the side maps.
    """
    network = U2Net(WIDTHS[variant])
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.startswith(("side", "outconv")):
                parameter.zero_()
        network.outconv.weight.fill_(1 / _LEVELS)
    return network


def edge_repeated(side: int, least: int, on: torch.device, step: int = 1) -> Tensor:
    """The rows of a picture that is padded: the last of its `side` rows is repeated.

    It then has `least` rows or more, and a multiple of `step`, which divides `least`.
    """
    # While torch traces, a side is a tensor: arithmetic on it becomes part of the graph.
    length = torch.as_tensor(side, device=on)
    padded = step * ((length + step - 1) // step)
    rows = torch.arange(padded.clamp(min=least), device=on)  # type: ignore[call-overload]
    repeated: Tensor = rows.clamp(max=length - 1)
    return repeated
