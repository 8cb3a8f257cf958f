"""Plots: ticks are round, thinned curves keep their ends, and no words lie on others."""

import re

import numpy as np
import pytest

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
