"""U²-Net asked about a drawn box: its logits, plus what the box and the colours say.

    seven maps = network + prior of the box
    fused map += trust × evidence of its answer's colours; beyond training, neighbours pull as well

One linear layer, the gate, reads what kind of picture it is from the means of all stages' features and the box's sides;
it says which of the usual shapes to expect and how far to trust the colours. The network itself stays as published.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.colour import colour_evidence, settle
from model.prior import mixed_prior, prior_logits
from model.u2net import U2Net

_MEAN = (0.485, 0.456, 0.406)  # RGB, of the published network's input
_SPREAD = (0.229, 0.224, 0.225)
_USUAL_SIDE = 64  # px


class BoxNetwork(nn.Module):
    """The network, the usual shapes of masks in their boxes, how often each comes, and the gate.

    `priors`: (shapes, CELLS, CELLS) logits; `shares`: (shapes,), of sum 1. `outside`: contrast that pixels outside the
    drawn box keep at the network's input; 1 leaves them as they are.
    """

    priors: Tensor
    shares: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(
        self, network: U2Net, priors: Tensor, shares: Tensor, outside: float = 1.0
    ) -> None:
        super().__init__()
        self.network: U2Net = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.outside = outside
        self.gate = nn.Linear(network.level_channels + 2, len(priors) + 1)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)
        self.register_buffer("priors", priors.float())
        self.register_buffer("shares", shares.float())
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer(
            "spread", torch.tensor(_SPREAD).view(1, 3, 1, 1) * 255, persistent=False
        )

    def forward(self, pixels: Tensor, drawn: Tensor) -> Tensor:
        """Pixels (N, 3, H, W) uint8 RGB, drawn boxes (N, 4) in px of the window → (N, 7, H, W) float32 logits."""
        height, width = pixels.shape[-2:]
        x = (pixels.float() - self.mean) / self.spread
        if self.outside < 1:
            x = x * torch.where(_inside(drawn, height, width), 1.0, self.outside)
        maps, levels = self.network.maps_and_levels(x.contiguous(memory_format=torch.channels_last))
        with torch.autocast(pixels.device.type, enabled=False):
            shares, trust = self._gated(levels, drawn)
            maps = maps.float() + prior_logits(
                mixed_prior(self.priors, shares), drawn, height, width
            )
            fused = maps[:, 0]
            if self.training:  # neighbours would make it so certain that it learns no more
                fused = fused + trust[:, None, None] * colour_evidence(pixels, torch.sigmoid(fused))
            else:
                fused = settle(pixels, fused, trust)
            return torch.cat((fused[:, None], maps[:, 1:]), 1)

    def _gated(self, levels: list[Tensor], drawn: Tensor) -> tuple[Tensor, Tensor]:
        """Shares of the usual shapes, (N, shapes), and trust in colours, (N,)."""
        means = [each.float().mean((2, 3)) for each in levels]
        sides = 0.5 * torch.log2((drawn[:, 2:] - drawn[:, :2]).clamp(min=1) / _USUAL_SIDE)
        gate = self.gate(torch.cat((*means, sides), 1))
        return torch.softmax(torch.log(self.shares) + gate[:, :-1], 1), functional.softplus(
            gate[:, -1]
        )


def _inside(drawn: Tensor, height: int, width: int) -> Tensor:
    columns = torch.arange(width, device=drawn.device)
    rows = torch.arange(height, device=drawn.device)
    beside = (columns >= drawn[:, 0, None]) & (columns < drawn[:, 2, None])
    below = (rows >= drawn[:, 1, None]) & (rows < drawn[:, 3, None])
    return (below[:, :, None] & beside[:, None, :])[:, None]
