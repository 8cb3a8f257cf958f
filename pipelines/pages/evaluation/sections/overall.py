"""All methods on all test objects."""

from model.evaluation.metrics import METRICS
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.page import Values

_COMPARED = ("iou", "edge_f_2")
"""Metrics of which the table also has the model's difference to each method."""


def show_overall(build: EvaluatedBuild) -> Values:
    """A table of methods and metrics."""
    return {
        "methods": build.methods,
        "metrics": [metric for metric in build.metrics if not metric.only_overall],
        "compared": [METRICS[name] for name in _COMPARED],
        "overall": build.overall,
    }
