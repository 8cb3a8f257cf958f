"""Weights of other programs' files: read alike, or refused in words."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import save_file

from curate.errors import InputError
from curate.settings import Settings
from model import weights
from model.checkpoint import load_checkpoint
from model.predict import Segmenter
from model.train import train
from model.u2net import build
from model.weights import PUBLISHED, load_any, read_published

State = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def state() -> State:
    """As PyTorch before 0.4.1 wrote it: without counts of batches."""
    torch.manual_seed(0)
    every = build("lite").state_dict()
    old = {
        name: value
        for name, value in every.items()
        if not name.endswith("num_batches_tracked")
    }
    assert len(old) == 686
    return old


@pytest.fixture(scope="module")
def old(state: State, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "u2netp.pth"
    torch.save(state, path, _use_new_zipfile_serialization=False)
    return path


def test_old_new_and_safe_files_are_read_alike(
    state: State, old: Path, tmp_path: Path
) -> None:
    torch.save(state, tmp_path / "zip.pth")
    save_file(state, tmp_path / "safe.safetensors")
    for path in (old, tmp_path / "zip.pth", tmp_path / "safe.safetensors"):
        network, variant = read_published(path)
        assert variant == "lite"
        read = network.state_dict()
        assert all(torch.equal(read[name], value) for name, value in state.items())
        assert load_any(path)[1].start == PUBLISHED


class Trap:
    """An object whose pickle creates a file when it is loaded."""

    def __init__(self, ran: Path) -> None:
        self.ran = ran

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.ran,)


@pytest.mark.parametrize(
    "name", ["old.pth", "zip.pth", "bare.pth", "bare.safetensors", "bare.pt"]
)
def test_no_pickle_runs(name: str, state: State, tmp_path: Path) -> None:
    path = tmp_path / name
    trap = {"outconv.weight": Trap(tmp_path / "ran")}
    if name.startswith("bare"):
        path.write_bytes(pickle.dumps(trap))
    else:
        torch.save(state | trap, path, _use_new_zipfile_serialization=name == "zip.pth")
    with pytest.raises(
        InputError, match=r"more than weights|a pickle, which could run anything"
    ):
        load_any(path)
    assert not (tmp_path / "ran").exists()


def test_cut_off_files_end_in_words(old: Path, tmp_path: Path) -> None:
    whole = old.read_bytes()
    cut = tmp_path / "cut.pth"
    for kept in (0, 1, 3, 20, 200, 2000, 60_000, len(whole) // 2, len(whole) - 1):
        cut.write_bytes(whole[:kept])
        with pytest.raises(InputError, match="no weights can be read"):
            read_published(cut)


FIRST = "stage1.rebnconvin.conv_s1.weight"
SIZE = "stage1.rebnconv1.conv_s1.weight"


def test_alien_files_end_in_words(state: State, tmp_path: Path) -> None:
    alien = tmp_path / "alien.pth"
    filters = state[FIRST]
    cases = (
        ([1, 2], "other things than named tensors"),
        ({**state, "epoch": 3}, "other things than named tensors"),
        ({SIZE: torch.tensor(1.0)}, "not the weights of U²-Net"),
        ({**state, FIRST: filters.to(torch.complex64)}, "not plain real numbers"),
        ({**state, FIRST: filters.to_sparse()}, "not plain real numbers"),
        ({**state, FIRST: filters * torch.nan}, "not finite numbers"),
        ({**state, FIRST: filters[:2]}, "1 have another shape"),
    )
    for content, words in cases:
        torch.save(content, alien)
        with pytest.raises(InputError, match=words):
            read_published(alien)


def test_they_answer_beside_an_ellipse_and_say_so(old: Path) -> None:
    with pytest.warns(UserWarning, match="never learned to answer a box"):
        segmenter = Segmenter.load(old)
    image = np.random.default_rng(0).integers(0, 255, (80, 80, 3), dtype=np.uint8)
    mask = segmenter.segment(image, (10, 10, 70, 70))
    assert 0.7 < mask[10:70, 10:70].mean() < 0.85


def test_training_that_starts_with_them_learns_a_prior(
    build_folder: Callable[..., Settings], old: Path
) -> None:
    wish = {
        "start": str(old),
        "batch_pixels": 9_000,
        "max_side": 96,
        "steps": 1,
        "learning_rate": 1e-6,
    }
    lines: list[str] = []
    model, origin = load_checkpoint(
        train(build_folder(wish, {"train": 4}), lines.append)
    )
    assert any("(lite, published weights)" in line for line in lines)
    assert origin.variant == "lite"
    assert origin.licences == [weights.LICENCE, "CC0-1.0"]
    assert not torch.equal(model.priors, load_any(old)[0].priors)


def folded(state: State) -> State:
    """Weights whose batch norms do nothing, as an ONNX file has them."""
    found = {}
    for name, value in state.items():
        kind = name.rsplit(".", 1)[-1]
        if "bn_s1" not in name:
            found[name] = value
        elif kind == "weight":
            found[name] = torch.ones_like(value)
        elif kind == "running_var":
            found[name] = torch.full_like(value, 1 - 1e-5)
        else:
            found[name] = torch.zeros_like(value)
    return found


def write_onnx(state: State, path: Path) -> None:
    """A graph of the convolutions alone, in the order of the layers."""
    nodes = []
    constants = []
    layers = [name.removesuffix(".bias") for name in state if name.endswith(".bias")]
    for layer in layers:
        if "bn_s1" in layer:
            continue
        names = [f"{layer}.weight", f"{layer}.bias"]
        nodes.append(onnx.helper.make_node("Conv", ["x", *names], [layer]))
        for name in names:
            array = state[name].numpy()
            constants.append(onnx.numpy_helper.from_array(array, name))
    graph = onnx.helper.make_graph(nodes, "u2net", [], [], constants)
    onnx.save(onnx.helper.make_model(graph), path)


def test_an_onnx_file_gives_the_same_network(state: State, tmp_path: Path) -> None:
    write_onnx(state, tmp_path / "lite.onnx")
    network, variant = read_published(tmp_path / "lite.onnx")
    assert variant == "lite"
    found = network.state_dict()
    for name, value in folded(state).items():
        assert torch.equal(found[name], value), name


def test_another_onnx_file_ends_in_words(state: State, tmp_path: Path) -> None:
    some = {name: value for name, value in state.items() if "stage1." in name}
    write_onnx(some, tmp_path / "part.onnx")
    with pytest.raises(
        InputError, match="14 convolutions with bias, where U²-Net has 119"
    ):
        read_published(tmp_path / "part.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"\x08\xff\xff")
    with pytest.raises(InputError, match=r"broken\.onnx: not an ONNX file"):
        read_published(tmp_path / "broken.onnx")
