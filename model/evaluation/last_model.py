"""The last model, which the gate compares a new one with: a run, a checkpoint, or a report."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray
from upath import UPath

from curate.errors import InputError
from curate.model_settings import RUN_NAME
from curate.settings import Settings
from curate.shards.reader import Shards
from curate.storage import digest
from model.box_network import BoxNetwork
from model.checkpoint import checkpoint_path, load_checkpoint
from model.evaluation.gate import find_falls
from model.evaluation.judging import Judgement
from model.evaluation.metrics import GATED, column
from model.evaluation.report import Gate, read_report
from model.evaluation.strata import (
    Resampling,
    image_numbers,
    strata,
    trained_concepts,
)
from model.promotion import PROMOTED, last_promoted_but
from model.runs import RUNS, Run, find_run


@dataclass(frozen=True, slots=True)
class LastModel:
    """The last model: either it can answer, or its scores are known."""

    path: str
    """As the settings name it."""

    digest: str
    """Digest of its checkpoint."""

    network: BoxNetwork | None = None
    scores: pd.DataFrame | None = None
    """By object_id: `truth`, and the gated metrics."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The model less the last one, on the objects that both have answered."""

    rows: NDArray[np.int64]
    """(n,) the objects' rows in the table of test objects."""

    by_metric: dict[str, NDArray[np.float64]]
    """(n,) for each gated metric."""


def open_last_model(
    name: str, build: UPath, model: str, manifest: str
) -> LastModel | None:
    """The last model that the settings name; None if it is `promoted`, and nothing else was yet.

    `model` is the digest of the new model, `manifest` that of the shards on which it is judged. If
    the new model itself is promoted, the last one is the model that was promoted before it.
    InputError if there is no such model, or if it is broken.
    """
    if name == PROMOTED:
        promoted = last_promoted_but(build, model)
        if promoted is None:
            return None
        name = f"{RUNS}/{promoted.run}"
    if RUN_NAME.fullmatch(name):
        return _open_run(find_run(build, name), manifest)
    return _open_path(name)


def _open_run(run: Run, manifest: str) -> LastModel:
    """The model of a run: its scores on these very shards, else the model itself, else its scores
    on other shards, of which the objects that both hold are compared.
    """
    name = f"{RUNS}/{run.number}"
    report = run.report()
    is_judged_alike = report is not None and report.data.manifest_digest == manifest
    if run.checkpoint.exists() and not is_judged_alike:
        network, _ = load_checkpoint(str(run.checkpoint))
        return LastModel(name, run.record.model, network=network)
    if report is None:
        raise InputError(
            f"{run.folder}: this run was never judged, and its checkpoint is no longer kept"
        )
    scores = _read_scores(run.folder / "scores.parquet")
    return LastModel(name, run.record.model, scores=scores)


def _open_path(path: str) -> LastModel:
    """The model at a path: a checkpoint, a report.json, or a folder that holds a report.json."""
    if path == "base" or path.endswith(".safetensors"):
        network, _ = load_checkpoint(path)
        content = checkpoint_path(path).read_bytes()
        return LastModel(path, digest(content), network=network)

    report_path = UPath(path)
    if report_path.is_dir():
        report_path = report_path / "report.json"
    report = read_report(report_path)
    if report is None:
        raise InputError(
            f"{report_path}: no report here; evaluate.baseline names 'promoted', a run "
            "(runs/3), a checkpoint (.safetensors), a report.json, or its folder"
        )
    scores = _read_scores(report_path.parent / "scores.parquet")
    return LastModel(path, report.model.digest, scores=scores)


def _read_scores(path: UPath) -> pd.DataFrame:
    """The scores of the model that a report judged. InputError if they are not there."""
    if not path.exists():
        raise InputError(
            f"{path}: missing beside the report; evaluate that model again"
        )
    columns = ["object_id", "truth", *GATED]
    is_model = [("method", "=", "model")]
    try:
        with path.open("rb") as file:
            table = pq.read_table(file, columns=columns, filters=is_model)
    except (OSError, ValueError) as error:  # pyarrow's errors are either
        raise InputError(
            f"{path}: not the scores of this version ({error}); evaluate that model again"
        ) from None
    frame: pd.DataFrame = table.to_pandas()
    return frame.set_index("object_id")


def differences(
    last: LastModel, judgement: Judgement, object_ids: list[str]
) -> Differences:
    """The model's scores less the last model's, for each object that both have answered.

    From a report, an object counts if its true mask and its drawn box are the same as they were.
    """
    own = {name: column(judgement.scores["model"], name) for name in GATED}
    if last.scores is None:
        theirs = judgement.scores["baseline"]
        by_metric = {name: own[name] - column(theirs, name) for name in GATED}
        return Differences(np.arange(len(object_ids)), by_metric)

    known = last.scores.reindex(object_ids)
    is_same = known["truth"].to_numpy() == np.array(judgement.truths)
    rows = np.flatnonzero(is_same)
    by_metric = {}
    for name in GATED:
        before = known[name].to_numpy()[rows]
        by_metric[name] = own[name][rows] - before
    return Differences(rows, by_metric)


def judge_gate(
    settings: Settings, shards: Shards, judgement: Judgement, last: LastModel
) -> Gate:
    """Whether the model is worse than the last one in any stratum."""
    object_ids = shards.table["object_id"].to_pylist()
    found = differences(last, judgement, object_ids)
    shared = shards.table.take(found.rows)
    judged = list(strata(shared, trained_concepts(shards)))

    wanted = settings.evaluate
    resampling = Resampling(image_numbers(shared), wanted.bootstrap, wanted.seed)
    findings = find_falls(found.by_metric, judged, resampling, wanted.least_fall)
    return Gate(
        baseline=last.path,
        digest=last.digest,
        objects=len(found.rows),
        left_out=len(object_ids) - len(found.rows),
        passed=not any(check.fell for check in findings.checks),
        checks=findings.checks,
        too_small=findings.too_small,
    )
