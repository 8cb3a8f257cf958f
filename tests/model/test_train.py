"""Training end to end on painted ellipses: its records, resuming, and what it says."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from model import training_run
from model.batches import Batch
from model.checkpoint import load_checkpoint
from model.pace import Pace
from model.runs import read_runs
from model.train import train
from model.training_state import TrainingState

QUICK = {"start": "random", "batch_pixels": 9_000, "max_side": 96, "seed": 3}
Make = Callable[..., Settings]


class Killed(Exception):
    """Stands for a signal that ends the process."""


def test_learns_and_leaves_its_records(build_folder: Make) -> None:
    settings = build_folder(
        QUICK | {"steps": 24, "learning_rate": 0.02}, {"train": 16, "val": 6}
    )
    lines: list[str] = []
    path = train(settings, lines.append)
    _, origin = load_checkpoint(path)
    assert origin.licences == ["CC0-1.0"]
    assert origin.sources == {"e": "CC0-1.0; ellipses by c"}
    assert set(origin.validation) == {"a", "b"}
    assert origin.settings["steps"] == 24
    assert origin.manifest_digest
    assert origin.confidence is not None
    assert sum(each.objects for each in origin.confidence.by_size.values()) == 6

    record = json.loads((path.parent / "train.json").read_text())
    assert record["step"] == 24
    assert sum(record["losses"][-8:]) < 0.95 * sum(record["losses"][:8])
    assert 0 < record["best"] <= 1
    assert f"best IoU {record['best']:.3f}" in lines[-2]
    assert lines[-1].startswith("train: kept as run 1")
    assert (path.parent / "curve.png").stat().st_size > 1000
    assert any(
        each.name.startswith("events")
        for each in (path.parent / "tensorboard").iterdir()
    )
    assert not (path.parent / "state.pt").exists()

    (run,) = read_runs(UPath(settings.build))
    assert run.checkpoint.read_bytes() == path.read_bytes()
    assert run.record.origin == origin
    assert run.record.key == record["key"]


def test_a_finished_run_is_not_done_again(build_folder: Make) -> None:
    settings = build_folder(QUICK | {"steps": 1}, {"train": 4})
    path = train(settings, print)
    before = path.stat().st_mtime_ns
    lines: list[str] = []
    assert train(settings, lines.append) == path
    assert "up to date" in lines[-1]
    assert path.stat().st_mtime_ns == before

    (path.parent / "train.json").write_text("{broken")
    train(settings, lines.append)
    assert path.stat().st_mtime_ns > before


def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(
    build_folder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = build_folder(QUICK | {"steps": 5}, {"train": 6, "val": 1})
    whole = load_file(train(settings, print))
    folder = Path(settings.build) / "train"
    folder.rename(folder.with_name("whole"))

    monkeypatch.setattr(training_run, "_SAVE_SECONDS", 0.0)
    step = TrainingState.step

    def dies(state: TrainingState, batch: Batch, weight: float) -> None:
        if state.progress.step == 3:
            raise Killed
        step(state, batch, weight)

    monkeypatch.setattr(TrainingState, "step", dies)
    with pytest.raises(Killed):
        train(settings, print)
    monkeypatch.setattr(TrainingState, "step", step)

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


def test_without_a_val_split_no_iou_is_told_and_the_last_weights_are_kept(
    build_folder: Make,
) -> None:
    settings = build_folder(QUICK | {"steps": 3}, {"train": 4})
    lines: list[str] = []
    path = train(settings, lines.append)
    assert not any("IoU" in line for line in lines)
    assert "the val split holds no object" in lines[0]
    assert lines[-2].endswith(
        "there was nothing to validate on, so the last weights are kept"
    )

    _, origin = load_checkpoint(path)
    assert origin.steps == 3
    assert origin.validation == {}
    assert json.loads((path.parent / "train.json").read_text())["best"] is None


def test_without_steps_the_pace_plans_them_and_each_validation_plans_the_rest_anew(
    build_folder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    # After ten steps, two more at first, which seems to be a slow moment: then four, then none.
    more = iter([2, 4, 0])
    monkeypatch.setattr(Pace, "steps_that_fit", lambda *_: next(more))
    monkeypatch.setattr("model.pace.VALIDATIONS", 1)
    settings = build_folder(QUICK, {"train": 4, "val": 2})
    train(settings, print)
    record = json.loads((Path(settings.build) / "train" / "train.json").read_text())
    assert record["step"] == record["steps"] == 10 + 2 + 4
    assert [step for step, _ in record["validations"]] == [12, 16]


def test_a_run_that_is_late_stops(build_folder: Make) -> None:
    settings = build_folder(QUICK | {"minutes": 1e-6}, {"train": 4})
    lines: list[str] = []
    assert train(settings, lines.append).exists()
    late = "train: 1.3 times the minutes are over: stops at step 1"
    assert late in lines


def test_without_shards_or_start_it_says_so(build_folder: Make, tmp_path: Path) -> None:
    settings = build_folder(
        QUICK | {"start": str(tmp_path / "none.safetensors")}, {"train": 2}
    )
    with pytest.raises(InputError, match="no such checkpoint"):
        train(settings, print)
    (tmp_path / "build/shard/manifest.json").unlink()
    with pytest.raises(InputError, match=r"no manifest\.json"):
        train(settings, print)
