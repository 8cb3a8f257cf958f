"""U²-Net (Qin et al. 2020, "U²-Net: Going deeper with nested U-structure", Pattern Recognition 106).

Written from the paper: a U of U-blocks, six stages down, five up, a side map from each of the six levels, and
one map that fuses them. Parameters carry the published names, so that published weights load. Logits come out.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Variant = Literal["small", "lite", "full"]

MAPS = 7
"""Maps that come out: the fused one, then the sides from the finest to the coarsest."""

LEAST_SIDE = 64
"""px; a smaller picture is padded to it at the input and cropped at the output: the deepest level halves five times."""

_HEIGHTS = {
    "1": 7,
    "2": 6,
    "3": 5,
    "4": 4,
    "5": 4,
    "6": 4,
}  # levels of the U-block at each depth of the outer U
_DEEPEST = ("5", "6")  # here the blocks dilate instead of pooling

_Widths = dict[str, tuple[int, int, int]]
_FULL: _Widths = {
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


def _even(middle: int, outer: int) -> _Widths:
    inputs = {"1": 3} | dict.fromkeys("23456", outer)
    return {name: (inputs.get(name, 2 * outer), middle, outer) for name in _FULL}


WIDTHS: dict[Variant, _Widths] = {"small": _even(16, 32), "lite": _even(16, 64), "full": _FULL}
"""Channels in, inside and out of each stage, by variant: `full` and `lite` as published, `small` for processors."""


class ConvNormRelu(nn.Module):
    """3 × 3 convolution, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv_s1 = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        self.bn_s1 = nn.BatchNorm2d(outputs)

    def forward(self, *parts: Tensor) -> Tensor:
        """Maps (N, channels, H, W) whose channels together are the inputs → (N, outputs, H, W).

        Parts are convolved each with its own filters and summed: of a concatenation, all gradients would be strided
        slices, over which what comes before it takes twice as long.
        """
        conv = self.conv_s1
        filters = torch.split(conv.weight, [part.shape[1] for part in parts], 1)
        total = functional.conv2d(parts[0], filters[0], conv.bias, 1, conv.padding, conv.dilation)
        for part, its in zip(parts[1:], filters[1:], strict=True):
            total += functional.conv2d(part, its, None, 1, conv.padding, conv.dilation)
        answer: Tensor = torch.relu_(self.bn_s1(total))
        return answer


class UBlock(nn.Module):
    """Residual U-block of some levels: a small U-Net whose result is added to its input's features.

    `dilated`: no pooling; the levels see further by dilation instead.
    """

    def __init__(self, levels: int, channels: tuple[int, int, int], dilated: bool) -> None:
        super().__init__()
        inputs, middle, outputs = channels
        self.levels = levels
        self.dilated = dilated
        self.rebnconvin = ConvNormRelu(inputs, outputs)
        for level in range(1, levels + 1):
            dilation = 2 ** (level - 1) if dilated else 1 + (level == levels)
            self.add_module(
                f"rebnconv{level}",
                ConvNormRelu(outputs if level == 1 else middle, middle, dilation),
            )
        for level in range(levels - 1, 0, -1):
            dilation = 2 ** (level - 1) if dilated else 1
            self.add_module(
                f"rebnconv{level}d",
                ConvNormRelu(2 * middle, outputs if level == 1 else middle, dilation),
            )

    def forward(self, *parts: Tensor) -> Tensor:
        """Maps (N, channels, H, W) whose channels together are the inputs → (N, outputs, H, W)."""
        whole: Tensor = self.rebnconvin(*parts)
        skips = [self.get_submodule("rebnconv1")(whole)]
        for level in range(2, self.levels + 1):
            pooled = skips[-1] if self.dilated or level == self.levels else _halve(skips[-1])
            skips.append(self.get_submodule(f"rebnconv{level}")(pooled))
        up: Tensor = skips.pop()
        for level in range(self.levels - 1, 0, -1):
            skip = skips.pop()
            up = self.get_submodule(f"rebnconv{level}d")(_resize(up, skip), skip)
        return up + whole


class U2Net(nn.Module):
    """The nested U. `widths`: channels in, inside and out of its eleven stages, see `WIDTHS`.

    `level_channels`: of the six stages down together.
    """

    def __init__(self, widths: _Widths) -> None:
        super().__init__()
        self.level_channels = sum(widths[name][2] for name in "123456")
        for name, channels in widths.items():
            self.add_module(
                f"stage{name}", UBlock(_HEIGHTS[name[0]], channels, name[0] in _DEEPEST)
            )
        for depth, name in enumerate(("1d", "2d", "3d", "4d", "5d", "6"), start=1):
            self.add_module(f"side{depth}", nn.Conv2d(widths[name][2], 1, 3, padding=1))
        self.outconv = nn.Conv2d(6, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) of any size → (N, 7, H, W) logits: the fused map, then the six sides."""
        return self.maps_and_levels(x)[0]

    def maps_and_levels(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The maps, and the features of the six stages down, (N, channels, h, w) each, from the finest on."""
        height, width = x.shape[-2:]
        below, beside = max(0, LEAST_SIDE - height), max(0, LEAST_SIDE - width)
        if below or beside:
            x = functional.pad(x, (0, beside, 0, below), mode="replicate")
        maps, levels = self._maps(x)
        return maps[..., :height, :width], levels

    def _maps(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        skips = [self.get_submodule("stage1")(x)]
        for depth in range(2, 7):
            skips.append(self.get_submodule(f"stage{depth}")(_halve(skips[-1])))
        levels = list(skips)
        up = skips.pop()
        sides = [self.get_submodule("side6")(up)]
        for depth in range(5, 0, -1):
            skip = skips.pop()
            up = self.get_submodule(f"stage{depth}d")(_resize(up, skip), skip)
            sides.append(self.get_submodule(f"side{depth}")(up))
        maps = torch.cat([_resize(side, x) for side in reversed(sides)], 1)
        return torch.cat((self.outconv(maps), maps), 1), levels


def build(variant: Variant) -> U2Net:
    """A network with PyTorch's own random weights, but maps that begin at 0: what is added to them is the first answer.

    The fused map begins as the mean of the sides.
    """
    network = U2Net(WIDTHS[variant])
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.startswith(("side", "outconv")):
                parameter.fill_(1 / 6 if name == "outconv.weight" else 0.0)
    return network


def _halve(x: Tensor) -> Tensor:
    return functional.max_pool2d(x, 2, stride=2, ceil_mode=True)


def _resize(x: Tensor, like: Tensor) -> Tensor:
    if x.shape[-2:] == like.shape[-2:]:
        return x
    return functional.interpolate(x, like.shape[-2:], mode="bilinear", align_corners=False)
