"""The audit's checks of model, report and runs. Each yields what speaks against its contract.

What a build does not have is not checked: a build may end with the shards.
"""

from collections.abc import Iterator

import msgspec
import numpy as np
import pandas as pd
import pyarrow.compute as pc
from upath import UPath

from curate.errors import InputError
from curate.shards.manifest import Manifest
from curate.shards.reader import EmptySplit, open_shards
from curate.storage import digest, read_json, read_record, read_table
from model.evaluation.report import Case, Report, read_report
from model.promotion import read_promotion
from model.records import TrainingRecord
from model.runs import (
    Run,
    find_run,
    folders_without_record,
    read_runs,
    run_of_model,
    trained_model,
)

Objections = Iterator[str]

_TOLERANCE = 1e-9  # of an IoU


def model_checks(build: UPath, manifest: Manifest) -> list[tuple[str, Objections]]:
    """The contracts of what the build has of model, report and runs, and what speaks against them.

    InputError if the report or a record is broken.
    """
    checks: list[tuple[str, Objections]] = []
    trained = trained_model(build)
    if trained is not None:
        name = "the model is the one that the last training left"
        checks.append((name, _model_is_trained(build, trained)))
        name = "the model learned from these shards"
        checks.append((name, _model_fits(build, trained, manifest)))

    report = read_report(build / "evaluate" / "report.json")
    if report is not None:
        name = "the report is of this model and these shards"
        checks.append((name, _report_fits(report, trained, manifest)))
        name = "the scores are those of the report"
        checks.append((name, _scores_fit(build, report)))
        name = "the cases are those of the scores"
        checks.append((name, _cases_fit(build)))

    runs = read_runs(build)
    no_runs = folders_without_record(build)
    if runs or no_runs:
        checks.append(("each run is as it was kept", _runs_are_whole(runs, no_runs)))
    if read_promotion(build) is not None:
        checks.append(("the promoted run can answer", _promoted_answers(build)))
    return checks


def _model_is_trained(build: UPath, trained: str) -> Objections:
    record = read_record(build / "train" / "train.json", TrainingRecord)
    if record is None:
        yield "train.json is missing: the training has not ended"
        return
    run = run_of_model(build, trained)
    if run is None:
        yield (
            "model.safetensors is the checkpoint of no run: it was changed, or another training "
            "is under way"
        )
    elif run.record.key != record.key:
        yield f"model.safetensors is that of run {run.number}, train.json that of another training"


def _model_fits(build: UPath, trained: str, manifest: Manifest) -> Objections:
    run = run_of_model(build, trained)
    if run is not None and run.record.origin.manifest_digest != manifest.digest:
        yield f"the shards have changed since run {run.number} learned from them: train again"


def _report_fits(report: Report, trained: str | None, manifest: Manifest) -> Objections:
    if trained is None:
        yield "the model that it judges is not in train/"
    elif report.model.digest != trained:
        yield "the model has changed since it was judged: evaluate it"
    if report.data.manifest_digest != manifest.digest:
        yield "the shards have changed since the model was judged: evaluate it again"


def _scores_fit(build: UPath, report: Report) -> Objections:
    """The scores are of the report's objects, and have its means."""
    path = build / "evaluate" / "scores.parquet"
    if not path.exists():
        yield "scores.parquet is missing"
        return
    scores = read_table(path, ["object_id", "method", "iou"]).to_pandas()
    own = scores[scores["method"] == "model"]
    if set(own["object_id"]) != _test_objects(build):
        yield "they are not of the test objects of the shards"
    yield from _means_differ(scores, report)


def _means_differ(scores: pd.DataFrame, report: Report) -> Objections:
    """Methods whose mean IoU over all objects is not what the report says."""
    means = scores.groupby("method")["iou"].mean()
    for result in report.results:
        if result.stratum.kind != "overall":
            continue
        mean = float(means.get(result.method, np.nan))
        reported = result.metrics["iou"].mean
        if not abs(mean - reported) <= _TOLERANCE:
            yield f"{result.method}: their IoU is {mean:.6f}, the report says {reported:.6f}"


def _cases_fit(build: UPath) -> Objections:
    """Each case can be read, and has the IoU that the scores give to its object."""
    folder = build / "evaluate"
    path = folder / "cases.parquet"
    if not path.exists():
        yield "cases.parquet is missing"
        return
    cases = msgspec.convert(read_table(path).to_pylist(), list[Case])

    scores = read_table(folder / "scores.parquet", ["object_id", "method", "iou"])
    own = scores.filter(pc.field("method") == "model")
    iou_of = dict(
        zip(own["object_id"].to_pylist(), own["iou"].to_pylist(), strict=True)
    )
    for case in cases:
        scored = iou_of.get(case.object_id, np.nan)
        if not abs(scored - case.iou) <= _TOLERANCE:
            yield f"{case.object_id}: its IoU is {case.iou:.6f}, its score {scored:.6f}"


def _test_objects(build: UPath) -> set[str]:
    try:
        return set(open_shards(build / "shard", "test").table["object_id"].to_pylist())
    except EmptySplit:
        return set()


def _runs_are_whole(runs: list[Run], no_runs: list[UPath]) -> Objections:
    """What is not as it was kept. `no_runs`: folders of runs that lack their run.json."""
    for folder in no_runs:
        yield f"run {folder.name}: its run.json is missing"
    for run in runs:
        for objection in _objections_to_run(run):
            yield f"run {run.number}: {objection}"


def _objections_to_run(run: Run) -> Objections:
    """The files of a run that have changed, are missing or cannot be read."""
    if run.checkpoint.exists():
        kept = digest(run.checkpoint.read_bytes())
        if kept != run.record.model:
            yield "its checkpoint has changed"

    try:
        read_record(run.folder / "train.json", TrainingRecord)
        if read_json(run.folder / "settings.json") is None:
            yield "its settings.json is missing"
        report = run.report()
        if report is not None:
            yield from _objections_to_report(run, report)
    except InputError as error:
        yield str(error)


def _objections_to_report(run: Run, report: Report) -> Objections:
    """Where a run's report is not of its model and its scores. InputError if these are broken."""
    if report.model.digest != run.record.model:
        yield "its report is of another model"

    path = run.folder / "scores.parquet"
    if not path.exists():
        yield "its scores.parquet is missing"
        return
    # A run keeps the scores of its own model, without those of baselines.
    scores = read_table(path, ["iou"]).to_pandas()
    mean = float(scores["iou"].mean())
    reported = report.overall("iou")
    if reported is not None and not abs(mean - reported) <= _TOLERANCE:
        yield f"the IoU of its scores is {mean:.6f}, its report says {reported:.6f}"


def _promoted_answers(build: UPath) -> Objections:
    promotion = read_promotion(build)
    if promotion is None:
        return
    try:
        run = find_run(build, "promoted")
    except InputError as error:
        yield str(error)
        return
    if run.record.model != promotion.model:
        yield f"run {run.number} is another model than the one that was promoted"
    if not run.checkpoint.exists():
        yield f"run {run.number} has no checkpoint"
