"""Checkpoints: one safetensors file with the weights, the priors, and where both come from."""

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from upath import UPath

from curate.errors import InputError, nearest
from curate.storage import write_bytes
from model.box_network import BoxNetwork
from model.prior import CELLS, SHAPES
from model.u2net import Variant, build

BASE = Path(__file__).with_name("base.safetensors")
"""The checkpoint that the project ships."""

_FORMAT = "segcurate box network 2"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a checkpoint comes from."""

    variant: Variant
    outside: float = 1.0
    settings: dict[str, Any] = {}
    """The `train` section that made it."""
    start: str = ""
    """Digest of the checkpoint that training began with, or `random`."""
    manifest_digest: str = ""
    """Of the shards that it learned from."""
    licences: list[str] = []
    """Of the objects that it and its start learned from, in their exports' words."""
    steps: int = 0
    validation: dict[str, float] = {}
    """Mean IoU by domain on the validation split."""
    versions: dict[str, str] = {}


def save_checkpoint(path: Path, model: BoxNetwork, origin: Origin) -> None:
    """Write a checkpoint, whole or not at all."""
    plain = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    told = msgspec.json.encode({"format": _FORMAT, "origin": origin}).decode()
    write_bytes(
        UPath(path), save(plain, {"segcurate": told})
    )  # one key: safetensors keeps no order of several


def load_checkpoint(path: str | Path) -> tuple[BoxNetwork, Origin]:
    """A checkpoint on the processor, ready to answer; `base` is the one that the project ships.

    InputError where there is none, where it is cut off, a pickle, of another variant or not one of ours.
    """
    file = checkpoint_path(path)
    try:
        with safe_open(file, "pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError) as error:
        raise InputError(f"{file}: {_why_unreadable(file)} ({error})") from None
    origin = _origin(metadata.get("segcurate", "{}"), file)
    model = BoxNetwork(
        build(origin.variant), torch.zeros(SHAPES, CELLS, CELLS), torch.ones(SHAPES), origin.outside
    )
    fill(model, tensors, str(file))
    return model.eval(), origin


def checkpoint_path(path: str | Path) -> Path:
    """The file that a start or model names. InputError where it is not there."""
    file = BASE if str(path) == "base" else Path(path)
    if file.is_file():
        return file
    if str(path) == "base":
        raise InputError(
            f"{file}: the base, which comes with git, is not here; `train.start: random` does without"
        )
    raise InputError(f"{file}: no such checkpoint{nearest(str(path), ['base'])}")


def fill(network: torch.nn.Module, tensors: dict[str, torch.Tensor], name: str) -> None:
    """Put tensors into a network; counts of batches may lack, as in old files. InputError where others do not fit."""
    own = network.state_dict()
    lacking = {
        key for key in own.keys() - tensors.keys() if not key.endswith("num_batches_tracked")
    }
    alien = tensors.keys() - own.keys()
    odd = [key for key in own.keys() & tensors.keys() if own[key].shape != tensors[key].shape]
    if lacking or alien or odd:
        first = min(lacking | alien | set(odd))
        raise InputError(
            f"{name}: not the weights of this variant: {len(lacking)} tensors lack, {len(alien)} are unknown, "
            f"{len(odd)} have another shape (first: {first})"
        )
    if not all(torch.isfinite(value).all() for value in tensors.values()):
        raise InputError(f"{name}: holds weights that are no finite numbers")
    network.load_state_dict(own | tensors)


def _origin(told: str, file: Path) -> Origin:
    try:
        metadata = json.loads(told)
        if metadata.get("format") != _FORMAT:
            raise InputError(f"{file}: no checkpoint of this project: it does not say '{_FORMAT}'")
        return msgspec.convert(metadata["origin"], Origin)
    except InputError:
        raise
    except (AttributeError, KeyError, ValueError) as error:
        raise InputError(f"{file}: its metadata is broken: {error}") from None


def versions() -> dict[str, str]:
    """Of what makes the numbers."""
    found = {"torch": str(torch.__version__), "numpy": np.__version__}
    try:
        return found | {"segcurate": version("segcurate")}
    except PackageNotFoundError:  # run from a checkout that is not installed
        return found


def _why_unreadable(file: Path) -> str:
    with file.open("rb") as opened:
        head = opened.read(4)
    if head[:2] in (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        return "a pickle, which could run anything; a checkpoint is a .safetensors file"
    return "cut off, or no safetensors file"
