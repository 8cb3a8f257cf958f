"""B − A in each stratum: a table, in which bars of one scale show the intervals."""

from collections.abc import Iterable
from dataclasses import dataclass

from model.evaluation.metrics import METRICS
from model.evaluation.report import GateCheck
from model.evaluation.run_comparison import ComparedStratum
from pipelines.pages.comparison.compared_runs import ComparedRuns
from pipelines.pages.page import Values

_WIDTH = 180.0  # px of a bar's picture
_LEAST_REACH = 0.02  # of the scale, to both sides of 0


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval as x in px, from 0 to the width of its picture."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class ShownStratum:
    """A line of the table."""

    stratum: ComparedStratum
    title: str
    iou: GateCheck
    bar: Bar
    others: list[GateCheck]
    """The checks of the other metrics, in the order of METRICS."""

    verdict: str


def show_strata(runs: ComparedRuns) -> Values:
    """All strata that are large enough, the one that lost most first."""
    strata = sorted(runs.comparison.strata, key=lambda each: each.checks["iou"].mean)
    reach = _reach(each.checks["iou"] for each in strata)
    names = [name for name in METRICS if strata and name in strata[0].checks]
    others = [name for name in names if name != "iou"]
    return {
        "strata": [_show(each, others, reach) for each in strata],
        "others": [METRICS[name].title for name in others],
        "width": _WIDTH,
        "reach": reach,
        "comparison": runs.comparison,
    }


def verdict(checks: Iterable[GateCheck]) -> str:
    """What the checks of a stratum say together: worse, better, or neither."""
    listed = list(checks)
    if any(check.fell for check in listed):
        return "worse"
    if any(check.high < 0 for check in listed):
        return "a little worse"
    if any(check.low > 0 for check in listed):
        return "better"
    return "not shown to differ"


def title(stratum: ComparedStratum) -> str:
    """A stratum for readers."""
    if stratum.stratum.kind == "overall":
        return "all objects"
    return stratum.stratum.value.replace("_", " ")


def _show(stratum: ComparedStratum, others: list[str], reach: float) -> ShownStratum:
    check = stratum.checks["iou"]
    bar = Bar(_x(check.low, reach), _x(check.mean, reach), _x(check.high, reach))
    return ShownStratum(
        stratum=stratum,
        title=title(stratum),
        iou=check,
        bar=bar,
        others=[stratum.checks[name] for name in others],
        verdict=verdict(stratum.checks.values()),
    )


def _reach(checks: Iterable[GateCheck]) -> float:
    """How far the common scale reaches to both sides of 0, so that it holds all intervals."""
    ends = [max(abs(check.low), abs(check.high)) for check in checks]
    return max(ends, default=_LEAST_REACH) + _LEAST_REACH


def _x(value: float, reach: float) -> float:
    """Where a difference is, px; 0 is in the middle."""
    return (value / reach + 1) * _WIDTH / 2
