"""Checkpoints come back as they were, and bad files are named."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from curate.errors import InputError
from model.box_network import BoxNetwork
from model.checkpoint import BASE, load_checkpoint, save_checkpoint
from model.prior import SHAPES, Priors
from model.records import Origin
from model.rectangles import NEVER
from model.u2net import build
from tests.model.networks import unlearned


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "model.safetensors"
    priors = Priors(
        logits=torch.randn(SHAPES, 64, 64),
        shares=torch.full((SHAPES,), 1 / SHAPES),
    )
    model = BoxNetwork(build("small"), priors, outside=0.5)
    origin = Origin(
        variant="small",
        outside=0.5,
        settings={"start": "random", "steps": None, "jitter": 0.5, "seed": 3},
        licences=["CC0-1.0"],
        steps=7,
    )
    save_checkpoint(path, model, origin)
    return path


def test_comes_back_as_it_was(saved: Path, tmp_path: Path) -> None:
    model, origin = load_checkpoint(saved)
    assert origin.licences == ["CC0-1.0"]
    assert origin.settings == {
        "start": "random",
        "steps": None,
        "jitter": 0.5,
        "seed": 3,
    }
    assert model.outside == 0.5
    save_checkpoint(tmp_path / "again.safetensors", model, origin)
    assert (tmp_path / "again.safetensors").read_bytes() == saved.read_bytes()


def test_the_base_comes_back_as_it_was(tmp_path: Path) -> None:
    model, origin = load_checkpoint("base")
    save_checkpoint(tmp_path / "again.safetensors", model, origin)
    assert (tmp_path / "again.safetensors").read_bytes() == BASE.read_bytes()


def test_rectangles_told_by_former_signs_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "former.safetensors"
    with safe_open(BASE, "pt") as opened:
        metadata = opened.metadata()
    tensors = load_file(BASE)
    tensors["rectangles.weights"] = tensors.pop("rectangles.sign_weights")
    save_file(tensors, file, metadata)

    model, _ = load_checkpoint(file)
    assert model.rectangles.bias == NEVER
    assert not model.rectangles.sign_weights.any()


FORMAT = b"segcurate box network 2"
OTHER_FORMAT = b"segcurate box network 9"
VARIANT = b'variant\\":\\"small'
OTHER_VARIANT = b'variant\\":\\"lite '


def test_bad_files_are_named_with_what_is_wrong(saved: Path, tmp_path: Path) -> None:
    data = saved.read_bytes()
    bad = tmp_path / "bad.safetensors"
    cases = (
        (data[:100_000], "cut off"),
        (data[:3], "cut off"),
        (b"", "cut off"),
        (pickle.dumps({"a": 1}), "a pickle"),
        (data.replace(FORMAT, OTHER_FORMAT), "no checkpoint of this project"),
        (data.replace(VARIANT, OTHER_VARIANT), "metadata is broken"),
    )
    for content, words in cases:
        bad.write_bytes(content)
        with pytest.raises(InputError, match=words):
            load_checkpoint(bad)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such checkpoint"):
        load_checkpoint(tmp_path / "none.safetensors")
    with pytest.raises(InputError, match="no such checkpoint; did you mean 'base'"):
        load_checkpoint("bse")


def test_weights_of_another_variant_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.safetensors"
    save_checkpoint(path, unlearned("lite"), Origin(variant="small"))
    with pytest.raises(InputError, match="not the weights of this variant"):
        load_checkpoint(path)
