"""What moves the weights: Muon for the filters of the hidden layers, AdamW for all else, at one learning rate.

Muon (Jordan et al. 2024) steps alike in all directions of a matrix, so filters learn from weak gradients too. Steps
are as large as AdamW's would be ("Muon is scalable for LLM training", Liu et al. 2025, section 2.2).
"""

import torch
from torch import Tensor, nn

from model.u2net import ConvNormRelu

_DECAY = 0.01  # of filters


def optimisers(model: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """For a model that is where it trains; clear gradients by the model, not by these."""
    hidden = [each.conv_s1.weight for each in model.modules() if isinstance(each, ConvNormRelu)]
    known = {id(each) for each in hidden}
    rest = [each for each in model.parameters() if id(each) not in known]
    return [
        torch.optim.Muon(
            [_matrix(each) for each in hidden], lr=rate, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw"
        ),
        torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.99), weight_decay=0.0, fused=True),
    ]


def _matrix(filters: Tensor) -> nn.Parameter:
    """Filters (out, in, 3, 3) as a matrix (out, 9 × in) in the same memory, whose gradient is theirs."""
    matrix = nn.Parameter(_flat(filters.detach()))

    def follow(filters: Tensor) -> None:
        matrix.grad = None if filters.grad is None else _flat(filters.grad)

    filters.register_post_accumulate_grad_hook(follow)  # type: ignore[no-untyped-call]
    return matrix


def _flat(filters: Tensor) -> Tensor:
    return filters.permute(0, 2, 3, 1).view(len(filters), -1)  # channels last in memory
