"""Plots: ticks are round, and thinned curves keep their ends."""

import numpy as np
import pytest

from pipelines.pages.evaluation.plots import plot_loss


@pytest.mark.parametrize("steps", [1, 2, 9, 14, 100, 5600, 123_456])
def test_a_loss_of_any_length_is_plotted(steps: int) -> None:
    plot = plot_loss(np.linspace(1, 0.1, steps).tolist())
    assert "nan" not in plot
    assert plot.count('class="tick"') <= 9
    assert f">{steps:,}<".replace(",", "\u202f") in plot
