"""The published weights of U²-Net (Apache-2.0, xuebinqin/U-2-Net): fetched by digest, read without running anything.

    python -m model.weights [lite|full]

Nothing here depends on them. Files that stand somewhere already, .pth or .safetensors, do as well: `train.start` and
`segment --model` take their paths. They were trained to find what is salient, without a box and so without a prior.
"""

import argparse
import pickle
import struct
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from curate.errors import InputError
from model.box_network import BoxNetwork
from model.checkpoint import Origin, checkpoint_path, fill, load_checkpoint
from model.prior import learn_priors
from model.u2net import WIDTHS, U2Net, Variant, build

PUBLISHED = "published"
"""Where the model of published weights comes from, in its `Origin.start`."""

LICENCE = "Apache-2.0 (U²-Net; trained on DUTS)"
"""As the authors put it; what a checkpoint that begins with their weights lists."""

FOLDER = Path("build/weights")

_DRIVE = "https://drive.google.com/uc?export=download&confirm=t&id="


class _File(NamedTuple):
    """A published file: its name, where the authors' README links it, and the SHA-256 that it must have."""

    name: str
    url: str
    digest: str


_FILES: dict[str, _File] = {
    "lite": _File(
        "u2netp.pth",
        _DRIVE + "1rbSTGKAE-MTxBYHd-51l2hMOQPT_7EPy",
        "e7567cde013fb64813973ce6e1ecc25a80c05c3ca7adbc5a54f3c3d90991b854",
    ),
    "full": _File(
        "u2net.pth",
        _DRIVE + "1ao1ovG1Qtx4b7EoskHXmi2E9rp5CHLcZ",
        "10025a17f49cd3208afc342b589890e402ee63123d6f2d289a4a0903695cce58",
    ),
}


def fetch(variant: str, folder: Path = FOLDER) -> Path:
    """The published file of `lite` or `full`, downloaded unless it is here. InputError where it cannot be had whole."""
    import pooch

    file = _FILES[variant]
    pooch.get_logger().setLevel("ERROR")
    try:
        found = pooch.retrieve(
            file.url, f"sha256:{file.digest}", file.name, folder, None, pooch.HTTPDownloader()
        )
    except OSError as error:  # no network, no space, no permission
        first = str(error).partition("\n")[0][:100]
        raise InputError(
            f"{file.name}: cannot be fetched from {file.url} ({type(error).__name__}: {first}); nothing needs it: "
            f"training starts with the base or with random weights. A copy from elsewhere does as well, as "
            f"train.start; its SHA-256 is {file.digest}"
        ) from None
    except ValueError:  # pooch has removed it
        raise InputError(
            f"{file.name}: {file.url} gave another file than the published one; it was removed"
        ) from None
    return Path(found)


def load_any(path: str | Path) -> tuple[BoxNetwork, Origin]:
    """A checkpoint of this project, `base` among them, or published weights. InputError where it is neither.

    Published weights get the ellipse in the drawn box as their prior, and `PUBLISHED` as their start.
    """
    if not _is_published(checkpoint_path(path)):
        return load_checkpoint(path)
    network, variant = read_published(checkpoint_path(path))
    return BoxNetwork(network, *learn_priors([])).eval(), Origin(
        variant=variant, start=PUBLISHED, licences=[LICENCE]
    )


def _is_published(file: Path) -> bool:
    if file.suffix in (".pth", ".pt"):
        return True
    try:
        with safe_open(file, "pt") as opened:
            return "outconv.weight" in opened.keys()  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError):
        return False


def read_published(path: Path) -> tuple[U2Net, Variant]:
    """A network with weights under their published names, from .pth (weights alone, never a pickle that runs) or
    .safetensors; counts of batches may lack. InputError for anything else.
    """
    try:
        if path.suffix == ".safetensors":
            tensors = load_file(path)
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of pickles that it may not follow to their end
                tensors = torch.load(path, map_location="cpu", weights_only=True)
    except (
        *(
            OSError,
            SafetensorError,
            RuntimeError,
            EOFError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
        ),
        *(pickle.UnpicklingError, struct.error, MemoryError, AssertionError),
    ) as error:  # what torch raises on garbage
        first = str(error).partition("\n")[0]
        raise InputError(
            f"{path}: no weights can be read from it, or it holds more than weights ({first})"
        ) from None
    if not isinstance(tensors, dict) or not all(
        isinstance(value, Tensor) for value in tensors.values()
    ):
        raise InputError(f"{path}: holds other things than named tensors")
    if not all(_is_plain(str(name), value) for name, value in tensors.items()):
        raise InputError(f"{path}: holds tensors that are no plain real numbers")
    variant = _variant_of(tensors, path)
    network = build(variant)
    fill(network, {str(name): value for name, value in tensors.items()}, str(path))
    return network.eval(), variant


def _is_plain(name: str, value: Tensor) -> bool:
    real = value.is_floating_point() or name.endswith("num_batches_tracked")
    return (
        real
        and value.layout is torch.strided
        and value.device.type == "cpu"
        and not value.is_quantized
    )


def _variant_of(tensors: dict[str, Tensor], path: Path) -> Variant:
    inner = tensors.get("stage1.rebnconv1.conv_s1.weight")
    outer = tensors.get("stage6.rebnconvin.conv_s1.weight")
    for variant, widths in WIDTHS.items():
        if inner is None or outer is None or not inner.ndim or not outer.ndim:
            break
        if (len(inner), len(outer)) == (widths["1"][1], widths["6"][2]):
            return variant
    raise InputError(
        f"{path}: not the weights of U²-Net in any size known here ({', '.join(WIDTHS)})"
    )


def main() -> None:
    """Fetch what is named; exit code 3 where it cannot be had."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("variant", nargs="?", choices=tuple(_FILES), default="lite")
    try:
        sys.stdout.write(f"{fetch(parser.parse_args().variant)}\n")
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(3)


if __name__ == "__main__":
    main()
