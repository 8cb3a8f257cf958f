"""`evaluate`: the model beside the baselines, on the test shards that are there."""

import msgspec
from upath import UPath

from curate.settings import Settings
from pipelines.flow.build import held, require
from pipelines.flow.screen import Screen


class Evaluated(msgspec.Struct, frozen=True):
    """The file of the report, and what the gate says."""

    report: str
    falls: str | None
    """In which strata the model is worse than the last one; None if the gate lets it pass."""


def evaluate(settings: Settings) -> Evaluated:
    """Judge the model, alone in the build.

    InputError without shards, test objects or a model, or if another run is at work.
    """
    build = UPath(settings.build)
    require(build, "shard", "shard")
    # Imported here: without torch, the message about the missing shards comes all the
    # same.
    from model.evaluation.evaluate import evaluate as evaluate_model
    from model.evaluation.report import read_report
    from pipelines.verbs.gate_words import explain_falls

    with held(build):
        path = evaluate_model(settings, Screen().note)
    report = read_report(path)
    if report is None or report.gate is None or report.gate.passed:
        return Evaluated(str(path), None)
    return Evaluated(str(path), explain_falls(report.gate))
