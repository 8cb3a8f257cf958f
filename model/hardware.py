"""Where the network runs, and in which precision."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch


def device() -> torch.device:
    """The first GPU if there is one, else the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("cpu")


def mixed_precision(on: torch.device) -> AbstractContextManager[None]:
    """A context in which convolutions use bfloat16, on a device that computes it in hardware.

    On other devices the context changes nothing: emulated bfloat16 is slower than float32.
    """
    if on.type == "cuda":
        supported = torch.cuda.is_bf16_supported()
    else:
        supported = torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(on.type, torch.bfloat16, enabled=supported)


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which torch uses one thread in each thread that asks it.

    Threads of torch that share an operation wait for each other at its end: where other programs
    use the cores, for most of the time.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
