"""Edges at other tolerances: precision and recall of the edge metric by radius."""

from collections.abc import Mapping

from model.evaluation.intervals import Interval
from model.evaluation.metrics import EDGE_RADII
from pipelines.pages.evaluation.evaluated_build import EvaluatedBuild
from pipelines.pages.evaluation.plots import plot_radii
from pipelines.pages.page import Values

_KINDS = ("precision", "recall")


def show_edges(build: EvaluatedBuild) -> Values | None:
    """A plot for precision and one for recall; nothing of a report without the radii."""
    metrics = build.overall.metrics
    plots = []
    for kind in _KINDS:
        by_method = []
        # The model comes last, so that its line is on top.
        for method in reversed(build.methods):
            values = _by_radius(kind, metrics[method.name])
            if len(values) > 2:
                by_method.append((method, values))
        if by_method:
            plots.append(plot_radii(f"edge {kind}", by_method))
    if not plots:
        return None
    return {"plots": plots, "methods": build.methods}


def _by_radius(kind: str, metrics: Mapping[str, Interval]) -> dict[int, float]:
    """The mean of an edge metric at each radius that the report has."""
    values = {}
    for radius in EDGE_RADII:
        interval = metrics.get(f"edge_{kind}_{radius}")
        if interval is not None:
            values[radius] = interval.mean
    return values
