"""Answers that are rectangles: windows, doors, pages, tables, signs.

Pixel by pixel, the network rounds the corners of a rectangle. But whoever draws a box around a
rectangle has drawn the rectangle itself, only a little too large. So an answer is a mixture of two
hypotheses, by how likely the second one is:

    answer = (1 - sure) × what the pixels say + sure × the rectangle

`sure` is a logistic function of some signs of what the pixels say, and of an overview of the
window. `rectangle_fit` fits it when training ends. Why: docs/adr/0015-rectangles.md.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model.colour import colour_evidence
from model.prior import SHAPES

OWN_SIGNS = 5
"""How many signs of a rectangle an answer has by itself, as `_own_signs` has them."""

GENERAL_SIGNS = SHAPES + 1 + OWN_SIGNS
"""So many of a rectangle's signs, the last ones, mean the same in all pictures: the shares of the
usual shapes, the trust in the colours, and an answer's own signs. Those before are the network's
features."""

NEVER = -100.0
"""The logit of `sure` before anything is fitted: no answer is a rectangle."""

_DRAWN_SHARE = 0.7  # of a rectangle's side; the rest is the side of the answer
_CORNER = 1 / 8  # of a side of the answer's box
_MIDDLE = (1 / 4, 3 / 4)  # of a side of the answer's box: from where to where
_AT_SIDE = 1 / 24  # of the answer's box: px that lie along its side
# Of a side: where a rectangle's edge goes on, and that of a round thing does not.
_END_OF_SIDE = 1 / 6
_EDGE_REACH = 2  # px to both sides of a side


@dataclass(frozen=True, slots=True)
class _Span:
    """From where to where n boxes reach along one direction, px."""

    start: Tensor
    """(n,)"""

    end: Tensor
    """(n,)"""

    length: int
    """px of the window."""

    def size(self) -> Tensor:
        """(n,) px, 1 at least."""
        return (self.end - self.start).clamp(min=1)

    def first(self, share: float) -> Tensor:
        """(n, length): 1 for the first px within, 0 for others: this share, 1 px at least."""
        some = _share_of(self, share)
        return between(self.start, self.start + some, self.length).float()

    def last(self, share: float) -> Tensor:
        """(n, length): the same for the last px within."""
        some = _share_of(self, share)
        return between(self.end - some, self.end, self.length).float()

    def ends(self, share: float) -> Tensor:
        """(n, length): 1 for the px of both."""
        return torch.maximum(self.first(share), self.last(share))

    def middle(self) -> Tensor:
        """(n, length): 1 for the px of the middle half, one at least."""
        before, after = _MIDDLE
        begin = torch.floor(self.start + before * self.size())
        end = torch.ceil(self.start + after * self.size())
        return between(begin, end, self.length).float()


class Rectangles(nn.Module):
    """How likely answers are rectangles, and the answers if they are.

    `numbers`: k, how many there are in an overview of a window.
    """

    sign_weights: Tensor
    """(k + OWN_SIGNS,)"""

    bias: Tensor
    """()"""

    slack: Tensor
    """() how far a drawn box reaches beyond its object on each side, as a share of its side."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        # No step of training moves these, so they are no parameters.
        self.register_buffer("sign_weights", torch.zeros(numbers + OWN_SIGNS))
        self.register_buffer("bias", torch.tensor(NEVER))
        self.register_buffer("slack", torch.tensor(0.0))

    def forward(
        self, answer: Tensor, pixels: Tensor, drawn: Tensor, overview: Tensor
    ) -> Tensor:
        """The answers with what they would be as rectangles mixed in, (N, H, W) probabilities.

        `answer`: (N, H, W) probabilities of the pixels by themselves. `pixels`: (N, 3, H, W) uint8.
        `drawn`: (N, 4) px of the windows. `overview`: (N, k), as
        `BoxNetwork.answer_by_pixels` has it.
        """
        # Signs and sums of px need the precision of float32.
        with torch.autocast(pixels.device.type, enabled=False):
            signs, rectangle = self.signs_and_rectangle(answer, pixels, drawn, overview)
            sure = torch.sigmoid(signs @ self.sign_weights + self.bias)
            return torch.lerp(answer, rectangle, sure[:, None, None])

    def signs_and_rectangle(
        self, answer: Tensor, pixels: Tensor, drawn: Tensor, overview: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What tells rectangles, (N, k + OWN_SIGNS), and the rectangle that each answer would be.

        The latter is (N, H, W) float32: 1 within it, 0 outside. Arguments as `forward`.
        """
        box = _box(answer, drawn)
        own_signs = _own_signs(answer, pixels, drawn, box)
        signs = torch.cat((overview, own_signs), 1)
        return signs, self._rectangle(answer, drawn, box)

    def _rectangle(self, answer: Tensor, drawn: Tensor, box: Tensor) -> Tensor:
        """(N, H, W): 1 within the rectangle that each answer would be, 0 outside.

        Each of its sides lies between that of the answer's own box, (N, 4), and that of the drawn
        box without its slack.
        """
        slack = self.slack * _sides(drawn)
        top_left = drawn[:, :2] + slack
        bottom_right = drawn[:, 2:] - slack
        tight = torch.cat((top_left, bottom_right), 1)
        corners = torch.round(torch.lerp(box, tight, _DRAWN_SHARE))

        height, width = answer.shape[-2:]
        x0, y0, x1, y1 = corners.unbind(1)
        in_rows = between(y0, y1, height)[:, :, None]
        in_columns = between(x0, x1, width)[:, None, :]
        return (in_rows & in_columns).float()


def _own_signs(answer: Tensor, pixels: Tensor, drawn: Tensor, box: Tensor) -> Tensor:
    """(N, OWN_SIGNS): the signs that an answer has by itself. `box`: (N, 4), of each answer."""
    height, width = answer.shape[-2:]
    x0, y0, x1, y1 = box.unbind(1)
    rows = _Span(y0, y1, height)
    columns = _Span(x0, x1, width)

    mask = _mask(answer)
    area = _sides(box).prod(1)
    signs = [
        mask.sum(dim=(1, 2)) / area,
        _colours_of_corners(pixels, rows, columns),
        _least_straight_side(mask, rows, columns),
        _edges_at_ends(pixels, rows, columns),
        area / _sides(drawn).prod(1),
    ]
    return torch.stack(signs, 1)


def _mask(answer: Tensor) -> Tensor:
    """(N, H, W): 1 for the px of the object, 0 for others."""
    return (answer >= 0.5).float()


def _sides(boxes: Tensor) -> Tensor:
    """(N, 2): width and height of boxes (N, 4), 1 px at least."""
    return (boxes[:, 2:] - boxes[:, :2]).clamp(min=1)


def _share_of(span: _Span, share: float) -> Tensor:
    """(n,) px: a share of a span, rounded down, 1 px at least."""
    return torch.floor(share * span.size()).clamp(min=1)


def between(start: Tensor, end: Tensor, length: int) -> Tensor:
    """(n, length) bool: the numbers from each start, (n,), to before its end, (n,)."""
    numbers = torch.arange(length, device=start.device)
    is_after_start = numbers >= start[:, None]
    is_before_end = numbers < end[:, None]
    return is_after_start & is_before_end


def _box(answer: Tensor, drawn: Tensor) -> Tensor:
    """(N, 4) px: the box of each answer's mask; the drawn box if the mask is empty."""
    mask = answer >= 0.5
    x0, x1 = _ends(mask.any(1))
    y0, y1 = _ends(mask.any(2))
    boxes = torch.stack((x0, y0, x1, y1), 1).to(drawn.dtype)
    is_empty = x0 >= x1
    return torch.where(is_empty[:, None], drawn, boxes)


def _ends(has: Tensor) -> tuple[Tensor, Tensor]:
    """The first number that each row of (n, length) bool has, and the one after its last."""
    length = has.shape[1]
    numbers = torch.arange(length, device=has.device)
    first = torch.where(has, numbers, length).amin(1)
    after_last = torch.where(has, numbers + 1, 0).amax(1)
    return first, after_last


def _colours_of_corners(pixels: Tensor, rows: _Span, columns: _Span) -> Tensor:
    """(N,) how much less the corners of the answer's box have the colours of its middle.

    A rectangle has its own colours in its corners, a round thing those around it. It is the
    difference of two means of `colour_evidence`, at most 0 as a rule.
    """
    all_rows = rows.first(1.0)
    all_columns = columns.first(1.0)
    inside = all_rows[:, :, None] * all_columns[:, None, :]
    evidence = colour_evidence(pixels, inside)

    corners = _mean_where(evidence, rows.ends(_CORNER), columns.ends(_CORNER))
    middle = _mean_where(evidence, rows.middle(), columns.middle())
    return corners - middle


def _mean_where(values: Tensor, its_rows: Tensor, its_columns: Tensor) -> Tensor:
    """(N,) the mean of values (N, H, W) over some rows, (N, H), and columns, (N, W): 1 or 0."""
    over_rows = its_rows[:, None, :] @ values
    total = over_rows @ its_columns[:, :, None]
    pixels = its_rows.sum(1) * its_columns.sum(1)
    return total[:, 0, 0] / pixels.clamp(min=1)


def _least_straight_side(mask: Tensor, rows: _Span, columns: _Span) -> Tensor:
    """(N,) the share of a side of the answer's box that the mask touches, where it is lowest."""
    upright = mask.transpose(1, 2)
    shares = []
    for lines, along, across in ((mask, rows, columns), (upright, columns, rows)):
        for strip in (across.first(_AT_SIDE), across.last(_AT_SIDE)):
            # For each line, the px of the mask that lie in the strip.
            in_strip = lines @ strip[:, :, None]
            touched = (in_strip[:, :, 0] > 0).sum(1)
            shares.append(touched / along.size())
    return torch.stack(shares, 1).amin(1)


def _edges_at_ends(pixels: Tensor, rows: _Span, columns: _Span) -> Tensor:
    """(N,) how strong the picture's edges are at the ends of the sides, beside its other edges.

    A rectangle's edge is there, too; that of a round thing has left the side of the box. It is
    the logarithm of 1 + the ratio, the mean of four sides.
    """
    grey = pixels.float().mean(1)
    down = _differences(grey)
    across = _differences(grey.transpose(1, 2))
    usual = (down.mean(dim=(1, 2)) + across.mean(dim=(1, 2))) / 2

    strengths = []
    for differences, side, along in ((down, rows, columns), (across, columns, rows)):
        for position in (side.start, side.end):
            strength = _weaker_end(differences, position, along)
            ratio = strength / (usual + 1e-3)
            strengths.append(torch.log1p(ratio))
    return torch.stack(strengths, 1).mean(1)


def _differences(grey: Tensor) -> Tensor:
    """(N, H, W): how much each px of (N, H, W) differs from the next one below it."""
    below = torch.cat((grey[:, 1:], grey[:, -1:]), 1)
    return (below - grey).abs()


def _weaker_end(differences: Tensor, position: Tensor, along: _Span) -> Tensor:
    """(N,) the mean difference at that end of a side where it is lower.

    `position`: (N,) the row of the side. At each column, the strongest difference near it counts.
    """
    height = differences.shape[1]
    near = between(position - _EDGE_REACH, position + _EDGE_REACH, height)
    strongest = (differences * near[:, :, None]).amax(1)

    ends = []
    for end in (along.first(_END_OF_SIDE), along.last(_END_OF_SIDE)):
        total = (strongest * end).sum(1)
        ends.append(total / end.sum(1).clamp(min=1))
    return torch.minimum(ends[0], ends[1])
