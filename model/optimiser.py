"""What moves the weights: Muon for the filters of the hidden layers, AdamW for all else, at one learning rate.

Muon (Jordan et al. 2024) steps alike in all directions of a matrix, so filters learn from weak gradients too. Steps
are as large as AdamW's would be ("Muon is scalable for LLM training", Liu et al. 2025, section 2.2).
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from model.u2net import ConvNormRelu

_DECAY = 0.01  # of filters


class BatchedMuon(torch.optim.Muon):
    """PyTorch's Muon, with all matrices of one shape orthogonalised together, in float32.

    The network has a hundred small ones: one by one they take a tenth of a training step, together a fiftieth.
    """

    def __init__(self, matrices: list[nn.Parameter], rate: float, decay: float) -> None:
        super().__init__(
            matrices, lr=rate, weight_decay=decay, nesterov=True, adjust_lr_fn="match_rms_adamw"
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One step by the gradients that are there."""
        if closure is not None:
            raise ValueError("a closure is not supported")
        for group in self.param_groups:
            matrices: list[Tensor] = []
            gradients: list[Tensor] = []
            momenta: list[Tensor] = []
            self._init_group(group, matrices, gradients, momenta)
            torch._foreach_lerp_(momenta, gradients, 1 - group["momentum"])
            wanted = torch._foreach_lerp(gradients, momenta, group["momentum"])
            torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
            for shape, places in _by_shape(matrices).items():
                moves = _orthogonal(torch.stack([wanted[place] for place in places]), group)
                rate = group["lr"] * 0.2 * max(shape) ** 0.5
                torch._foreach_add_(
                    [matrices[place] for place in places], list(moves.unbind()), alpha=-rate
                )
        return None


def optimisers(model: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """For a model that is where it trains; clear gradients by the model, not by these."""
    hidden = [each.conv_s1.weight for each in model.modules() if isinstance(each, ConvNormRelu)]
    known = {id(each) for each in hidden}
    rest = [each for each in model.parameters() if id(each) not in known]
    return [
        BatchedMuon([_matrix(each) for each in hidden], rate, _DECAY),
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


def _by_shape(matrices: list[Tensor]) -> dict[torch.Size, list[int]]:
    places: defaultdict[torch.Size, list[int]] = defaultdict(list)
    for place, matrix in enumerate(matrices):
        places[matrix.shape].append(place)
    return places


def _orthogonal(matrices: Tensor, group: dict[str, Any]) -> Tensor:
    """Matrices (n, rows, columns) with all singular values near 1, by Newton and Schulz's iteration as Muon has it."""
    if matrices.shape[1] > matrices.shape[2]:
        return _orthogonal(matrices.transpose(1, 2), group).transpose(1, 2)
    whole, third, fifth = group["ns_coefficients"]
    x: Tensor = matrices / matrices.norm(dim=(1, 2), keepdim=True).clamp(min=group["eps"])
    for _ in range(group["ns_steps"]):
        gram = x @ x.mT
        x = torch.baddbmm(
            x, torch.baddbmm(gram, gram, gram, beta=third, alpha=fifth), x, beta=whole
        )
    return x
