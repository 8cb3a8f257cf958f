"""The strata of one kind, or of a few kinds together: a chart and a table."""

from collections.abc import Sequence

from curate.shards.windows import SIZES
from model.evaluation.metrics import METRICS
from pipelines.pages.evaluation.dot_chart import paint_dot_chart
from pipelines.pages.evaluation.evaluated_build import (
    MODEL,
    EvaluatedBuild,
    JudgedStratum,
)
from pipelines.pages.page import Values

_CHARTED = ("iou", "edge_f_2")
"""Metrics of the chart; the table has all."""

_MOST_CHARTED = 30  # strata in a chart; the table has all

_OTHER_KINDS = ("unseen", "edge", "source")
"""Kinds of strata that have two values: one section is enough for all of them."""


def show_strata(kind: str, build: EvaluatedBuild) -> Values | None:
    """The strata of a kind, those with the most objects first."""
    strata = build.strata.get(kind, [])
    return _show(build, sorted(strata, key=lambda stratum: -stratum.objects))


def show_sizes(build: EvaluatedBuild) -> Values | None:
    """The strata by size, from small to large."""
    strata = build.strata.get("size", [])
    return _show(build, sorted(strata, key=lambda stratum: SIZES.index(stratum.value)))


def show_other_strata(build: EvaluatedBuild) -> Values | None:
    """The strata of `_OTHER_KINDS`; a kind with one value says no more than the whole."""
    strata: list[JudgedStratum] = []
    for kind in _OTHER_KINDS:
        values = build.strata.get(kind, [])
        if len(values) > 1:
            strata.extend(values)
    return _show(build, strata)


def _show(build: EvaluatedBuild, strata: Sequence[JudgedStratum]) -> Values | None:
    """A chart and a table; nothing of fewer than two strata."""
    if len(strata) < 2:
        return None
    charted_metrics = [METRICS[name] for name in _CHARTED]
    return {
        "chart": paint_dot_chart(
            strata[:_MOST_CHARTED], build.methods, charted_metrics
        ),
        "charted": _MOST_CHARTED,
        "strata": strata,
        "is_mixed": len({stratum.kind for stratum in strata}) > 1,
        "methods": build.methods,
        "others": [method for method in build.methods if method is not MODEL],
        "metrics": [metric for metric in build.metrics if metric.tabled],
    }
