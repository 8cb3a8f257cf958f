import pickle
from pathlib import Path

import pytest
import torch

from curate.errors import InputError
from model.box_network import BoxNetwork
from model.checkpoint import Origin, load_checkpoint, save_checkpoint
from model.prior import SHAPES, learn_priors
from model.u2net import build


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "model.safetensors"
    origin = Origin(variant="small", outside=0.5, licences=["CC0-1.0"], steps=7)
    save_checkpoint(
        path,
        BoxNetwork(
            build("small"), torch.randn(SHAPES, 64, 64), torch.full((SHAPES,), 1 / SHAPES), 0.5
        ),
        origin,
    )
    return path


def test_comes_back_as_it_was(saved: Path, tmp_path: Path) -> None:
    model, origin = load_checkpoint(saved)
    assert origin.licences == ["CC0-1.0"]
    assert model.outside == 0.5
    save_checkpoint(tmp_path / "again.safetensors", model, origin)
    assert (tmp_path / "again.safetensors").read_bytes() == saved.read_bytes()


def test_bad_files_are_named_with_what_is_wrong(saved: Path, tmp_path: Path) -> None:
    data = saved.read_bytes()
    bad = tmp_path / "bad.safetensors"
    for content, words in (
        (data[:100_000], "cut off"),
        (data[:3], "cut off"),
        (b"", "cut off"),
        (pickle.dumps({"a": 1}), "a pickle"),
        (
            data.replace(b"segcurate box network 2", b"segcurate box network 9"),
            "no checkpoint of this project",
        ),
        (data.replace(b'variant\\":\\"small', b'variant\\":\\"lite '), "metadata is broken"),
    ):
        bad.write_bytes(content)
        with pytest.raises(InputError, match=words):
            load_checkpoint(bad)
    with pytest.raises(InputError, match="no such checkpoint"):
        load_checkpoint(tmp_path / "none.safetensors")
    with pytest.raises(InputError, match="no such checkpoint; did you mean 'base'"):
        load_checkpoint("bse")


def test_weights_of_another_variant_are_refused(tmp_path: Path) -> None:
    lite = BoxNetwork(build("lite"), *learn_priors([]))
    save_checkpoint(tmp_path / "wrong.safetensors", lite, Origin(variant="small"))
    with pytest.raises(InputError, match="not the weights of this variant"):
        load_checkpoint(tmp_path / "wrong.safetensors")
