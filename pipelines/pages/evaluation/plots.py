"""Plots as inline SVGs of one size: the spread of IoU, edges by radius, loss, validation IoU."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from model.curve import smoothed
from model.evaluation.methods import Method
from model.records import mean_over_domains
from pipelines.pages.evaluation.axes import SHARES, Ticks, round_levels, step_ticks
from pipelines.pages.page import render
from pipelines.pages.template_filters import number, words

# Lengths are px of the plot's own frame; a page scales it to its width.
_WIDTH = 540
_HEIGHT = 254
_LEFT = 58
_RIGHT = _WIDTH - 32
_TOP = 34
_BOTTOM = _HEIGHT - 40

_BINS = 20
_BIN_GAP = 2  # px between two bars
_MOST_POINTS = 600  # of a curve: there are no more px


@dataclass(frozen=True, slots=True)
class PlotBar:
    """A bar of a histogram."""

    x: float
    y: float
    width: float
    title: str


@dataclass(frozen=True, slots=True)
class PlotLine:
    """A line through points (x, y)."""

    style: str
    points: list[tuple[float, float]]
    title: str
    ends_in_dot: bool

    @property
    def path(self) -> str:
        """It as an SVG path."""
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Plot:
    """What is painted. Shares of the plot's width and height become px by `x` and `y`."""

    title: str
    caption: str
    axis: str
    ticks: Ticks
    """Along the width."""

    levels: Ticks
    """Along the height."""

    bars: list[PlotBar] = field(default_factory=list)
    lines: list[PlotLine] = field(default_factory=list)

    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM

    def x(self, share: float) -> float:
        """Where a share of the width is, px."""
        return _LEFT + share * (_RIGHT - _LEFT)

    def y(self, share: float) -> float:
        """Where a share of the height is, px; what is above 1 is at the top."""
        return _BOTTOM - min(1.0, share) * (_BOTTOM - _TOP)

    def add_line(
        self,
        style: str,
        points: Iterable[tuple[float, float]],
        title: str = "",
        ends_in_dot: bool = True,
    ) -> None:
        """Add a line through points given as shares of width and height."""
        placed = [(self.x(across), self.y(up)) for across, up in points]
        self.lines.append(PlotLine(style, placed, title, ends_in_dot))


def plot_spread(
    of_model: NDArray[np.float64], of_baseline: NDArray[np.float64], baseline: Method
) -> Markup:
    """How the IoU of n objects is spread: the model's as bars, a baseline's as a line.

    `of_model`, `of_baseline`: (n,) IoU of each object.
    """
    bars = _histogram(of_model)
    line = _histogram(of_baseline)
    highest = float(max(bars.max(), line.max()))
    top, levels = round_levels(100 * highest)
    plot = Plot(
        title="Distribution of IoU over the test objects",
        caption="share of objects, %",
        axis="IoU",
        ticks=SHARES,
        levels=levels,
    )
    _add_bars(plot, bars, top / 100)
    _add_stairs(plot, line, top / 100, baseline)
    return render("evaluation/plot.svg", {"plot": plot})


def _histogram(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(_BINS,) share of the values in each bin."""
    counts, _ = np.histogram(values, _BINS, (0, 1))
    return counts / len(values)


def _add_bars(plot: Plot, shares: NDArray[np.float64], top: float) -> None:
    """Add a bar for each bin; a share of `top` is as high as the plot."""
    width = (plot.right - plot.left) / _BINS
    for index, share in enumerate(shares.tolist()):
        start = index / _BINS
        end = (index + 1) / _BINS
        bar = PlotBar(
            x=plot.x(start) + _BIN_GAP / 2,
            y=plot.y(share / top),
            width=width - _BIN_GAP,
            title=f"model: {share:.1%} of objects from {start:.2f} to {end:.2f}",
        )
        plot.bars.append(bar)


def _add_stairs(
    plot: Plot, shares: NDArray[np.float64], top: float, method: Method
) -> None:
    """Add a line that is level in each bin."""
    edges = np.linspace(0, 1, _BINS + 1)
    # Each bin has two points: one at its start, one at its end.
    across = np.repeat(edges, 2)[1:-1].tolist()
    up = np.repeat(shares / top, 2).tolist()
    plot.add_line(
        style=f"step m-{method.name}",
        points=zip(across, up, strict=True),
        title=method.title,
        ends_in_dot=False,
    )


def plot_radii(
    title: str, by_method: Sequence[tuple[Method, Mapping[int, float]]]
) -> Markup:
    """A mean by radius, a line for each method; the last method's line is on top.

    `by_method`: the value at each radius in px.
    """
    # Radii are evenly spread over the width.
    _, first_values = by_method[0]
    radii = sorted(first_values)
    places = np.linspace(0, 1, len(radii)).tolist()
    place = dict(zip(radii, places, strict=True))
    plot = Plot(
        title=f"{title} by radius",
        caption=title,
        axis="px",
        ticks=[(place[radius], str(radius)) for radius in radii],
        levels=SHARES,
    )
    least = radii[0]
    most = radii[-1]
    for method, values in by_method:
        at_least = f"{values[least]:.3f} at {least} px"
        at_most = f"{values[most]:.3f} at {most} px"
        plot.add_line(
            style=f"curve m-{method.name}",
            points=[(place[radius], values[radius]) for radius in radii],
            title=f"{method.title}: {at_least}, {at_most}",
        )
    return render("evaluation/plot.svg", {"plot": plot})


def plot_loss(losses: Sequence[float]) -> Markup:
    """The loss of each step, and its running mean."""
    values = np.array(losses, np.float64)
    smooth = smoothed(list(losses))
    usual_most = float(np.percentile(values, 99))
    top, levels = round_levels(usual_most or 1.0)
    plot = Plot(
        title="Loss over the steps of training",
        caption=f"loss; at last {smooth[-1]:.3f}",
        axis="step",
        ticks=step_ticks(len(values)),
        levels=levels,
    )
    plot.add_line("raw", _thin_out(values / top, first=1))

    # The running mean begins later: its last value belongs to the last step.
    first_smooth = len(values) - len(smooth) + 1
    plot.add_line("smooth", _thin_out(smooth / top, first_smooth))
    return render("evaluation/plot.svg", {"plot": plot})


def plot_validation(validations: Sequence[tuple[int, Mapping[str, float]]]) -> Markup:
    """IoU on the validation split: thin for each domain, thick for their mean.

    `validations`: step, and IoU by domain.
    """
    steps = validations[-1][0]
    plot = Plot(
        title="Validation IoU over the steps of training",
        caption="validation IoU",
        axis="step",
        ticks=step_ticks(steps),
        levels=SHARES,
    )
    by_domain: dict[str, list[tuple[float, float]]] = {}
    means = []
    for step, iou in validations:
        means.append((step / steps, mean_over_domains(dict(iou))))
        for domain, value in iou.items():
            by_domain.setdefault(domain, []).append((step / steps, value))

    for domain in sorted(by_domain):
        plot.add_line("raw", by_domain[domain], words(domain))
    plot.add_line("smooth", means, "mean over domains")
    return render("evaluation/plot.svg", {"plot": plot})


def plot_curve(
    title: str,
    axis: str,
    means: Sequence[tuple[float, float]],
    runs: Iterable[Sequence[tuple[float, float]]],
) -> Markup:
    """A value from 0 to 1 against a count: thin for each run, thick for their mean.

    `means`, `runs`: (count, value), by count. Each doubling of the count has the same width.
    """
    counts = [count for count, _ in means]
    doublings = np.log2(counts)
    first = doublings[0]
    span = doublings[-1] - first or 1.0  # a single count has none
    places = (doublings - first) / span
    place = dict(zip(counts, places.tolist(), strict=True))
    plot = Plot(
        title=f"{title} by {axis}",
        caption=f"{title}, by {axis}",
        axis="",
        ticks=[(share, number(count)) for count, share in place.items()],
        levels=SHARES,
    )
    for run in runs:
        plot.add_line("raw", [(place[count], value) for count, value in run])
    plot.add_line("smooth", [(place[count], value) for count, value in means])
    return render("evaluation/plot.svg", {"plot": plot})


def _thin_out(curve: NDArray[np.float64], first: int) -> list[tuple[float, float]]:
    """Some points of a curve, as shares: no more than a screen can show.

    `curve`: (n,) values of the steps from `first` on, the last step among them.
    """
    last = first + len(curve) - 1
    kept = np.linspace(0, len(curve) - 1, _MOST_POINTS).astype(int)
    kept = np.unique(kept)
    shares = (first + kept) / last
    return list(zip(shares.tolist(), curve[kept].tolist(), strict=True))
