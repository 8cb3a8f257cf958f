"""The gate's other side: a checkpoint, its report, or a run that was kept."""

import shutil
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from model.evaluation.evaluate import evaluate
from model.evaluation.report import Stratum, read_report, write_report
from model.keep_runs import keep_training
from model.promotion import add_promotion
from model.records import Origin
from tests.model.evaluation.checkpoints import write_checkpoint


def against(settings: Settings, baseline: str) -> Settings:
    """Settings that name a last model."""
    section = settings.evaluate.model_copy(update={"baseline": baseline})
    return settings.model_copy(update={"evaluate": section})


@pytest.mark.parametrize("kind", ["checkpoint", "report"])
def test_the_gate_compares_with_a_checkpoint_or_its_report(
    judged: Settings, tmp_path: Path, kind: str
) -> None:
    evaluate(judged, print)
    last = tmp_path / "last"
    shutil.copytree(tmp_path / "build/evaluate", last)
    shutil.copy(tmp_path / "build/train/model.safetensors", last)
    write_checkpoint(tmp_path / "build/train/model.safetensors", 5)

    baseline = {"checkpoint": last / "model.safetensors", "report": last}[kind]
    report = read_report(evaluate(against(judged, str(baseline)), print))
    assert report is not None
    assert report.gate is not None
    assert (report.gate.objects, report.gate.left_out) == (9, 0)
    assert report.gate.passed
    assert Stratum("overall", "all") in report.gate.too_small  # of five images
    methods = {result.method for result in report.results}
    assert ("baseline" in methods) == (kind == "checkpoint")


def test_an_object_whose_mask_was_mended_is_not_compared(
    judged: Settings, tmp_path: Path
) -> None:
    path = evaluate(judged, print)
    scores = pq.read_table(path.parent / "scores.parquet")
    truths = scores["truth"].to_pylist()
    mended = pa.array([truths[0], "of another mask", *truths[2:]])
    place = scores.column_names.index("truth")
    pq.write_table(
        scores.set_column(place, "truth", mended), path.parent / "scores.parquet"
    )
    last = tmp_path / "last"
    path.parent.rename(last)

    report = read_report(evaluate(against(judged, str(last)), print))
    assert report is not None
    assert report.gate is not None
    assert (report.gate.objects, report.gate.left_out) == (8, 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [("runs/7", "no run 'runs/7'; runs: none"), ("old/7", "old/7: no report here")],
)
def test_a_baseline_that_is_not_there_is_named(
    judged: Settings, name: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        evaluate(against(judged, name), print)


def test_the_gate_compares_with_the_run_that_was_promoted(
    judged: Settings, tmp_path: Path
) -> None:
    """The run before, while the judged model is the promoted one itself."""
    build = UPath(judged.build)
    promoted = against(judged, "promoted")
    lines: list[str] = []
    first = keep_training(judged, Origin(variant="small"), "first", print)
    report = read_report(evaluate(promoted, lines.append))
    assert report is not None
    assert report.gate is None
    assert any("no other model was promoted" in line for line in lines)

    add_promotion(build, first.number, first.record.model)
    write_checkpoint(tmp_path / "build/train/model.safetensors", 5)
    second = keep_training(judged, Origin(variant="small"), "second", print)
    report = read_report(evaluate(promoted, lines.append))
    assert report is not None
    assert report.gate is not None
    assert (report.gate.baseline, report.gate.objects) == ("runs/1", 9)
    # The first run was judged on these shards, so its scores are taken.
    assert "baseline" not in {result.method for result in report.results}
    assert second.report() == report
    assert first.report() != report

    add_promotion(build, second.number, second.record.model)
    evaluate(promoted, lines.append)
    assert "up to date" in lines[-1]


def test_a_run_that_was_judged_on_other_shards_answers_again(
    judged: Settings, tmp_path: Path
) -> None:
    first = keep_training(judged, Origin(variant="small"), "first", print)
    evaluate(judged, print)
    report = first.report()
    assert report is not None
    other = msgspec.structs.replace(report.data, manifest_digest="of other shards")
    write_report(
        first.folder / "report.json", msgspec.structs.replace(report, data=other)
    )

    write_checkpoint(tmp_path / "build/train/model.safetensors", 5)
    report = read_report(evaluate(against(judged, "runs/1"), print))
    assert report is not None
    assert "baseline" in {result.method for result in report.results}
