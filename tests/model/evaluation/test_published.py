"""The published network as a method: what it sees, how it is cut, left out without weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model import fetching
from model.evaluation.published import SIDE, published_answers, published_methods
from model.u2net import build
from tests.model.test_weights import write_onnx


@pytest.fixture
def shards(build_folder: Callable[..., Settings]) -> Shards:
    settings = build_folder({}, {"test": 3})
    return open_shards(Path(settings.build) / "shard", "test")


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.manual_seed(0)
    network = build("lite")
    path = tmp_path / "u2netp.onnx"
    write_onnx(network.state_dict(), path)
    monkeypatch.setattr(fetching, "LITE", path)
    return path


class Bright:
    """Stands for the network: what is bright in the prepared picture stands out."""

    def __init__(self) -> None:
        self.seen: list[torch.Tensor] = []

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append(x)
        return x.mean(1, keepdim=True)


def test_it_sees_the_window_as_published_and_answers_in_the_drawn_box(
    shards: Shards,
) -> None:
    samples = [shards.sample(row) for row in range(len(shards))]
    network = Bright()
    answers = published_answers(network, samples)
    (seen,) = network.seen
    assert seen.shape == (3, 3, SIDE, SIDE)

    # The brightest px of each picture is 1 before the means are taken off.
    means = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
    spreads = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
    scaled = seen * spreads + means
    assert torch.allclose(scaled.amax((1, 2, 3)), torch.ones(3), atol=1e-5)

    for answer, sample in zip(answers, samples, strict=True):
        assert answer.shape == sample.mask.shape
        x0, y0, x1, y1 = sample.drawn
        inside = np.zeros_like(sample.mask)
        inside[y0:y1, x0:x1] = True
        assert not answer[~inside].any()
        assert 0 <= answer.min() <= answer.max() <= 1


@pytest.mark.usefixtures("weights")
def test_where_the_weights_are_both_ways_are_methods(shards: Shards) -> None:
    samples = [shards.sample(0)]
    methods = published_methods()
    assert list(methods) == ["published", "published_native"]
    for answers in methods.values():
        (answer,) = answers(samples)
        assert answer.shape == samples[0].mask.shape
        assert np.isfinite(answer).all()


def test_without_the_weights_there_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LITE", tmp_path / "nothing.onnx")
    assert published_methods() == {}
