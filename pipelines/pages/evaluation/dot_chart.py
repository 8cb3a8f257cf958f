"""Means with intervals as an inline SVG: a line for a stratum, a mark for a method.

Methods differ in colour and in shape. Marks have titles that hovering shows; a table
beside the chart says the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.evaluation.intervals import Interval
from model.evaluation.methods import Method
from model.evaluation.metrics import Metric
from pipelines.pages.evaluation.evaluated_build import MODEL, JudgedStratum
from pipelines.pages.page import render
from pipelines.pages.template_filters import fraction, number, words

# Lengths are px of the chart's own frame; a page scales it to its width.
_WIDTH = 1100
_NAMES = 176  # room for the strata's names on the left
_COUNTS = 70  # room for the numbers of objects on the right
_GAP = 56  # after each panel
_TOP = 34  # room for the panels' titles and ticks
_LINE = 31  # from one stratum to the next
_BOTTOM = 8
_BELOW = 5  # the model's mark is on its line, the others are a little below
_LONGEST = 24  # characters of a stratum's name

_HIGHEST_START = 0.9  # no scale begins above this value
_NARROW_FROM = 0.4  # a scale that begins here or above has the narrow step
_NARROW_STEP = 0.1
_WIDE_STEP = 0.2


@dataclass(frozen=True, slots=True)
class Tick:
    """A value on a scale."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A method's mean with its interval."""

    method: Method
    y: float
    low: float
    """x of the interval's lower end."""

    mean: float
    """x of the mean."""

    high: float
    """x of the interval's upper end."""

    title: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A metric's part of the chart."""

    title: str
    left: float
    ticks: list[Tick]
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class Line:
    """A stratum's line through all panels."""

    name: str
    count: str
    y: float


@dataclass(frozen=True, slots=True)
class DotChart:
    """What is painted."""

    title: str
    lines: list[Line]
    panels: list[Panel]
    width: float
    height: float
    names_end: float
    """x at which the strata's names end."""

    top: float
    """y at which the panels begin."""

    bottom: float
    """y at which they end."""

    line_height: float


@dataclass(frozen=True, slots=True)
class _Scale:
    """From a metric's value, `low` to 1, to x in a panel."""

    low: float
    left: float
    width: float

    def x(self, value: float) -> float:
        """Where a value is, px."""
        return self.left + (value - self.low) / (1 - self.low) * self.width

    def ticks(self) -> list[Tick]:
        """Some round values, the highest first."""
        step = _WIDE_STEP
        if self.low >= _NARROW_FROM:
            step = _NARROW_STEP
        # The end is a hair below `low`, which is a round value that gets its tick, too.
        values = np.arange(1.0, self.low - 1e-9, -step).tolist()
        return [Tick(self.x(value), f"{value:.1f}") for value in values]


def paint_dot_chart(
    strata: Sequence[JudgedStratum],
    methods: Sequence[Method],
    metrics: Sequence[Metric],
) -> Markup:
    """The chart as SVG: a panel for each metric, in it a line for each stratum."""
    taken = _NAMES + _COUNTS + _GAP * len(metrics)
    width = (_WIDTH - taken) / len(metrics)
    panels = []
    for index, metric in enumerate(metrics):
        left = _NAMES + index * (width + _GAP)
        panels.append(_lay_out_panel(strata, methods, metric, left, width))

    bottom = _TOP + _LINE * len(strata)
    titles = ", ".join(metric.title for metric in metrics)
    chart = DotChart(
        title=f"Means with 95% intervals: {titles}",
        lines=_lay_out_lines(strata),
        panels=panels,
        width=_WIDTH,
        height=bottom + _BOTTOM,
        names_end=_NAMES - 12,
        top=_TOP,
        bottom=bottom,
        line_height=_LINE,
    )
    return render("evaluation/dot_chart.svg", {"chart": chart})


def _lay_out_lines(strata: Sequence[JudgedStratum]) -> list[Line]:
    return [
        Line(
            name=words(stratum.title, _LONGEST),
            count=number(stratum.objects),
            y=_line_y(index),
        )
        for index, stratum in enumerate(strata)
    ]


def _line_y(index: int) -> float:
    """The middle of a stratum's line, px."""
    return _TOP + _LINE * (index + 0.5)


def _lay_out_panel(
    strata: Sequence[JudgedStratum],
    methods: Sequence[Method],
    metric: Metric,
    left: float,
    width: float,
) -> Panel:
    """The marks of a metric, on a scale that holds all intervals."""
    lows = [
        metrics[metric.name].low
        for stratum in strata
        for metrics in stratum.metrics.values()
    ]
    low = math.floor(min(lows) * 10) / 10
    scale = _Scale(min(_HIGHEST_START, low), left, width)

    marks = []
    for index, stratum in enumerate(strata):
        # The model comes last, so that its mark is on top.
        for method in reversed(methods):
            if method.name in stratum.metrics:
                interval = stratum.metrics[method.name][metric.name]
                y = _line_y(index)
                if method is not MODEL:
                    y += _BELOW
                marks.append(_lay_out_mark(stratum, method, interval, y, scale))
    return Panel(metric.title, left, scale.ticks(), marks)


def _lay_out_mark(
    stratum: JudgedStratum, method: Method, interval: Interval, y: float, scale: _Scale
) -> Mark:
    values = f"{fraction(interval.mean)} ({fraction(interval.low)} to {fraction(interval.high)})"
    return Mark(
        method=method,
        y=y,
        low=scale.x(interval.low),
        mean=scale.x(interval.mean),
        high=scale.x(interval.high),
        title=f"{method.title}, {words(stratum.title)}: {values}",
    )
