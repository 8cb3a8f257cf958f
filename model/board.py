"""How training goes, to look at while it runs: the scalars of TensorBoard."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from model import ranks

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class Board:
    """The TensorBoard scalars of a run; writes nothing if TensorBoard is not installed.

    Nor does it in other ranks than the first. `step`: where the run begins. What a killed run wrote
    after it is hidden.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._writer: SummaryWriter | None = None
        if not ranks.is_first():
            return
        # Optional: training works without TensorBoard.
        try:
            from torch.utils import tensorboard
        except ImportError:
            return
        self._writer = tensorboard.SummaryWriter(
            str(folder / "tensorboard"),
            purge_step=step + 1 if step else None,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def loss(self, step: int, loss: float, rate: float) -> None:
        """Write what is known after a step."""
        self._scalars(step, {"loss": loss, "learning rate": rate})

    def validation(self, step: int, mean: float, by_domain: dict[str, float]) -> None:
        """Write what is known after a validation: IoU of each domain, and their mean."""
        scalars = {"IoU": mean}
        for domain, iou in by_domain.items():
            scalars[f"IoU of {domain}"] = iou
        self._scalars(step, scalars)

    def _scalars(self, step: int, values: dict[str, float]) -> None:
        if self._writer is None:
            return
        for name, value in values.items():
            self._writer.add_scalar(name, value, step, new_style=True)
