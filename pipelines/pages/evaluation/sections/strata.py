"""The strata of one kind, or of a few kinds together: charts and tables, the worst first."""

from collections.abc import Sequence

from curate.shards.windows import SIZES
from model.evaluation.intervals import LEAST_IMAGES
from model.evaluation.metrics import METRICS
from pipelines.pages.evaluation.dot_chart import (
    NARROW,
    WIDE,
    common_start,
    paint_dot_chart,
)
from pipelines.pages.evaluation.evaluated_build import (
    MODEL,
    EvaluatedBuild,
    JudgedStratum,
)
from pipelines.pages.page import Values

_CHARTED = ("iou", "edge_f_2")
"""Metrics of the charts; the tables have all."""

_MOST_CHARTED = 30  # strata in a chart; the tables have all

_OTHER_KINDS = ("unseen", "edge", "source")
"""Kinds of strata that have two values: one section is enough for all of them."""


def show_strata(kind: str, build: EvaluatedBuild) -> Values | None:
    """The strata of a kind, the worst first."""
    return _show(build, build.worst_first(kind), is_by_worst=True)


def show_sizes(build: EvaluatedBuild) -> Values | None:
    """The strata by size, from small to large."""
    strata = build.strata.get("size", [])
    by_size = sorted(strata, key=lambda stratum: SIZES.index(stratum.value))
    return _show(build, by_size, is_by_worst=False)


def show_other_strata(build: EvaluatedBuild) -> Values | None:
    """The strata of `_OTHER_KINDS`; a kind with one value says no more than the whole."""
    strata: list[JudgedStratum] = []
    for kind in _OTHER_KINDS:
        values = build.worst_first(kind)
        if len(values) > 1:
            strata.extend(values)
    return _show(build, strata, is_by_worst=False)


def _show(
    build: EvaluatedBuild, strata: Sequence[JudgedStratum], is_by_worst: bool
) -> Values | None:
    """Charts and tables; nothing of fewer than two strata."""
    if len(strata) < 2:
        return None
    charted = strata[:_MOST_CHARTED]
    metrics = [METRICS[name] for name in _CHARTED]
    everything = [each for kind in build.strata.values() for each in kind]
    starts = common_start(everything, metrics)

    wide = paint_dot_chart(charted, build.methods, metrics, starts, WIDE)
    # A narrow screen has no room for two panels side by side.
    narrow = [
        paint_dot_chart(charted, build.methods, [metric], starts, NARROW)
        for metric in metrics
    ]
    return {
        "wide": wide,
        "narrow": narrow,
        "charted": _MOST_CHARTED,
        "strata": strata,
        "is_by_worst": is_by_worst,
        "has_small": any(stratum.is_small for stratum in strata),
        "least_images": LEAST_IMAGES,
        "best": build.best,
        "test_exports": build.test_exports,
        "methods": build.methods,
        "others": [method for method in build.methods if method is not MODEL],
        "metrics": [metric for metric in build.metrics if metric.tabled],
    }
