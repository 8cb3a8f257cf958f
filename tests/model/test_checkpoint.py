import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from curate.documents import InputError
from model.checkpoint import Origin, load_checkpoint, save_checkpoint
from model.prior import BoxNetwork
from model.u2net import build
from model.weights import read_published


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "model.safetensors"
    origin = Origin(variant="small", outside=0.5, licences=["CC0-1.0"], steps=7)
    save_checkpoint(path, BoxNetwork(build("small"), torch.randn(64, 64), 0.5), origin)
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
        (data.replace(b"segcurate box network 1", b"segcurate box network 9"), "no checkpoint of this project"),
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
    lite = BoxNetwork(build("lite"), torch.zeros(64, 64))
    save_checkpoint(tmp_path / "wrong.safetensors", lite, Origin(variant="small"))
    with pytest.raises(InputError, match="not the weights of this variant"):
        load_checkpoint(tmp_path / "wrong.safetensors")


@pytest.mark.parametrize("kind", ["zip.pth", "old.pth", "new.safetensors"])
def test_published_files_are_read_with_and_without_counts_of_batches(kind: str, tmp_path: Path) -> None:
    state = build("lite").state_dict()
    old = {name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}
    assert len(old) == 686
    if kind.endswith("pth"):
        torch.save(old, tmp_path / kind, _use_new_zipfile_serialization=kind == "zip.pth")
    else:
        save_file(state, tmp_path / kind)
    network, variant = read_published(tmp_path / kind)
    assert variant == "lite"
    assert torch.equal(network.state_dict()["side1.weight"], state["side1.weight"])


def test_no_pickle_runs(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (Path(tmp_path / "ran"),)  # type: ignore[return-value]

    torch.save({"stage1": Trap()}, tmp_path / "trap.pth")
    with pytest.raises(InputError, match="more than weights"):
        read_published(tmp_path / "trap.pth")
    assert not (tmp_path / "ran").exists()
    torch.save({"other": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(InputError, match="not the weights of U²-Net"):
        read_published(tmp_path / "other.pth")
