"""Plots of how well the model knows its answers: reliability, and risk by coverage."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from model.evaluation.report import ConfidenceReport, ReliabilityBin
from pipelines.pages.evaluation.axes import SHARES, round_levels
from pipelines.pages.evaluation.plots import Plot
from pipelines.pages.page import render


def plot_expected(report: ConfidenceReport) -> Markup:
    """True IoU over expected IoU, in bins of answers; the diagonal is how it should be."""
    return _reliability(
        "IoU that the answers have, over the IoU expected of them",
        "true IoU",
        "expected IoU",
        {"smooth": report.iou_bins},
    )


def plot_probabilities(report: ConfidenceReport) -> Markup:
    """Share of px that are the object, over their probability; a line for each size."""
    return _reliability(
        "Share of px that are the object, over their probability",
        "share of px that are the object",
        "probability",
        {f"smooth {size.size}": size.bins for size in report.sizes},
    )


def _reliability(
    title: str,
    caption: str,
    axis: str,
    curves: Mapping[str, Sequence[ReliabilityBin]],
) -> Markup:
    """The plot of curves, by their styles, beside the diagonal that they should follow."""
    plot = Plot(title=title, caption=caption, axis=axis, ticks=SHARES, levels=SHARES)
    plot.add_line("raw", [(0, 0), (1, 1)], "as it should be", ends_in_dot=False)
    for style, bins in curves.items():
        points = [(each.stated, each.found) for each in bins]
        plot.add_line(style, points, "as it is", ends_in_dot=False)
    return render("evaluation/plot.svg", {"plot": plot})


def plot_risk(report: ConfidenceReport) -> Markup:
    """Risk of the surest answers, over how many are kept."""
    highest = max(risk for _, risk in report.risks)
    top, levels = round_levels(highest or 1.0)
    plot = Plot(
        title="Mean of 1 − IoU of the surest answers, by how many are kept",
        caption="mean of 1 − IoU",
        axis="share of the answers, the surest first",
        ticks=SHARES,
        levels=levels,
    )
    points = [(coverage, risk / top) for coverage, risk in report.risks]
    plot.add_line("smooth", points, "surest answers first")
    level = report.aurc_random / top
    plot.add_line("raw", [(0, level), (1, level)], "in any order", ends_in_dot=False)
    return render("evaluation/plot.svg", {"plot": plot})
