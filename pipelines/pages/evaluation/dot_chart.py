"""Means with intervals as an inline SVG: a line for a stratum, a mark for a method.

Methods differ in colour and in shape. Marks have titles that hovering shows; a table
beside the chart says the same. A stratum too small to judge is pale, its intervals are
dashed, and it says so. All charts of a page have the same scales.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from model.evaluation.intervals import Interval
from model.evaluation.methods import Method
from model.evaluation.metrics import Metric
from pipelines.pages.evaluation.evaluated_build import MODEL, JudgedStratum
from pipelines.pages.page import render
from pipelines.pages.template_filters import fraction, number, words

_TOP = 34  # px, room for the panels' titles and ticks
_BOTTOM = 8
_BELOW = 5  # the model's mark is on its line, the others are a little below

_HIGHEST_START = 0.9  # no scale begins above this value
_NARROW_FROM = 0.4  # a scale that begins here or above has the narrow step
_NARROW_STEP = 0.1
_WIDE_STEP = 0.2


@dataclass(frozen=True, slots=True)
class Frame:
    """How a chart is laid out, in px of its own; a page scales it to its width."""

    style: str
    width: int
    names: int
    """Room for the strata's names on the left; 0: each name is above its marks."""

    counts: int
    """Room for the numbers of objects on the right; 0: they follow the name."""

    gap: int
    """After each panel."""

    line: int
    """From one stratum to the next."""

    longest: int
    """Characters of a stratum's name."""


WIDE = Frame("wide", 1100, names=196, counts=96, gap=48, line=31, longest=26)
NARROW = Frame("narrow", 360, names=0, counts=0, gap=26, line=52, longest=24)


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

    has_interval: bool
    is_pale: bool
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
    """The middle of its marks."""

    end: float
    """Where the next line begins."""

    is_pale: bool


@dataclass(frozen=True, slots=True)
class DotChart:
    """What is painted."""

    title: str
    frame: Frame
    lines: list[Line]
    panels: list[Panel]
    height: float
    top: float
    """y at which the panels begin."""

    bottom: float
    """y at which they end."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """From a metric's value, `low` to 1, to x in a panel."""

    low: float
    left: float
    width: float

    def x(self, value: float) -> float:
        """Where a value is, px; what is below the scale is at its start."""
        share = (max(value, self.low) - self.low) / (1 - self.low)
        return self.left + share * self.width

    def ticks(self) -> list[Tick]:
        """Some round values, the highest first, and where the scale begins."""
        step = _WIDE_STEP
        if self.low >= _NARROW_FROM:
            step = _NARROW_STEP
        # A scale begins at a tenth, which gets one tick: the others end half a tenth above it.
        values = np.arange(1.0, self.low + 0.05, -step).tolist()
        return [Tick(self.x(value), f"{value:.1f}") for value in [*values, self.low]]


def common_start(
    strata: Iterable[JudgedStratum], metrics: Sequence[Metric]
) -> dict[str, float]:
    """Where each metric's scale begins in all charts: below all intervals of large strata."""
    lows = {metric.name: _HIGHEST_START for metric in metrics}
    for stratum in strata:
        if stratum.is_small and stratum.kind != "overall":
            continue
        for values in stratum.metrics.values():
            for name, low in lows.items():
                lows[name] = min(low, values[name].low)
    return {name: math.floor(low * 10) / 10 for name, low in lows.items()}


def paint_dot_chart(
    strata: Sequence[JudgedStratum],
    methods: Sequence[Method],
    metrics: Sequence[Metric],
    starts: Mapping[str, float],
    frame: Frame,
) -> Markup:
    """The chart as SVG: a panel for each metric, in it a line for each stratum.

    `starts`: where each metric's scale begins.
    """
    taken = frame.names + frame.counts + frame.gap * len(metrics)
    width = (frame.width - taken) / len(metrics)
    panels = []
    for index, metric in enumerate(metrics):
        left = frame.names + index * (width + frame.gap)
        if not frame.names:
            left += frame.gap / 2  # so that the first tick's label is not cut
        scale = _Scale(starts[metric.name], left, width)
        panels.append(_lay_out_panel(strata, methods, metric, scale, frame))

    bottom = _TOP + frame.line * len(strata)
    titles = ", ".join(metric.title for metric in metrics)
    chart = DotChart(
        title=f"Means with 95% intervals: {titles}",
        frame=frame,
        lines=_lay_out_lines(strata, frame),
        panels=panels,
        height=bottom + _BOTTOM,
        top=_TOP,
        bottom=bottom,
    )
    return render("evaluation/dot_chart.svg", {"chart": chart})


def _lay_out_lines(strata: Sequence[JudgedStratum], frame: Frame) -> list[Line]:
    lines = []
    for index, stratum in enumerate(strata):
        count = f"{number(stratum.objects)} / {number(stratum.images)}"
        if stratum.is_small:
            count += " *"
        line = Line(
            name=words(stratum.title, frame.longest),
            count=count,
            y=_line_y(index, frame),
            end=_TOP + frame.line * (index + 1),
            is_pale=stratum.is_small,
        )
        lines.append(line)
    return lines


def _line_y(index: int, frame: Frame) -> float:
    """The middle of a stratum's marks, px."""
    middle = 0.5
    if not frame.names:
        middle = 0.66  # the name is above
    return _TOP + frame.line * (index + middle)


def _lay_out_panel(
    strata: Sequence[JudgedStratum],
    methods: Sequence[Method],
    metric: Metric,
    scale: _Scale,
    frame: Frame,
) -> Panel:
    """The marks of a metric."""
    marks = []
    for index, stratum in enumerate(strata):
        # The model comes last, so that its mark is on top.
        for method in reversed(methods):
            if method.name in stratum.metrics:
                interval = stratum.metrics[method.name][metric.name]
                y = _line_y(index, frame)
                if method is not MODEL:
                    y += _BELOW
                marks.append(_lay_out_mark(stratum, method, interval, y, scale))
    return Panel(metric.title, scale.left, scale.ticks(), marks)


def _lay_out_mark(
    stratum: JudgedStratum, method: Method, interval: Interval, y: float, scale: _Scale
) -> Mark:
    has_interval = stratum.images > 1
    values = fraction(interval.mean)
    if has_interval:
        values += f" ({fraction(interval.low)} to {fraction(interval.high)})"
    if stratum.is_small:
        values += ", too few images to judge"
    return Mark(
        method=method,
        y=y,
        low=scale.x(interval.low),
        mean=scale.x(interval.mean),
        high=scale.x(interval.high),
        has_interval=has_interval,
        is_pale=stratum.is_small,
        title=f"{method.title}, {words(stratum.title)}: {values}",
    )
