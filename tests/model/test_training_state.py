"""The state of a training: its rate, its average, and how it goes on after a kill."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch

from curate.model_settings import TrainSettings
from model.batches import Batch
from model.training_state import DivergedError, TrainingState, learning_rate
from tests.model.networks import unlearned

CPU = torch.device("cpu")


def batch() -> Batch:
    """Two noisy samples of 64 × 64 px, half of each the object."""
    rng = np.random.default_rng(0)
    target = np.zeros((2, 64, 64), np.bool_)
    target[:, :, 32:] = True
    return Batch(
        pixels=rng.integers(0, 255, (2, 64, 64, 3), np.uint8),
        drawn=np.array([[30, 2, 62, 62]] * 2, np.float32),
        target=target,
        valid=np.ones_like(target),
    )


def state() -> TrainingState:
    torch.manual_seed(0)
    return TrainingState(unlearned(), TrainSettings(steps=10), CPU)


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    rates = [learning_rate(step, 1000, 1.0) for step in range(1000)]
    assert rates[0] < 0.05
    assert max(rates) > 0.99
    assert rates[-1] < 1e-4
    assert learning_rate(5, None, 1.0) == pytest.approx(0.2)


def test_what_is_kept_lies_between_the_start_and_the_average() -> None:
    start = unlearned()
    name = "gate.bias"
    for share in (0.0, 0.25, 1.0):
        settings = TrainSettings(steps=10, learning_rate=0.1, keep_start=share)
        run = TrainingState(copy.deepcopy(start), settings, CPU)
        for _ in range(3):
            run.step(batch(), 1.0)
        learned = run.average.get_parameter(name)
        assert not torch.equal(learned, start.get_parameter(name))
        expected = share * start.get_parameter(name) + (1 - share) * learned
        assert torch.allclose(run.kept().get_parameter(name), expected, atol=1e-7)


def test_a_saved_state_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    whole = state()
    whole.step(batch(), 1.0)
    whole.save(tmp_path / "state.pt", "key")
    resumed = state()
    assert resumed.load(tmp_path / "state.pt", "key")
    assert resumed.progress == whole.progress

    for each in (whole, resumed):
        each.step(batch(), 0.5)
    for ours, theirs in (
        (whole.model, resumed.model),
        (whole.average, resumed.average),
    ):
        expected = theirs.state_dict()
        for name, value in ours.state_dict().items():
            assert torch.equal(value, expected[name])


def test_a_state_of_another_run_or_a_broken_one_is_not_loaded(tmp_path: Path) -> None:
    state().save(tmp_path / "state.pt", "another key")
    assert not state().load(tmp_path / "state.pt", "key")
    (tmp_path / "state.pt").write_bytes(b"cut off")
    assert not state().load(tmp_path / "state.pt", "key")
    assert not state().load(tmp_path / "none.pt", "key")


def test_steps_without_a_finite_gradient_move_nothing_and_end_the_run() -> None:
    run = state()
    with torch.no_grad():
        run.model.gate.bias[-1] = torch.nan
    before = run.model.network.get_parameter("outconv.weight").clone()
    for _ in range(25):
        run.step(batch(), 1.0)
    with pytest.raises(DivergedError, match="no finite gradient for 26 steps"):
        run.step(batch(), 1.0)
    assert torch.equal(run.model.network.get_parameter("outconv.weight"), before)
