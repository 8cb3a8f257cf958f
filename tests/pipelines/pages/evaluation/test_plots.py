"""Plots: ticks are round, thinned curves keep their ends, and no words lie on others."""

import re

import numpy as np
import pytest

from model.evaluation.metrics import METRICS
from pipelines.pages.evaluation.axes import round_levels
from pipelines.pages.evaluation.dot_chart import NARROW, paint_dot_chart
from pipelines.pages.evaluation.plots import plot_loss


@pytest.mark.parametrize("steps", [1, 2, 9, 14, 100, 5600, 123_456])
def test_a_loss_of_any_length_is_plotted(steps: int) -> None:
    plot = plot_loss(np.linspace(1, 0.1, steps).tolist())
    assert "nan" not in plot
    assert plot.count('class="tick"') <= 9
    assert f">{steps:,}<".replace(",", "\u202f") in plot


def test_the_name_of_an_axis_stands_below_its_ticks() -> None:
    plot = plot_loss([1.0, 0.5, 0.4])
    text = re.compile(r'<text class="(\w+) axis" x="[\d.]+" y="([\d.]+)">([^<]*)<')
    found = [(style, float(y), words) for style, y, words in text.findall(plot)]
    (name_y,) = (y for _, y, words in found if words == "step")
    tick_ys = [y for style, y, _ in found if style == "mid"]
    assert name_y - max(tick_ys) > 12


@pytest.mark.parametrize(
    ("most", "levels"),
    [
        (0.149, ["0", "0.05", "0.1", "0.15"]),
        (0.237, ["0", "0.05", "0.1", "0.15", "0.2", "0.25"]),
        (1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (1.01, ["0", "0.5", "1", "1.5"]),
        (6000.0, ["0", "2000", "4000", "6000"]),
    ],
)
def test_levels_are_round_and_reach_the_highest_value(
    most: float, levels: list[str]
) -> None:
    end, found = round_levels(most)
    assert [label for _, label in found] == levels
    assert [share * end for share, _ in found] == pytest.approx([*map(float, levels)])


@pytest.mark.parametrize(
    ("start", "ticks"),
    [
        (0.0, ["1.0", "0.8", "0.6", "0.4", "0.2", "0.0"]),
        (0.3, ["1.0", "0.8", "0.6", "0.4", "0.3"]),
        (0.9, ["1.0", "0.9"]),
    ],
)
def test_where_a_scale_of_dots_begins_is_written_once(
    start: float, ticks: list[str]
) -> None:
    chart = paint_dot_chart([], [], [METRICS["iou"]], {"iou": start}, NARROW)
    assert re.findall(r'<text class="mid axis"[^>]*>([^<]*)<', chart) == ticks
