"""Several processes that train or judge one model together, as torchrun starts them.

Each is a rank. A training step is shared out: each rank takes some samples of the batch, and
sums over all ranks take the place of sums over the batch, in the loss, in the gradients and in
batch normalisation. So any number of ranks gives the same weights as one process, apart from
rounding. In a single process nothing here has an effect.
"""

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn

from curate.errors import InputError
from model.hardware import device

_T = TypeVar("_T")


@contextmanager
def together() -> Iterator[None]:
    """The ranks that torchrun has started meet; those of a GPU have one of their own each.

    InputError if they were started in another way.
    """
    if "LOCAL_RANK" not in os.environ:
        raise InputError("several ranks are started by torchrun, see docs/training.md")
    # AdamW imports this module at its first step. Its functions have the group of that moment as
    # a default, so the group would outlive its end, and gloo's threads abort the process at exit.
    importlib.import_module("torch.distributed.nn")
    backend = "gloo"
    if device().type == "cuda":
        backend = "nccl"
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group(backend)
    try:
        yield
    finally:
        distributed.destroy_process_group()


def count() -> int:
    """How many ranks there are; 1 if this process is alone."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_world_size()
    return 1


def rank() -> int:
    """The number of this rank, from 0 on. Rank 0 writes the files and tells the user."""
    if count() == 1:
        return 0
    return distributed.get_rank()


def on_this_machine() -> int:
    """How many of the ranks share this machine's cores."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def is_first() -> bool:
    """Whether this is rank 0."""
    return rank() == 0


def share() -> slice:
    """The items of a sequence that this rank takes: it takes turns with the others."""
    return slice(rank(), None, count())


def from_first(value: _T) -> _T:
    """What rank 0 has: by its clock, for example, all decide alike."""
    if count() == 1:
        return value
    values = [value]
    distributed.broadcast_object_list(values)
    return values[0]


def wait_for_first() -> None:
    """Wait until rank 0 comes here, too: it has written its files by then."""
    from_first(None)


def from_all(value: _T) -> list[_T]:
    """What each rank has, in their order."""
    if count() == 1:
        return [value]
    values: list[Any] = [None] * count()
    distributed.all_gather_object(values, value)
    return values


def add_up(value: Tensor) -> Tensor:
    """The sum of a tensor over all ranks, in place and without a gradient."""
    if count() > 1:
        distributed.all_reduce(value)
    return value


def add_up_gradients(model: nn.Module) -> None:
    """Make each parameter's gradient the sum over all ranks, in the memory where it lies."""
    if count() == 1:
        return
    gradients = [each.grad for each in model.parameters() if each.grad is not None]
    flat = torch.cat([each.flatten() for each in gradients])
    distributed.all_reduce(flat)
    parts = torch.split(flat, [each.numel() for each in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view(gradient.shape))


def of_first(log: Callable[[str], None]) -> Callable[[str], None]:
    """A log to which rank 0 alone writes."""
    if is_first():
        return log
    return _silent


def _silent(line: str) -> None:
    del line


class SharedNorm(nn.BatchNorm2d):
    """Batch normalisation over the batches of all ranks; the published one in a single process.

    torch's own `SyncBatchNorm` runs on GPUs alone.
    """

    running_mean: Tensor
    running_var: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """Normalise maps (N, C, H, W); N may be 0 in a rank."""
        if not self.training or count() == 1:
            return super().forward(x)

        values = x.float()
        number = torch.tensor(float(values.numel() // self.num_features))
        total = add_up(number.to(x.device))
        mean = _added_up(values.sum((0, 2, 3))) / total
        centred = values - _of_channels(mean)
        variance = _added_up(centred.square().sum((0, 2, 3))) / total
        self._remember(mean.detach(), variance.detach(), total)

        scale = torch.rsqrt(variance + self.eps) * self.weight
        normalised = centred * _of_channels(scale) + _of_channels(self.bias)
        return normalised.to(x.dtype, memory_format=torch.channels_last)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, number: Tensor) -> None:
        """Move the running statistics, as the published batch normalisation does."""
        if (
            self.running_mean is None
            or self.running_var is None
            or self.momentum is None
        ):
            raise RuntimeError("batch normalisation without running statistics")
        unbiased = variance * number / (number - 1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(unbiased, self.momentum)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked += 1


def _of_channels(values: Tensor) -> Tensor:
    return values[:, None, None]


class _Sum(torch.autograd.Function):
    """A sum over all ranks. It counts in the losses of all, so its gradients add up, too."""

    @staticmethod
    def forward(_: Any, value: Tensor) -> Tensor:
        return add_up(value.clone())

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return add_up(gradient.contiguous())


def _added_up(value: Tensor) -> Tensor:
    added: Tensor = _Sum.apply(value)  # type: ignore[no-untyped-call]
    return added
