"""The residual U-block that U²-Net is made of (Qin et al. 2020, section 3.1)."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

from model.ranks import SharedNorm

Channels = tuple[int, int, int]
"""Channels of a stage: at its input, inside it, at its output."""


class ConvNormRelu(nn.Module):
    """3 × 3 convolution, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, dilation: int = 1) -> None:
        super().__init__()
        self.conv_s1 = nn.Conv2d(
            inputs,
            outputs,
            kernel_size=3,
            padding=dilation,
            dilation=dilation,
        )
        self.bn_s1 = SharedNorm(outputs)

    def forward(self, *maps: Tensor) -> Tensor:
        """Convolve maps (N, channels, H, W), whose channels add up to `inputs`; (N, outputs, H, W).

        Each map is convolved with its own slice of the filters, and the results are added.
        Concatenating the maps first gives the same numbers, but the gradient of a concatenation
        is a slice with gaps in memory, and the layers before it take twice as long over such
        gradients.
        """
        conv, norm = self.conv_s1, self.bn_s1
        if self.training:
            normalised = norm(self._convolved(maps, conv.weight, conv.bias))
        else:
            # The statistics are fixed: filters that normalise at once save a pass over all maps.
            filters, bias = fuse_conv_bn_weights(
                conv.weight,
                conv.bias,
                norm.running_mean,
                norm.running_var,
                norm.eps,
                norm.weight,
                norm.bias,
            )
            normalised = self._convolved(maps, filters, bias)
        activated: Tensor = torch.relu_(normalised)
        return activated

    def _convolved(
        self, maps: tuple[Tensor, ...], filters: Tensor, bias: Tensor | None
    ) -> Tensor:
        """The sum of all maps, each convolved with its own slice of the filters."""
        channels = [each.shape[1] for each in maps]
        slices = torch.split(filters, channels, dim=1)
        total = self._convolve(maps[0], slices[0], bias)
        for number in range(1, len(maps)):
            total += self._convolve(maps[number], slices[number], None)
        return total

    def _convolve(self, x: Tensor, filters: Tensor, bias: Tensor | None) -> Tensor:
        conv = self.conv_s1
        return functional.conv2d(
            x,
            filters,
            bias,
            padding=conv.padding,
            dilation=conv.dilation,
        )


class UBlock(nn.Module):
    """Residual U-block: a small U-Net whose result is added to the features of its input.

    `levels`: of the small U-Net. `channels`: at the input, inside, at the output. `dilated`:
    nothing is halved; the deeper levels see further by dilated filters instead.
    """

    def __init__(self, levels: int, channels: Channels, dilated: bool) -> None:
        super().__init__()
        inputs, inside, outputs = channels
        self.levels = levels
        self.dilated = dilated
        self.rebnconvin = ConvNormRelu(inputs, outputs)

        self.rebnconv1 = ConvNormRelu(outputs, inside)
        for level in range(2, levels + 1):
            down = ConvNormRelu(inside, inside, self._dilation(level))
            self.add_module(f"rebnconv{level}", down)

        for level in range(levels - 1, 1, -1):
            up = ConvNormRelu(2 * inside, inside, self._dilation(level))
            self.add_module(f"rebnconv{level}d", up)
        self.rebnconv1d = ConvNormRelu(2 * inside, outputs)

    def _dilation(self, level: int) -> int:
        """Dilation of the filters at a level. Without `dilated`, the deepest level alone has 2."""
        if self.dilated:
            return 1 << (level - 1)  # doubles with each level
        if level == self.levels:
            return 2
        return 1

    def forward(self, *maps: Tensor) -> Tensor:
        """Maps (N, channels, H, W) that together are the block's input; (N, outputs, H, W)."""
        features: Tensor = self.rebnconvin(*maps)

        levels = [self.rebnconv1(features)]
        for level in range(2, self.levels + 1):
            above = levels[-1]
            # The deepest level dilates at the size of the level above it.
            if not self.dilated and level < self.levels:
                above = halve(above)
            down = self.get_submodule(f"rebnconv{level}")
            levels.append(down(above))

        x: Tensor = levels.pop()
        for level in range(self.levels - 1, 0, -1):
            skip = levels.pop()
            up = self.get_submodule(f"rebnconv{level}d")
            x = up(resize_like(x, skip), skip)
        return x + features


def halve(x: Tensor) -> Tensor:
    """Maps (N, channels, H, W) at half their size, rounded up: the highest of each 2 × 2."""
    return functional.max_pool2d(x, 2, stride=2, ceil_mode=True)


def resize_like(x: Tensor, like: Tensor) -> Tensor:
    """Maps `x` at the height and width of the maps `like`, by bilinear interpolation."""
    size = like.shape[-2:]
    if x.shape[-2:] == size:
        return x
    return functional.interpolate(x, size, mode="bilinear", align_corners=False)
