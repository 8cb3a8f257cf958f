import pickle
import subprocess
import sys
from collections.abc import Callable
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
    old = {name: value for name, value in every.items() if not name.endswith("num_batches_tracked")}
    assert len(old) == 686
    return old


@pytest.fixture(scope="module")
def old(state: State, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "u2netp.pth"
    torch.save(state, path, _use_new_zipfile_serialization=False)
    return path


def test_old_new_and_safe_files_are_read_alike(state: State, old: Path, tmp_path: Path) -> None:
    torch.save(state, tmp_path / "zip.pth")
    save_file(state, tmp_path / "safe.safetensors")
    for path in (old, tmp_path / "zip.pth", tmp_path / "safe.safetensors"):
        network, variant = read_published(path)
        assert variant == "lite"
        read = network.state_dict()
        assert all(torch.equal(read[name], value) for name, value in state.items())
        assert load_any(path)[1].start == PUBLISHED


class Trap:
    def __init__(self, ran: Path) -> None:
        self.ran = ran

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.ran,)


@pytest.mark.parametrize("name", ["old.pth", "zip.pth", "bare.pth", "bare.safetensors", "bare.pt"])
def test_no_pickle_runs(name: str, state: State, tmp_path: Path) -> None:
    mined = {**state, "outconv.weight": Trap(tmp_path / "ran")}
    if name.startswith("bare"):
        (tmp_path / name).write_bytes(pickle.dumps({"outconv.weight": Trap(tmp_path / "ran")}))
    else:
        torch.save(mined, tmp_path / name, _use_new_zipfile_serialization=name == "zip.pth")
    with pytest.raises(InputError, match=r"more than weights|a pickle, which could run anything"):
        load_any(tmp_path / name)
    assert not (tmp_path / "ran").exists()


def test_cut_off_and_alien_files_end_in_words(state: State, old: Path, tmp_path: Path) -> None:
    whole = old.read_bytes()
    for kept in (0, 1, 3, 20, 200, 2000, 60_000, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.pth").write_bytes(whole[:kept])
        with pytest.raises(InputError, match="no weights can be read"):
            read_published(tmp_path / "cut.pth")
    first = state["stage1.rebnconvin.conv_s1.weight"]
    for content, words in (
        ([1, 2], "other things than named tensors"),
        ({"epoch": 3, **state}, "other things than named tensors"),
        ({"stage1.rebnconv1.conv_s1.weight": torch.tensor(1.0)}, "not the weights of U²-Net"),
        (
            {**state, "stage1.rebnconvin.conv_s1.weight": first.to(torch.complex64)},
            "no plain real numbers",
        ),
        ({**state, "stage1.rebnconvin.conv_s1.weight": first.to_sparse()}, "no plain real numbers"),
        ({**state, "stage1.rebnconvin.conv_s1.weight": first * torch.nan}, "no finite numbers"),
        ({**state, "stage1.rebnconvin.conv_s1.weight": first[:2]}, "1 have another shape"),
    ):
        torch.save(content, tmp_path / "alien.pth")
        with pytest.raises(InputError, match=words):
            read_published(tmp_path / "alien.pth")


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
    model, origin = load_checkpoint(train(build_folder(wish, {"train": 4}), lines.append))
    assert any("(lite, published weights)" in line for line in lines)
    assert origin.variant == "lite"
    assert origin.licences == [weights.LICENCE, "CC0-1.0"]
    assert not torch.equal(model.priors, load_any(old)[0].priors)


def test_what_cannot_be_fetched_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: Path
) -> None:
    served: dict[str, Callable[[str], object]] = {}
    monkeypatch.setattr(pooch, "HTTPDownloader", lambda: lambda _, to, __: served["now"](to))

    def unreachable(_: str) -> None:
        raise OSError("no route to host")

    served["now"] = unreachable
    with pytest.raises(InputError, match=r"u2netp\.pth: cannot be fetched .* no route to host"):
        fetch("lite", tmp_path)
    served["now"] = lambda to: Path(to).write_text("<html>a page instead</html>")
    with pytest.raises(InputError, match="gave another file than the published one"):
        fetch("lite", tmp_path)
    assert list(tmp_path.iterdir()) == []
    known = weights._FILES["lite"]._replace(digest=pooch.file_hash(str(old)))
    monkeypatch.setitem(weights._FILES, "lite", known)
    served["now"] = lambda to: Path(to).write_bytes(old.read_bytes())
    assert fetch("lite", tmp_path).read_bytes() == old.read_bytes()


def test_without_a_network_the_command_exits_with_3(tmp_path: Path) -> None:
    away = {
        "https_proxy": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PYTHONPATH": str(Path.cwd()),
    }
    command = [sys.executable, "-m", "model.weights", "lite"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=away)
    assert done.returncode == 3
    assert "u2netp.pth: cannot be fetched" in done.stderr
    assert "Traceback" not in done.stderr
