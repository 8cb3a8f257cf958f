"""How training went, to look at afterwards: a picture of the loss and of the validation IoU.

Nothing here imports torch, so pages may smooth their curves in the same way.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.records import Progress, mean_over_domains

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STRETCHES = 50  # of a run; the loss is averaged over the length of one


def smoothed(losses: list[float]) -> NDArray[np.float64]:
    """The running mean of the losses of n steps, over a fiftieth of the run: (n - k + 1,) values.

    Each is the mean of k steps; the first value belongs to step k.
    """
    length = max(1, len(losses) // _STRETCHES)
    kernel = np.ones(length) / length
    return np.convolve(losses, kernel, mode="valid")


def write_curve(path: Path, progress: Progress) -> None:
    """Write a PNG: the loss of each step, smoothed, and the IoU of each validation."""
    from matplotlib.figure import Figure  # slow to import, and only needed here

    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    _plot_loss(left, progress.losses)
    _plot_validation(right, progress.validations)
    figure.savefig(path, dpi=120)


def _plot_loss(axes: "Axes", losses: list[float]) -> None:
    """The loss over the steps: each in grey, the running mean in colour."""
    smooth = smoothed(losses)
    steps = np.arange(1, len(losses) + 1)
    axes.plot(steps, losses, color="0.85", linewidth=0.5)
    axes.plot(steps[-len(smooth) :], smooth, color="C0")
    axes.set(xlabel="step", title="loss")


def _plot_validation(
    axes: "Axes", validations: list[tuple[int, dict[str, float]]]
) -> None:
    """The IoU over the steps: thin for each domain, thick for the mean over domains."""
    steps: dict[str, list[int]] = {}
    values: dict[str, list[float]] = {}
    for step, by_domain in validations:
        for domain, iou in by_domain.items():
            steps.setdefault(domain, []).append(step)
            values.setdefault(domain, []).append(iou)

    for domain in sorted(values):
        # Matplotlib reads $ as the start of a formula.
        label = domain.replace("$", r"\$")
        axes.plot(steps[domain], values[domain], linewidth=0.8, label=label)
    judged = [(step, by_domain) for step, by_domain in validations if by_domain]
    if judged:
        axes.plot(
            [step for step, _ in judged],
            [mean_over_domains(by_domain) for _, by_domain in judged],
            color="black",
            linewidth=2,
            label="mean over domains",
        )
        axes.legend(fontsize=7)
    axes.set(xlabel="step", title="validation IoU", ylim=(0, 1))
