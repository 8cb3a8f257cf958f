"""Where the network runs, and in which precision."""

from contextlib import AbstractContextManager

import torch


def device() -> torch.device:
    """The first GPU, where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mixed_precision(where: torch.device) -> AbstractContextManager[None]:
    """bfloat16 for convolutions where the hardware has it (without it, it is emulated and slower), else nothing."""
    fast = (
        torch.cuda.is_bf16_supported()
        if where.type == "cuda"
        else torch.cpu._is_avx512_bf16_supported()
    )
    return torch.autocast(where.type, torch.bfloat16, enabled=fast)
