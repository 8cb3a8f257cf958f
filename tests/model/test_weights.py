import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pooch
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
from model.weights import PUBLISHED, fetch, load_any, read_published

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


class Server:
    """Stands for the authors' server: writes what a test wants to be downloaded."""

    content: bytes | None = None
    """None if the server cannot be reached."""

    def __call__(self, url: str, to: str, pooch: object) -> None:
        del url, pooch
        if self.content is None:
            raise OSError("no route to host")
        Path(to).write_bytes(self.content)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(pooch, "HTTPDownloader", lambda: server)
    return server


def test_a_file_that_cannot_be_fetched_is_told(server: Server, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"u2netp\.pth: cannot be fetched .* no route to host"
    ):
        fetch("lite", tmp_path)
    server.content = b"<html>a page instead</html>"
    with pytest.raises(InputError, match="gave another file than the published one"):
        fetch("lite", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_published_file_is_fetched_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: Path
) -> None:
    known = replace(weights._FILES["lite"], sha256=pooch.file_hash(str(old)))
    monkeypatch.setitem(weights._FILES, "lite", known)
    server.content = old.read_bytes()
    path = fetch("lite", tmp_path)
    assert path.read_bytes() == old.read_bytes()
    server.content = None
    assert fetch("lite", tmp_path) == path


def test_without_a_network_the_command_exits_with_3(tmp_path: Path) -> None:
    away = {
        "https_proxy": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PYTHONPATH": str(Path.cwd()),
    }
    command = [sys.executable, "-m", "model.weights", "lite"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=away
    )
    assert done.returncode == 3
    assert "u2netp.pth: cannot be fetched" in done.stderr
    assert "Traceback" not in done.stderr
