"""How training went, to look at: TensorBoard while it runs, a picture of the curves afterwards."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np


class Board:
    """TensorBoard scalars of a run, where TensorBoard is installed; what a killed run wrote beyond `step` is hidden."""

    def __init__(self, folder: Path, step: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self._writer: Any = None
        else:
            self._writer = SummaryWriter(
                str(folder / "tensorboard"), purge_step=step + 1 if step else None
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer:
            self._writer.close()

    def loss(self, step: int, loss: float, rate: float) -> None:
        """After a step."""
        self._scalars(step, {"loss": loss, "learning rate": rate})

    def validation(self, step: int, mean: float, by_domain: dict[str, float]) -> None:
        """After a validation: IoU, the mean over domains and each."""
        self._scalars(
            step, {"IoU": mean} | {f"IoU of {domain}": iou for domain, iou in by_domain.items()}
        )

    def _scalars(self, step: int, values: dict[str, float]) -> None:
        if self._writer:
            for name, value in values.items():
                self._writer.add_scalar(name, value, step, new_style=True)


def write_curve(
    path: Path, losses: list[float], validations: list[tuple[int, dict[str, float]]]
) -> None:
    """PNG: the loss of each step, smoothed, and the validation IoU by domain and over all."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    reach = max(1, len(losses) // 50)
    smooth = np.convolve(losses, np.ones(reach) / reach, mode="valid")
    left.plot(np.arange(1, len(losses) + 1), losses, color="0.85", linewidth=0.5)
    left.plot(np.arange(reach, len(losses) + 1), smooth, color="C0")
    left.set(xlabel="step", title="loss")
    for domain in sorted({name for _, found in validations for name in found}):
        places = [(step, found[domain]) for step, found in validations if domain in found]
        right.plot(*zip(*places, strict=True), linewidth=0.8, label=domain.replace("$", r"\$"))
    means = [(step, float(np.mean(list(found.values())))) for step, found in validations if found]
    if means:
        right.plot(*zip(*means, strict=True), color="black", linewidth=2, label="mean over domains")
        right.legend(fontsize=7)
    right.set(xlabel="step", title="validation IoU", ylim=(0, 1))
    figure.savefig(path, dpi=120)
