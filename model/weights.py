"""The published weights of U²-Net (Apache-2.0, xuebinqin/U-2-Net): read without running anything in them.

Nothing depends on them.
"""

import pickle
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from curate.documents import InputError
from model.checkpoint import fill
from model.u2net import WIDTHS, U2Net, Variant, build


def read_published(path: Path) -> tuple[U2Net, Variant]:
    """A network with weights under their published names, from .pth (weights alone, never a pickle that runs) or
    .safetensors; counts of batches may lack. InputError for anything else.
    """
    try:
        if path.suffix == ".safetensors":
            tensors = load_file(path)
        else:
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        first = str(error).partition("\n")[0]
        raise InputError(f"{path}: no weights can be read from it, or it holds more than weights ({first})") from None
    if not isinstance(tensors, dict) or not all(isinstance(value, torch.Tensor) for value in tensors.values()):
        raise InputError(f"{path}: holds other things than named tensors")
    variant = _variant_of(tensors, path)
    network = build(variant)
    fill(network, {str(name): value for name, value in tensors.items()}, str(path))
    return network.eval(), variant


def _variant_of(tensors: dict[str, torch.Tensor], path: Path) -> Variant:
    inner = tensors.get("stage1.rebnconv1.conv_s1.weight")
    outer = tensors.get("stage6.rebnconvin.conv_s1.weight")
    for variant, widths in WIDTHS.items():
        if inner is not None and outer is not None and (len(inner), len(outer)) == (widths["1"][1], widths["6"][2]):
            return variant
    raise InputError(f"{path}: not the weights of U²-Net in any size known here ({', '.join(WIDTHS)})")
