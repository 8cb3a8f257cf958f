"""The weights of U²-Net in an ONNX file, as rembg publishes it, under their published names.

The file holds 119 convolutions in the order of the network's own layers. The batch norms are folded
into them, so each norm here does nothing.
"""

from pathlib import Path

import torch
from torch import Tensor

from curate.errors import InputError
from model.u2net import WIDTHS, build

_NORM_EPSILON = 1e-5  # torch's; a norm divides by √(variance + ε)


def read_onnx(path: Path) -> dict[str, Tensor]:
    """Tensors by published name. InputError if the file holds no such network."""
    convolutions = _read_convolutions(path)
    # All variants have the same layers; only their widths differ.
    layers = _layers(build(next(iter(WIDTHS))))
    if len(convolutions) != len(layers):
        raise InputError(
            f"{path}: {len(convolutions)} convolutions with bias, where U²-Net has {len(layers)}"
        )

    tensors = {}
    for layer, (weight, bias) in zip(layers, convolutions, strict=True):
        tensors[f"{layer}.weight"] = weight
        tensors[f"{layer}.bias"] = bias
        if layer.endswith("conv_s1"):
            norm = layer.removesuffix("conv_s1") + "bn_s1"
            tensors |= _idle_norm(norm, len(bias))
    return tensors


def _read_convolutions(path: Path) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of each convolution, in the order of the graph."""
    import onnx  # slow to import, and only needed here
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load(path, load_external_data=False).graph
    except (DecodeError, OSError) as error:
        raise InputError(
            f"{path}: not an ONNX file that can be read ({error})"
        ) from None

    constants = {each.name: each for each in graph.initializer}
    found = []
    for node in graph.node:
        is_convolution = node.op_type == "Conv" and len(node.input) == 3
        if is_convolution and constants.keys() >= set(node.input[1:]):
            weight, bias = (
                onnx.numpy_helper.to_array(constants[name]) for name in node.input[1:]
            )
            pair = torch.from_numpy(weight.copy()), torch.from_numpy(bias.copy())
            found.append(pair)
    return found


def _layers(network: torch.nn.Module) -> list[str]:
    """The names of all convolutions, in the network's order."""
    return [
        name
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Conv2d)
    ]


def _idle_norm(name: str, channels: int) -> dict[str, Tensor]:
    """The state of a batch norm that changes nothing."""
    return {
        f"{name}.weight": torch.ones(channels),
        f"{name}.bias": torch.zeros(channels),
        f"{name}.running_mean": torch.zeros(channels),
        f"{name}.running_var": torch.full((channels,), 1 - _NORM_EPSILON),
    }
