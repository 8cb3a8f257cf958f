"""What trainings and evaluations leave for good, and which checkpoints stay."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from curate.settings import Settings
from model.evaluation.report import write_report
from model.keep_runs import keep_report, keep_training
from model.promotion import add_promotion, add_rollback, read_promotion
from model.runs import Run, find_run, read_runs
from tests.model.made_runs import make_origin, make_report, write_training


def make_settings(build: Path, **sections: object) -> Settings:
    export = {"name": "e", "path": "e", "format": "coco", "customer": "c"}
    plain = {
        "build": str(build),
        "exports": [export | {"domain": "d", "licence": "CC0-1.0"}],
        "licences": {"allow": ["CC0-1.0"]},
    }
    return Settings.model_validate(plain | sections)


def train(settings: Settings, number: int, lines: list[str] | None = None) -> Run:
    """Keep a training whose weights are its number."""
    write_training(Path(settings.build), bytes([number]), key=f"key {number}")
    log = (lines if lines is not None else []).append
    return keep_training(settings, make_origin(), f"key {number}", log)


def kept_checkpoints(build: Path) -> list[int]:
    return [run.number for run in read_runs(UPath(build)) if run.checkpoint.exists()]


def test_a_training_leaves_its_settings_checkpoint_and_record(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    lines: list[str] = []
    run = train(settings, 1, lines)
    assert lines == [f"train: kept as run 1, in {tmp_path / 'runs/1'}"]
    assert run == find_run(UPath(tmp_path), "1")
    assert run.checkpoint.read_bytes() == b"\x01"
    trained = tmp_path / "train/model.safetensors"
    assert trained.samefile(run.checkpoint.path)  # no second copy on disk
    assert json.loads((run.folder / "train.json").read_text())["key"] == "key 1"

    again = Settings.model_validate_json((run.folder / "settings.json").read_bytes())
    assert again == settings


def test_the_same_training_is_kept_once(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    assert [train(settings, each).number for each in (1, 1, 2, 2)] == [1, 1, 2, 2]


def test_the_newest_checkpoints_stay_and_all_records(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, runs={"keep": 2})
    lines: list[str] = []
    for number in range(1, 5):
        train(settings, number, lines)
    assert kept_checkpoints(tmp_path) == [3, 4]
    assert len(read_runs(UPath(tmp_path))) == 4
    assert "checkpoints of runs 2 are removed" in lines[-1]
    assert (tmp_path / "train/model.safetensors").read_bytes() == b"\x04"


@pytest.mark.parametrize(
    "named", ["runs/1", "{build}/runs/1", "{build}/runs/1/model.safetensors"]
)
def test_start_and_baseline_keep_their_checkpoints(tmp_path: Path, named: str) -> None:
    name = named.format(build=tmp_path)
    settings = make_settings(tmp_path, runs={"keep": 1}, evaluate={"baseline": name})
    for number in (1, 2, 3):
        train(settings, number)
    assert kept_checkpoints(tmp_path) == [1, 3]


def test_what_rollbacks_return_to_keeps_its_checkpoint(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, runs={"keep": 1})
    build = UPath(tmp_path)
    for number in range(1, 6):
        run = train(settings, number)
        add_promotion(build, number, run.record.model)
    assert kept_checkpoints(tmp_path) == [2, 3, 4, 5]

    promotion = read_promotion(build)
    assert promotion is not None
    add_rollback(build, promotion.stack[-2])
    train(settings, 6)
    assert kept_checkpoints(tmp_path) == [2, 3, 4, 6]


def test_a_report_is_kept_with_the_run_that_made_the_model(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    first = train(settings, 1)
    train(settings, 2)
    scores = pa.table({"method": ["model", "ellipse", "model"], "iou": [0.1, 0.2, 0.3]})
    (tmp_path / "evaluate").mkdir()
    pq.write_table(scores, tmp_path / "evaluate/scores.parquet")
    report_path = UPath(tmp_path / "evaluate/report.json")

    write_report(report_path, make_report(first.record.model))
    assert keep_report(UPath(tmp_path)) == first
    assert first.report() == make_report(first.record.model)
    kept = pq.read_table((first.folder / "scores.parquet").path)
    assert kept["iou"].to_pylist() == [0.1, 0.3]

    write_report(report_path, make_report("of no run"))
    assert keep_report(UPath(tmp_path)) is None
