"""Evaluation: the model and what it must beat, on the test shards → `<build>/evaluate/report.json`.

Other files of the folder: `scores.parquet` has one row for each object and method, `cases.parquet`
the pictures of the best, median and worst answers.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.folders import new_folder_of, recover, remove_folder, replace_folder
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from curate.storage import digest, write_table
from model import fetching, ranks
from model.box_network import BoxNetwork
from model.checkpoint import BASE, load_checkpoint
from model.evaluation.cases import cases_table
from model.evaluation.confidence import WatchedModel
from model.evaluation.gate import RULE_VERSION
from model.evaluation.judging import Judgement, judge, trained_methods
from model.evaluation.last_model import LastModel, judge_gate, open_last_model
from model.evaluation.metrics import METRICS, column
from model.evaluation.published import published_methods
from model.evaluation.report import (
    REPORT_VERSION,
    JudgedData,
    JudgedModel,
    Report,
    read_report,
    write_report,
)
from model.evaluation.scores import scores_table
from model.evaluation.strata import (
    Resampling,
    image_numbers,
    strata,
    stratum_report,
    trained_concepts,
)
from model.hardware import device, one_thread
from model.keep_runs import keep_report
from model.records import Origin


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Digests of what a report is made from."""

    model: str
    manifest: str
    settings: str


def evaluate(settings: Settings, log: Callable[[str], None]) -> UPath:
    """Judge `<build>/train/model.safetensors` on the test split; the path of report.json.

    `log` takes lines for the user. A report that is up to date is not made again. EmptySplit, which
    is an InputError, if the test split holds no object; InputError if there are no shards, or no
    model.
    """
    log = ranks.of_first(log)
    build = UPath(settings.build)
    folder = build / "evaluate"
    if ranks.is_first():
        recover(folder)
    report_path = folder / "report.json"
    model_path = build / "train" / "model.safetensors"
    shards = open_shards(build / "shard", "test")
    if not model_path.exists():
        raise InputError(f"{model_path}: no model to judge; train one first")

    model, origin = load_checkpoint(str(model_path))
    model_digest = digest(model_path.read_bytes())
    last = _last_model(settings, model_digest, shards.digest, log)
    inputs = _Inputs(
        model=model_digest,
        manifest=shards.digest,
        settings=_settings_digest(settings, last),
    )
    if ranks.from_first(_known_inputs(report_path) == inputs):
        _keep(build, log)
        log(f"evaluate: {report_path} is up to date")
        return report_path

    judgement, watched = _judge(settings, shards, model, origin, last, log)
    if not ranks.is_first():
        ranks.wait_for_first()
        return report_path

    report = _report(
        settings, shards, judgement, _judged(model, origin, inputs), inputs
    )
    iou = column(judgement.scores["model"], "iou")
    report = msgspec.structs.replace(report, confidence=watched.report(iou))
    if last is not None:
        gate = judge_gate(settings, shards, judgement, last)
        report = msgspec.structs.replace(report, gate=gate)
    _write(folder, report, shards, model, judgement, watched)
    _keep(build, log)
    ranks.wait_for_first()
    return report_path


def _judge(
    settings: Settings,
    shards: Shards,
    model: BoxNetwork,
    origin: Origin,
    last: LastModel | None,
    log: Callable[[str], None],
) -> tuple[Judgement, WatchedModel]:
    """Score the model and what it must beat on all test objects; note how sure the model was."""
    log(
        f"evaluate: {len(shards):,} test objects, each answered by the model and what it must beat"
    )
    networks = {"model": model.to(device())}
    networks |= _untuned(log)
    if last is not None and last.network is not None:
        networks["baseline"] = last.network.to(device())
    trained = trained_methods(networks) | published_methods()
    watched = WatchedModel(trained["model"], origin.confidence)
    trained["model"] = watched.answer
    judgement = judge(shards, trained, settings.dask.workers, log)
    watched.share()
    return judgement, watched


def _judged(model: BoxNetwork, origin: Origin, inputs: _Inputs) -> JudgedModel:
    """What the report says of the model itself."""
    return JudgedModel(
        digest=inputs.model,
        **msgspec.structs.asdict(origin),
        parameters=sum(each.numel() for each in model.network.parameters()),
    )


def _write(
    folder: UPath,
    report: Report,
    shards: Shards,
    model: BoxNetwork,
    judgement: Judgement,
    watched: WatchedModel,
) -> None:
    """Write the report with its scores and cases, in place of those that are in the folder.

    All is written beside the folder first: a killed run never leaves scores of one model beside
    the report of another.
    """
    new = new_folder_of(folder)
    remove_folder(new)
    trained = trained_concepts(shards)
    scores = scores_table(shards, judgement, trained, watched.expected_ious)
    write_table(new / "scores.parquet", scores)

    iou = column(judgement.scores["model"], "iou")
    judged = list(strata(shards.table, trained))
    with one_thread():
        cases = cases_table(shards, model, iou, judged)
    write_table(new / "cases.parquet", cases)
    write_report(new / "report.json", report)
    replace_folder(folder)


def _last_model(
    settings: Settings, model: str, manifest: str, log: Callable[[str], None]
) -> LastModel | None:
    """The model that the gate compares with, or None.

    `model` and `manifest`: digests of the new model and of the shards.
    """
    baseline = settings.evaluate.baseline
    if baseline is None:
        return None
    last = open_last_model(baseline, UPath(settings.build), model, manifest)
    if last is None:
        log(
            "evaluate: no other model was promoted yet, so the gate has nothing to compare"
        )
    return last


def _keep(build: UPath, log: Callable[[str], None]) -> None:
    """Keep the report with the run that made the model, and say so if there is no such run."""
    if ranks.is_first() and keep_report(build) is None:
        log(
            "evaluate: the model is of no run of this build, so its report is not kept with one"
        )


def _settings_digest(settings: Settings, last: LastModel | None) -> str:
    """Of the settings and files, besides model and shards, that a report depends on."""
    last_digest = ""
    if last is not None:
        last_digest = f"{last.digest}, gate {RULE_VERSION}"
    return digest(
        settings.evaluate.model_dump(),
        _base_bytes(),
        last_digest,
        list(METRICS),
        fetching.LITE.is_file(),
        "confidence",  # reports of earlier versions have none
    )


def _base_bytes() -> bytes:
    if not BASE.is_file():
        return b""
    return BASE.read_bytes()


def _untuned(log: Callable[[str], None]) -> dict[str, BoxNetwork]:
    """The base, before any training on the shards, by the name of its method."""
    if not BASE.is_file():
        log(
            f"evaluate: {BASE.name} is missing, so the model is not compared with the base"
        )
        return {}
    base, _ = load_checkpoint(BASE)
    return {"untuned": base.to(device())}


def _known_inputs(path: UPath) -> _Inputs | None:
    """What the report at a path was made from; None if this version did not write it."""
    try:
        report = read_report(path)
    except InputError:  # broken: it is made anew
        return None
    if report is None or report.schema_version != REPORT_VERSION:
        return None
    return _Inputs(
        model=report.model.digest,
        manifest=report.data.manifest_digest,
        settings=report.settings_digest,
    )


def _report(
    settings: Settings,
    shards: Shards,
    judgement: Judgement,
    model: JudgedModel,
    inputs: _Inputs,
) -> Report:
    """The report on a judgement of a model."""
    images = image_numbers(shards.table)
    resampling = Resampling(images, settings.evaluate.bootstrap, settings.evaluate.seed)

    results = []
    paired = []
    for objects in strata(shards.table, trained_concepts(shards)):
        of_stratum = stratum_report(objects, judgement.scores, resampling)
        results += of_stratum.results
        paired += of_stratum.paired

    return Report(
        model=model,
        data=JudgedData(
            manifest_digest=inputs.manifest,
            objects=len(shards),
            images=int(images.max()) + 1,
            grabcut_fallbacks=judgement.failures["grabcut"],
        ),
        settings_digest=inputs.settings,
        results=results,
        paired=paired,
    )
