"""Train: what the last evaluation's page shows is then of the model before, and says so."""

import shutil
from pathlib import Path

import msgspec
import pytest
from upath import UPath

from tests.model.made_runs import write_training
from tests.pipelines.pages.evaluation.small_report import write_evaluation
from tests.pipelines.small_project import Project, Verb


def test_scores_of_the_model_before_are_marked(
    built: Project, verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = tmp_path / "build"
    shutil.copytree(built.build, build)
    settings = tmp_path / "settings.yaml"
    settings.write_bytes(msgspec.json.encode(built.plain | {"build": str(build)}))

    def trains(*_: object) -> Path:
        write_training(build, b"new weights")
        return build / "train/model.safetensors"

    monkeypatch.setattr("model.train.train", trains)
    page = build / "report/report.html"
    first = verb("train", settings, "--json")
    assert msgspec.json.decode(first.out)["warnings"] == []
    assert not page.exists()

    write_evaluation(UPath(build))
    outcome = verb("train", settings, "--json")
    said = "These scores are of an earlier model"
    assert said in msgspec.json.decode(outcome.out)["warnings"][0]
    assert said in outcome.err
    assert said in page.read_text("utf-8")
    assert said in verb("report", settings).err
