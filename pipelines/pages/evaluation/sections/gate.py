"""The model against the last one: whether the gate lets it pass, and in which strata it fell."""

from model.evaluation.metrics import METRICS
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.page import Values

_SHOWN = 20


def show_gate(build: EvaluatedBuild) -> Values | None:
    """The checks, the worst first; nothing if the settings name no last model."""
    gate = build.report.gate
    if gate is None:
        return None
    return {
        "gate": gate,
        "checks": gate.checks[:_SHOWN],
        "titles": {name: metric.title for name, metric in METRICS.items()},
    }
