"""The published weights of U²-Net (Apache-2.0, xuebinqin/U-2-Net), read and checked.

A file in .pth, .safetensors or .onnx: give its path as `train.start` or to `segment --model`;
`model.fetching` gets one. The weights were trained to find salient objects without a box, so they
hold no prior.
"""

import pickle
import struct
import warnings
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from curate.errors import InputError
from model.box_network import BoxNetwork
from model.checkpoint import checkpoint_path, fill, load_checkpoint
from model.onnx_weights import read_onnx
from model.prior import learn_priors
from model.records import Origin, Variant
from model.u2net import WIDTHS, U2Net, build

PUBLISHED = "published"
"""What `Origin.start` says of a model with published weights."""

LICENCE = "Apache-2.0 (U²-Net; trained on DUTS)"
"""Licence of the published weights, as a checkpoint that begins with them lists it."""

# What torch.load raises on files that are cut off, damaged, or not weights.
_UNREADABLE = (
    OSError,
    SafetensorError,
    RuntimeError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    MemoryError,
    pickle.UnpicklingError,
    struct.error,
)


def load_any(path: str | Path) -> tuple[BoxNetwork, Origin]:
    """A checkpoint of this project, `base` included, or published weights.

    Published weights get the ellipse in the drawn box as their prior, and `PUBLISHED` as their
    start. InputError if the file is neither.
    """
    file = checkpoint_path(path)
    if not _is_published(file):
        return load_checkpoint(path)

    network, variant = read_published(file)
    model = BoxNetwork(network, learn_priors([]))
    origin = Origin(variant=variant, start=PUBLISHED, licences=[LICENCE])
    return model.eval(), origin


def _is_published(file: Path) -> bool:
    """Whether a file may hold published weights, by its suffix or by the names of its tensors."""
    if file.suffix in (".pth", ".pt", ".onnx"):
        return True
    try:
        with safe_open(file, "pt") as opened:
            names = opened.keys()
            return "outconv.weight" in names
    except (SafetensorError, OSError):
        return False


def read_published(path: Path) -> tuple[U2Net, Variant]:
    """A network with the weights of a file under their published names, and its variant.

    A .pth file is read as weights alone, so no code in it runs. InputError if it holds anything
    else, or weights that are not those of U²-Net. The counters of batches may be missing.
    """
    tensors = _read_tensors(path)
    for name, value in tensors.items():
        if not _is_plain(name, value):
            raise InputError(f"{path}: holds tensors that are not plain real numbers")

    variant = _variant_of(tensors, path)
    network = build(variant)
    fill(network, tensors, str(path))
    return network.eval(), variant


def _read_tensors(path: Path) -> dict[str, Tensor]:
    """The named tensors of a file. InputError if it cannot be read, or holds anything else."""
    if path.suffix == ".onnx":
        return read_onnx(path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with warnings.catch_warnings():
            # torch warns of pickles that it may not follow to their end; the error says enough.
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        raise InputError(
            f"{path}: no weights can be read from it, or it holds more than weights "
            f"({_first_line(error)})"
        ) from None

    tensors = {}
    if isinstance(content, dict):
        for name, value in content.items():
            if isinstance(value, Tensor):
                tensors[str(name)] = value
    if not isinstance(content, dict) or len(tensors) < len(content):
        raise InputError(f"{path}: holds other things than named tensors")
    return tensors


def _first_line(error: BaseException) -> str:
    first, _, _ = str(error).partition("\n")
    return first


def _is_plain(name: str, value: Tensor) -> bool:
    """Whether a tensor is dense, in memory, and of real numbers; a counter may be of integers."""
    if (
        value.layout is not torch.strided
        or value.device.type != "cpu"
        or value.is_quantized
    ):
        return False
    return value.is_floating_point() or name.endswith("num_batches_tracked")


def _variant_of(tensors: dict[str, Tensor], path: Path) -> Variant:
    """The variant that the shapes of two layers belong to. InputError if no variant has them."""
    inside = _outputs_of(tensors, "stage1.rebnconv1.conv_s1.weight")
    outputs = _outputs_of(tensors, "stage6.rebnconvin.conv_s1.weight")
    for variant, widths in WIDTHS.items():
        _, first_inside, _ = widths["1"]
        _, _, last_outputs = widths["6"]
        if inside == first_inside and outputs == last_outputs:
            return variant
    known = ", ".join(WIDTHS)
    raise InputError(
        f"{path}: not the weights of U²-Net in a size that is known here ({known})"
    )


def _outputs_of(tensors: dict[str, Tensor], layer: str) -> int | None:
    """Number of filters of a layer; None if there is no such layer."""
    filters = tensors.get(layer)
    if filters is None or filters.ndim == 0:
        return None
    return len(filters)
