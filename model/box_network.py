"""U²-Net asked about a drawn box: the network's logits, plus what the box and the colours say.

    each of the seven maps = the network's map + the prior of the box
    the fused map         += trust × what the colours say; when answering, neighbours count as well

A linear mixing layer decides what kind of picture it is, from the mean features of all levels and
the size of the box: which of the usual shapes to expect, and how far to trust the colours. The
network itself stays as published. An answer that is likely a rectangle becomes one (`rectangles`).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.colour import colour_evidence, settle
from model.looks import Size, look_sizes, look_weights, resampled, resized_maps
from model.prior import Priors, mixed_prior, prior_logits
from model.rectangles import Rectangles, between
from model.u2net import U2Net

# Mean and spread of RGB that the published network's input is normalised by, from 0 to 1.
_MEAN = (0.485, 0.456, 0.406)
_SPREAD = (0.229, 0.224, 0.225)

_USUAL_SIDE = 64  # px; a box of this size is 0 for the mixing layer


class BoxNetwork(nn.Module):
    """The network, the usual shapes of masks in their boxes, and the mixing layer.

    `outside`: contrast that pixels outside the drawn box keep at the network's input; 1 leaves
    them as they are. `looks`: how many of the two at a window count; one is less exact, and costs a
    third as much.
    """

    priors: Tensor
    shares: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self, network: U2Net, priors: Priors, outside: float = 1.0) -> None:
        super().__init__()
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network = network
        self.outside = outside
        self.looks = 2

        # The mixing layer; checkpoints know it as `gate`. At first it changes nothing.
        inputs = network.level_channels + 2
        outputs = len(priors.shares) + 1
        self.gate = nn.Linear(inputs, outputs)
        nn.init.zeros_(self.gate.weight)
        nn.init.zeros_(self.gate.bias)

        # An overview is the mean features, the shares of the usual shapes, and the trust.
        self.rectangles = Rectangles(network.level_channels + outputs)

        self.register_buffer("priors", priors.logits.float())
        self.register_buffer("shares", priors.shares.float())
        self.register_buffer("mean", _of_each_channel(_MEAN), persistent=False)
        self.register_buffer("spread", _of_each_channel(_SPREAD), persistent=False)

    def forward(self, pixels: Tensor, drawn: Tensor) -> Tensor:
        """The seven output maps, (N, 7, H, W) float32 logits.

        `pixels`: (N, 3, H, W) uint8 RGB, the windows. `drawn`: (N, 4) drawn boxes in px of the
        window.
        """
        maps, overview = self._before_colours(pixels, drawn)

        # The colours correct the fused map; the six side maps stay as they are.
        fused = maps[:, 0]
        side_maps = maps[:, 1:]
        corrected = self._with_colours(pixels, fused, _trust(overview))
        return torch.cat((corrected[:, None], side_maps), dim=1)

    def answer(self, pixels: Tensor, drawn: Tensor) -> Tensor:
        """The answer to each window, (N, H, W) float32 probabilities; arguments as `forward`."""
        by_pixels, overview = self.answer_by_pixels(pixels, drawn)
        mixed: Tensor = self.rectangles(by_pixels, pixels, drawn, overview)
        return mixed

    def answer_by_pixels(self, pixels: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
        """The answer before it may become a rectangle, and an overview of each window.

        (N, H, W) probabilities, and (N, k): the mean features of all levels, the shares of the
        usual shapes, and the trust in the colours. Each is the mean of `looks` looks, at the sizes
        of `look_sizes`.
        """
        height, width = pixels.shape[-2:]
        sizes = look_sizes(height, width)
        return self.by_looks(pixels, drawn, sizes[: self.looks])

    def by_looks(
        self, pixels: Tensor, drawn: Tensor, sizes: Sequence[Size]
    ) -> tuple[Tensor, Tensor]:
        """`answer_by_pixels` from looks at some sizes. `pixels`, `drawn`: as in `forward`."""
        fused, overview = self._look(pixels, drawn, sizes[0])
        if len(sizes) > 1:
            height, width = pixels.shape[-2:]
            _, second_weight = look_weights(torch.as_tensor(height * width))
            second_fused, second_overview = self._look(pixels, drawn, sizes[1])
            fused = torch.lerp(fused, second_fused, second_weight)
            overview = torch.lerp(overview, second_overview, second_weight)

        logits = settle(pixels, fused, _trust(overview))
        return torch.sigmoid(logits), overview

    def _look(self, pixels: Tensor, drawn: Tensor, size: Size) -> tuple[Tensor, Tensor]:
        """The fused map of windows seen at a size, but at their own, and an overview."""
        height, width = pixels.shape[-2:]
        # What torch traces has to hold for windows of which neither look is the window itself.
        is_traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
        if size == (height, width) and not is_traced:
            maps, overview = self._before_colours(pixels, drawn)
            return maps[:, 0], overview

        at_size, its_drawn = resampled(pixels, drawn, size)
        maps, overview = self._before_colours(at_size, its_drawn)
        return resized_maps(maps[:, 0], height, width), overview

    def _before_colours(self, pixels: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
        """The maps before the colours count, (N, 7, H, W), and an overview of each, (N, k)."""
        height, width = pixels.shape[-2:]
        x = self._input(pixels, drawn)
        network_maps, levels = self.network.maps_and_levels(x)

        # Logits that are added up need the precision of float32.
        with torch.autocast(pixels.device.type, enabled=False):
            features = _mean_features(levels)
            shares, trust = self._mixing(features, drawn)
            prior = mixed_prior(self.priors, shares)
            prior_maps = prior_logits(prior, drawn, height, width)
            overview = torch.cat((features, shares, trust[:, None]), 1)
            maps = network_maps.float() + prior_maps
        return maps, overview

    def _input(self, pixels: Tensor, drawn: Tensor) -> Tensor:
        """What the network sees: normalised pixels, with less contrast outside the drawn box."""
        height, width = pixels.shape[-2:]
        centred = pixels.float() - self.mean
        x = centred / self.spread
        if self.outside < 1:
            inside = _inside(drawn, height, width)
            contrast = torch.where(inside, 1.0, self.outside)
            x = x * contrast
        return x.contiguous(memory_format=torch.channels_last)

    def _with_colours(self, pixels: Tensor, fused: Tensor, trust: Tensor) -> Tensor:
        """The fused map, (N, H, W) logits, corrected by the colours."""
        if not self.training:
            return settle(pixels, fused, trust)

        # Training leaves out the pull of neighbours: it would make the answer so certain that
        # nothing more is learnt from it.
        probability = torch.sigmoid(fused)
        evidence = colour_evidence(pixels, probability)
        trust_of_px = trust[:, None, None]
        return fused + trust_of_px * evidence

    def _mixing(self, features: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
        """Shares of the usual shapes, (N, shapes), and trust in the colours, (N,)."""
        # The size of the box, as a number of about the features' size.
        top_left = drawn[:, :2]
        bottom_right = drawn[:, 2:]
        sides = (bottom_right - top_left).clamp(min=1)
        octaves = torch.log2(sides / _USUAL_SIDE)

        # The outputs: one for each usual shape, which changes how often it comes; the last is
        # the trust.
        mixing = self.gate(torch.cat((features, 0.5 * octaves), 1))
        usual = torch.log(self.shares)
        shares = torch.softmax(usual + mixing[:, :-1], dim=1)
        trust = functional.softplus(mixing[:, -1])
        return shares, trust


def _trust(overview: Tensor) -> Tensor:
    """(N,) the trust in the colours, of overviews (N, k)."""
    return overview[:, -1]


def _mean_features(levels: list[Tensor]) -> Tensor:
    """(N, channels of all levels): the features, each the mean over its px."""
    means = [level.float().mean(dim=(2, 3)) for level in levels]
    return torch.cat(means, 1)


def _of_each_channel(values: tuple[float, float, float]) -> Tensor:
    """(1, 3, 1, 1): values for R, G and B, from 0 to 255."""
    of_channels = torch.tensor(values) * 255
    return of_channels.view(1, 3, 1, 1)


def _inside(drawn: Tensor, height: int, width: int) -> Tensor:
    """(N, 1, height, width) bool: the pixels inside each drawn box."""
    x0, y0, x1, y1 = drawn.unbind(dim=1)
    columns = between(x0, x1, width)
    rows = between(y0, y1, height)
    in_rows = rows[:, :, None]
    in_columns = columns[:, None, :]
    inside = in_rows & in_columns
    return inside[:, None]
