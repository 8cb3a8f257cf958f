"""Clean-build: a list before, nothing without a yes, and what is not ours stays."""

import shutil
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from pipelines.flow import build as builds
from tests.pipelines.small_project import Project, Verb


@pytest.fixture
def copy(built: Project, tmp_path: Path) -> Path:
    """The settings of a copy of the built project, with a trained model."""
    shutil.copytree(built.build, tmp_path / "build")
    (tmp_path / "build" / "train").mkdir()
    (tmp_path / "build" / "train" / "model.safetensors").write_bytes(b"0" * 12_345_678)
    (tmp_path / "build" / ".shard.new").mkdir()
    settings = tmp_path / "settings.yaml"
    settings.write_bytes(msgspec.json.encode(built.plain | {"build": "build"}))
    return settings


def test_nothing_goes_without_a_yes(copy: Path, verb: Verb) -> None:
    outcome = verb("clean-build", copy)
    assert outcome.code == 2
    assert "--yes" in outcome.err
    assert "pins.parquet  (the split of each image" in outcome.err
    assert "12.3 MB  train  (the trained model" in outcome.err
    assert "review.yaml" in outcome.err
    assert (copy.parent / "build" / "train" / "model.safetensors").exists()


def test_a_yes_removes_the_build(copy: Path, verb: Verb) -> None:
    outcome = verb("clean-build", copy, "--yes", "--json")
    assert outcome.code == 0
    result = msgspec.json.decode(outcome.out)
    assert str(copy.parent / "build" / "pins.parquet") in result["removed"]
    assert result["bytes"] > 12_345_678
    assert not (copy.parent / "build").exists()
    outcome = verb("clean-build", copy, "--yes")
    assert outcome.code == 0
    assert "no build here" in outcome.err


def test_what_is_not_ours_stays(copy: Path, verb: Verb) -> None:
    kept = copy.parent / "build" / "exports" / "street.zip"
    kept.parent.mkdir()
    kept.write_bytes(b"zip")
    outcome = verb("clean-build", copy, "--yes")
    assert outcome.code == 0
    assert "To stay, as no run has written it: exports\n" in outcome.err
    assert [path.name for path in kept.parents[1].iterdir()] == ["exports"]
    assert kept.exists()


def test_of_the_reports_only_the_users_stay(copy: Path, verb: Verb) -> None:
    notes = copy.parent / "build" / "report" / "notes.txt"
    notes.parent.mkdir(exist_ok=True)
    notes.write_text("mine")
    notes.with_name("index.html").write_text("ours")

    outcome = verb("clean-build", copy, "--yes")
    assert "To stay, as no run has written it: report/notes.txt\n" in outcome.err
    assert [path.name for path in notes.parent.iterdir()] == ["notes.txt"]


def test_a_stage_that_has_lost_its_state_goes(copy: Path, verb: Verb) -> None:
    folder = copy.parent / "build" / "balance"
    (folder / "stage.json").unlink()
    outcome = verb("clean-build", copy, "--yes")
    assert "balance  (its stage.json is gone" in outcome.err
    assert not folder.exists()


def test_files_of_the_user_in_folders_of_a_build_stay(copy: Path, verb: Verb) -> None:
    folder = copy.parent / "build"
    concepts = folder / "taxonomy" / "concepts.yaml"
    concepts.write_text("concepts: {}")
    foreign = folder / "balance"
    for path in foreign.iterdir():
        path.rename(folder / f"old-{path.name}")
    (foreign / "notes.txt").write_text("mine")

    outcome = verb("clean-build", copy, "--yes")
    assert outcome.code == 0
    assert [path.name for path in concepts.parent.iterdir()] == ["concepts.yaml"]
    assert (foreign / "notes.txt").exists()
    assert not (folder / "ingest").exists()


def test_a_build_with_a_run_at_work_stays(copy: Path, verb: Verb) -> None:
    with builds.held(UPath(copy.parent / "build")):
        outcome = verb("clean-build", copy, "--yes")
    assert outcome.code == 2
    assert "another run is at work" in outcome.err
    assert (copy.parent / "build" / "pins.parquet").exists()


@pytest.mark.parametrize(("answer", "stays"), [("y\n", False), ("n\n", True)])
def test_on_a_terminal_it_asks(
    copy: Path, verb: Verb, monkeypatch: pytest.MonkeyPatch, answer: str, stays: bool
) -> None:
    monkeypatch.setattr("pipelines.cli._can_ask", lambda: True)
    outcome = verb("clean-build", copy, input=answer)
    assert outcome.code == 0
    assert "Remove all of this?" in outcome.err
    assert (copy.parent / "build").exists() == stays
