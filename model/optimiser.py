"""What moves the weights: Muon for the filters of the hidden layers, AdamW for everything else.

Both have one learning rate. Muon (Jordan et al. 2024) moves a matrix equally far in all directions,
so that filters learn from weak gradients, too. Its steps are scaled to be as large as AdamW's
would be ("Muon is scalable for LLM training", Liu et al. 2025, section 2.2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model.u_block import ConvNormRelu

_FILTER_DECAY = 0.01
_ADAM_BETAS = (0.9, 0.99)
_ADAM_SCALE = 0.2  # typical size of an AdamW step, for a learning rate of 1


@dataclass(frozen=True, slots=True)
class _NewtonSchulz:
    """How an iteration makes a matrix orthogonal."""

    coefficients: tuple[float, float, float]
    """The polynomial's coefficients of degree 1, 3 and 5."""

    steps: int
    min_norm: float
    """Guards the division for a matrix of zeros."""


class BatchedMuon(torch.optim.Muon):
    """PyTorch's Muon, but all matrices of one shape are made orthogonal together, in float32.

    The network has about a hundred small matrices. One by one they take a tenth of the time of a
    training step, together a fiftieth.
    """

    def __init__(self, matrices: list[nn.Parameter], rate: float, decay: float) -> None:
        super().__init__(
            matrices,
            lr=rate,
            weight_decay=decay,
            nesterov=True,
            adjust_lr_fn="match_rms_adamw",
        )

    @torch.no_grad()
    def step(  # type: ignore[override]
        self,
        closure: Callable[[], float] | None = None,
    ) -> float | None:
        """Move the matrices by the gradients that they have now."""
        if closure is not None:
            raise ValueError("a closure is not supported")
        for group in self.param_groups:
            matrices: list[Tensor] = []
            gradients: list[Tensor] = []
            momenta: list[Tensor] = []
            self._init_group(group, matrices, gradients, momenta)

            # Nesterov's momentum: the average moves first, then the gradient counts once more.
            momentum = group["momentum"]
            torch._foreach_lerp_(momenta, gradients, 1 - momentum)
            directions = torch._foreach_lerp(gradients, momenta, momentum)

            rate = group["lr"]
            torch._foreach_mul_(matrices, 1 - rate * group["weight_decay"])
            iteration = _NewtonSchulz(
                coefficients=group["ns_coefficients"],
                steps=group["ns_steps"],
                min_norm=group["eps"],
            )
            _move(matrices, directions, rate, iteration)
        return None


def _move(
    matrices: Sequence[Tensor],
    directions: Sequence[Tensor],
    rate: float,
    iteration: _NewtonSchulz,
) -> None:
    """Move each matrix along its direction made orthogonal, all of one shape together."""
    for shape, indices in _by_shape(matrices).items():
        stacked = torch.stack([directions[index] for index in indices])
        steps = _orthogonal(stacked, iteration)
        step_size = rate * _ADAM_SCALE * max(shape) ** 0.5
        torch._foreach_add_(
            [matrices[index] for index in indices],
            list(steps.unbind()),
            alpha=-step_size,
        )


def optimisers(model: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """The optimisers of a model that is on the device where it trains.

    Clear its gradients with the model's own `zero_grad`: Muon sees the filters as matrices, and
    does not know the model's parameters.
    """
    layers = [each for each in model.modules() if isinstance(each, ConvNormRelu)]
    filters = [each.conv_s1.weight for each in layers]
    known = {id(each) for each in filters}
    others = [each for each in model.parameters() if id(each) not in known]

    matrices = [_as_matrix(each) for each in filters]
    muon = BatchedMuon(matrices, rate, _FILTER_DECAY)
    adam = torch.optim.AdamW(
        others,
        lr=rate,
        betas=_ADAM_BETAS,
        weight_decay=0.0,
        fused=True,
    )
    return [muon, adam]


def _as_matrix(filters: Tensor) -> nn.Parameter:
    """Filters (out, in, 3, 3) as a matrix (out, 9 × in) in the same memory.

    The matrix gets the gradient of the filters as soon as they have it.
    """
    matrix = nn.Parameter(_flat(filters.detach()))

    def copy_gradient(filters: Tensor) -> None:
        if filters.grad is None:
            matrix.grad = None
        else:
            matrix.grad = _flat(filters.grad)

    filters.register_post_accumulate_grad_hook(copy_gradient)  # type: ignore[no-untyped-call]
    return matrix


def _flat(filters: Tensor) -> Tensor:
    # The filters are channels-last in memory, so this order of dimensions needs no copy.
    channels_last = filters.permute(0, 2, 3, 1)
    return channels_last.view(len(filters), -1)


def _by_shape(matrices: Sequence[Tensor]) -> dict[torch.Size, list[int]]:
    """The indices of the matrices of each shape."""
    indices: dict[torch.Size, list[int]] = {}
    for index, matrix in enumerate(matrices):
        of_shape = indices.setdefault(matrix.shape, [])
        of_shape.append(index)
    return indices


def _orthogonal(matrices: Tensor, iteration: _NewtonSchulz) -> Tensor:
    """Matrices (n, rows, columns) with all singular values near 1, by Newton and Schulz.

    Each step applies the polynomial a·x + b·x³ + c·x⁵ to the singular values, with the coefficients
    of Muon.
    """
    rows, columns = matrices.shape[1:]
    if rows > columns:  # the product of the shorter side is cheaper
        return _orthogonal(matrices.mT, iteration).mT

    norms = matrices.norm(dim=(1, 2), keepdim=True)
    x: Tensor = matrices / norms.clamp(min=iteration.min_norm)
    first, third, fifth = iteration.coefficients
    for _ in range(iteration.steps):
        gram = x @ x.mT
        polynomial = torch.baddbmm(gram, gram, gram, beta=third, alpha=fifth)
        x = torch.baddbmm(x, polynomial, x, beta=first)
    return x
