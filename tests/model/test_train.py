import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.reader import open_shards
from model import train as training
from model.box_network import BoxNetwork
from model.checkpoint import load_checkpoint, save_checkpoint
from model.prior import mixed_prior
from model.run import Run, learning_rate
from model.train import train

QUICK = {"start": "random", "batch_pixels": 9_000, "max_side": 96, "seed": 3}
Make = Callable[..., Settings]


class _Killed(Exception):
    pass


def test_learns_and_leaves_its_records(build_folder: Make) -> None:
    settings = build_folder(QUICK | {"steps": 12, "learning_rate": 0.01}, {"train": 16, "val": 6})
    lines: list[str] = []
    path = train(settings, lines.append)
    _, origin = load_checkpoint(path)
    assert origin.licences == ["CC0-1.0"]
    assert set(origin.validation) == {"a", "b"}
    assert origin.settings["steps"] == 12
    assert origin.manifest_digest
    record = json.loads((path.parent / "train.json").read_text())
    assert record["step"] == 12
    assert sum(record["losses"][-4:]) < sum(record["losses"][:4])
    assert (path.parent / "curve.png").stat().st_size > 1000
    assert any(each.name.startswith("events") for each in (path.parent / "tensorboard").iterdir())
    assert not (path.parent / "state.pt").exists()
    before = path.stat().st_mtime_ns
    assert train(settings, lines.append) == path
    assert "up to date" in lines[-1]
    assert path.stat().st_mtime_ns == before


def test_a_killed_run_ends_with_the_weights_of_an_uninterrupted_one(
    build_folder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = build_folder(QUICK | {"steps": 5}, {"train": 6, "val": 1})
    whole = load_file(train(settings, print))
    settings = settings.model_copy(update={"build": settings.build})
    folder = Path(settings.build) / "train"
    folder.rename(folder.with_name("whole"))
    monkeypatch.setattr(training, "_SAVE_SECONDS", 0.0)
    real = Run.step

    def dies(run: Run, *task: object) -> None:
        if run.progress.step == 3:
            raise _Killed
        real(run, *task)  # type: ignore[arg-type]

    monkeypatch.setattr(Run, "step", dies)
    with pytest.raises(_Killed):
        train(settings, print)
    monkeypatch.setattr(Run, "step", real)
    lines: list[str] = []
    again = load_file(train(settings, lines.append))
    assert any("goes on at step 3" in line for line in lines)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_a_broken_state_is_told_and_training_begins_anew(build_folder: Make) -> None:
    settings = build_folder(QUICK | {"steps": 1}, {"train": 4})
    state = Path(settings.build) / "train" / "state.pt"
    state.parent.mkdir()
    state.write_bytes(b"cut off")
    lines: list[str] = []
    assert train(settings, lines.append).exists()
    assert any("state.pt is broken" in line and "begins anew" in line for line in lines)


def test_without_shards_or_start_it_says_so(build_folder: Make, tmp_path: Path) -> None:
    settings = build_folder(QUICK | {"start": str(tmp_path / "none.safetensors")}, {"train": 2})
    with pytest.raises(InputError, match="no such checkpoint"):
        train(settings, print)
    (tmp_path / "build/shard/manifest.json").unlink()
    with pytest.raises(InputError, match=r"no manifest\.json"):
        train(settings, print)


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    rates = [learning_rate(step, 1000, 1.0) for step in range(1000)]
    assert rates[0] < 0.05
    assert max(rates) > 0.99
    assert rates[-1] < 1e-4
    assert learning_rate(5, None, 1.0) == pytest.approx(0.2)


def test_a_start_brings_its_weights_and_the_shards_the_prior(
    build_folder: Make, tmp_path: Path
) -> None:
    settings = build_folder(QUICK | {"steps": 1}, {"train": 60})
    learned, origin = load_checkpoint(train(settings, print))
    start = tmp_path / "start.safetensors"
    wide = BoxNetwork(
        learned.network, torch.full_like(learned.priors, 3.0), learned.shares, origin.outside
    )
    save_checkpoint(start, wide, origin)
    again = settings.model_copy(
        update={"train": settings.train.model_copy(update={"start": str(start)})}
    )
    model = load_checkpoint(train(again, print))[0]
    blended, lent = _usual(model), training._START_PRIOR_MASKS
    shards = open_shards(Path(settings.build) / "shard", "train")
    joined = BoxNetwork(
        learned.network, *training._priors(shards, settings.train.seed, wide.priors)
    )
    expected = (60 * _usual(joined) + lent * _usual(wide)) / (60 + lent)
    assert torch.allclose(blended, expected, atol=1e-4)
    assert torch.allclose(
        _usual(joined), _usual(learned), atol=3e-3
    )  # no place is certain, in any of the shapes


def _usual(model: BoxNetwork) -> torch.Tensor:
    """The probabilities of the prior alone."""
    return torch.sigmoid(mixed_prior(model.priors, model.shares[None]))
