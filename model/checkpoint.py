"""Checkpoints: one safetensors file with the weights, the priors, and where both come from."""

from pathlib import Path

import msgspec
import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from upath import UPath

from curate.errors import InputError, nearest
from curate.own_version import own_version
from curate.storage import write_bytes
from model.box_network import BoxNetwork
from model.prior import CELLS, SHAPES, Priors
from model.records import Origin
from model.runs import named_checkpoint
from model.u2net import build

BASE = Path(__file__).with_name("base.safetensors")
"""The checkpoint that the project ships."""

_FORMAT = "segcurate box network 2"

# Safetensors keeps its metadata in no stable order, so all of ours is under one key.
_METADATA_KEY = "segcurate"

_ZIP = b"PK"
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


class _Metadata(msgspec.Struct):
    """What the metadata of a checkpoint hold."""

    format: str = ""
    origin: msgspec.Raw = msgspec.Raw(b"{}")
    """An `Origin`; read only if the format is the one of this code."""


def save_checkpoint(path: Path, model: BoxNetwork, origin: Origin) -> None:
    """Write a checkpoint, whole or not at all."""
    tensors = {}
    for name, value in model.state_dict().items():
        tensors[name] = value.detach().cpu().contiguous()

    known = msgspec.to_builtins(origin)
    for name in ("confidence", "sources"):
        if not known[name]:  # a checkpoint without one has no key for it
            del known[name]
    metadata = _Metadata(_FORMAT, msgspec.Raw(msgspec.json.encode(known)))
    encoded = msgspec.json.encode(metadata).decode()
    write_bytes(UPath(path), save(tensors, {_METADATA_KEY: encoded}))


def load_checkpoint(path: str | Path) -> tuple[BoxNetwork, Origin]:
    """A checkpoint on the processor, ready to answer, and where it comes from.

    `path`: a file, or `base` for the checkpoint that the project ships. InputError if there is no
    such file, or if it is cut off, a pickle, of another variant or of another program.
    """
    file = checkpoint_path(path)
    try:
        with safe_open(file, "pt") as opened:
            metadata = opened.metadata() or {}
            names = opened.keys()
            tensors = {name: opened.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        raise InputError(f"{file}: {_why_unreadable(file)} ({error})") from None

    origin = _origin(metadata.get(_METADATA_KEY, "{}"), file)
    unlearned = Priors(
        logits=torch.zeros(SHAPES, CELLS, CELLS), shares=torch.ones(SHAPES)
    )
    model = BoxNetwork(build(origin.variant), unlearned, origin.outside)
    fill(model, tensors, str(file))
    return model.eval(), origin


def checkpoint_path(path: str | Path) -> Path:
    """The file that `train.start` or a model's path names. InputError if it does not exist.

    A path may also be that of a run, `<build>/runs/N` or `<build>/promoted`.
    """
    is_base = str(path) == "base"
    file = BASE
    if not is_base:
        file = named_checkpoint(Path(path))
    if file.is_file():
        return file

    if is_base:
        raise InputError(
            f"{file}: the base model, which is a file of the repository, is missing; restore it "
            "with git, or set train.start to random"
        )
    raise InputError(f"{file}: no such checkpoint{nearest(str(path), ['base'])}")


def fill(network: torch.nn.Module, tensors: dict[str, Tensor], name: str) -> None:
    """Load tensors into a network. `name`: of their file, for messages.

    Counters of batches (`num_batches_tracked`) may be missing, and what is known of rectangles, as
    in old files. InputError if other tensors are missing, unknown, of another shape, or not finite.
    """
    own = network.state_dict()
    tensors = _without_former_signs(tensors)
    missing = {key for key in own.keys() - tensors.keys() if not _may_be_missing(key)}
    unknown = tensors.keys() - own.keys()
    misshapen = set()
    for key in own.keys() & tensors.keys():
        if own[key].shape != tensors[key].shape:
            misshapen.add(key)

    wrong = missing | unknown | misshapen
    if wrong:
        raise InputError(
            f"{name}: not the weights of this variant: {len(missing)} tensors are missing, "
            f"{len(unknown)} are unknown, {len(misshapen)} have another shape "
            f"(the first: {min(wrong)})"
        )
    for value in tensors.values():
        if not torch.isfinite(value).all():
            raise InputError(f"{name}: holds weights that are not finite numbers")
    network.load_state_dict(own | tensors)


def _without_former_signs(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of a checkpoint but for rectangles that were told by other signs than now."""
    if "rectangles.weights" not in tensors:
        return tensors
    return {
        key: value
        for key, value in tensors.items()
        if not key.startswith("rectangles.")
    }


def _may_be_missing(key: str) -> bool:
    """Whether old checkpoints lack a tensor, which then stays as it is in a new network."""
    return key.endswith("num_batches_tracked") or key.startswith("rectangles.")


def _origin(encoded: str, file: Path) -> Origin:
    """The origin in the metadata of a file. InputError if they are not those of a checkpoint."""
    try:
        metadata = msgspec.json.decode(encoded, type=_Metadata)
        if metadata.format != _FORMAT:
            raise InputError(
                f"{file}: no checkpoint of this project: its metadata do not say '{_FORMAT}'"
            )
        return msgspec.json.decode(metadata.origin, type=Origin)
    except msgspec.DecodeError as error:
        raise InputError(f"{file}: its metadata is broken: {error}") from None


def versions() -> dict[str, str]:
    """Versions of the packages that make the numbers, by name."""
    return {
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "segcurate": own_version(),
    }


def _why_unreadable(file: Path) -> str:
    with file.open("rb") as opened:
        head = opened.read(2)
    if head == _ZIP or head in _PICKLES:
        return "a pickle, which could run anything; a checkpoint is a .safetensors file"
    return "cut off, or not a safetensors file"
