"""Runs: how people name them, and where their checkpoints are."""

from pathlib import Path

import pytest
from upath import UPath

from curate.errors import InputError
from model.promotion import add_promotion
from model.runs import (
    find_run,
    named_checkpoint,
    read_runs,
    run_of_model,
    training_of_model,
)
from tests.model.made_runs import write_run


def test_runs_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 9, 2):
        write_run(tmp_path, number, bytes([number]))
    (tmp_path / "runs/.new").mkdir()
    (tmp_path / "runs/notes").mkdir()
    assert [run.number for run in read_runs(UPath(tmp_path))] == [2, 9, 10]
    assert read_runs(UPath(tmp_path / "other")) == []


def test_a_run_is_named_by_number_or_as_the_promoted_one(tmp_path: Path) -> None:
    build = UPath(tmp_path)
    run = write_run(tmp_path, 3, b"weights")
    assert find_run(build, "3") == find_run(build, "runs/3") == run
    with pytest.raises(InputError, match=r"no run '4'; runs: 3"):
        find_run(build, "4")
    with pytest.raises(InputError, match="no run is promoted yet"):
        find_run(build, "promoted")
    add_promotion(build, 3, run.record.model)
    assert find_run(build, "promoted") == run


def test_the_newest_run_of_equal_weights_is_taken(tmp_path: Path) -> None:
    build = UPath(tmp_path)
    write_run(tmp_path, 1, b"same")
    newest = write_run(tmp_path, 2, b"same")
    write_run(tmp_path, 3, b"other")
    assert run_of_model(build, newest.record.model) == newest
    assert run_of_model(build, "unknown") is None
    assert training_of_model(build, "unknown") is None


def test_a_path_to_a_run_leads_to_its_checkpoint(tmp_path: Path) -> None:
    run = write_run(tmp_path, 1, b"weights")
    checkpoint = Path(run.checkpoint.path)
    assert named_checkpoint(tmp_path / "runs/1") == checkpoint
    assert named_checkpoint(checkpoint) == checkpoint
    with pytest.raises(InputError, match="no run is promoted yet"):
        named_checkpoint(tmp_path / "promoted")
    add_promotion(UPath(tmp_path), 1, run.record.model)
    assert named_checkpoint(tmp_path / "promoted") == checkpoint
    checkpoint.unlink()
    with pytest.raises(InputError, match="no longer kept"):
        named_checkpoint(tmp_path / "promoted")
    # A build has a run.json of its own: its last command.
    (tmp_path / "run.json").write_bytes(b"{}")
    with pytest.raises(InputError, match=r"promoted, runs/N and train in it"):
        named_checkpoint(tmp_path)
