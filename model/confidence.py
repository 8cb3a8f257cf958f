"""How sure an answer is: probabilities that come true, and the IoU to expect.

Both are fitted on the val split when training ends, and stored in the checkpoint's metadata
(`Origin.confidence`). Size means the size of the drawn box, as nothing else is known before the
answer. Nothing here imports torch.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.records import Box
from curate.shards import windows

_LEAST_PROBABILITY = 1e-6

Probabilities = NDArray[np.float32]
"""(H, W): how likely each pixel is the object."""

Levels = NDArray[np.uint8]
"""The same in 255ths, as large windows are answered."""


class SizeConfidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was fitted on the val objects of a size."""

    objects: int
    """How many there were. Too few are fitted together with all other sizes."""

    temperature: float
    """What logits are divided by, so that probabilities come true. Guo et al. (2017), On
    calibration of modern neural networks."""

    self_overlap: list[float]
    """Knots, rising: see `self_overlap`."""

    iou: list[float]
    """The mean IoU at each knot, never falling."""


class Confidence(msgspec.Struct, frozen=True):
    """What turns a model's answers into how sure they are."""

    by_size: dict[str, SizeConfidence]
    """For each of `curate.shards.windows.SIZES`."""

    def expected_iou(self, answer: Probabilities | Levels, drawn: Box) -> float:
        """The IoU that an answer has on average, 0 to 1. `drawn`: its drawn box, px."""
        fitted = self.by_size[size_of(drawn)]
        overlap = self_overlap(answer)
        return float(np.interp(overlap, fitted.self_overlap, fitted.iou))


def size_of(drawn: Box | Sequence[int]) -> str:
    """The size of a drawn box: small, medium or large."""
    (size,) = windows.sizes(np.array([drawn], np.int32))
    return str(size)


def soften(answer: Probabilities, temperature: float) -> Probabilities:
    """Probabilities whose logits are divided by a temperature.

    >>> soften(np.array([[0.5, 0.9]], np.float32), 2.0).round(2).tolist()
    [[0.5, 0.75]]
    """
    inside = np.clip(answer, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    odds = inside / (1 - inside)
    softened = odds ** np.float32(1 / temperature)
    result: Probabilities = softened / (1 + softened)
    return result


def self_overlap(answer: Probabilities | Levels) -> float:
    """The IoU that an answer expects of itself: shared px / px of either region, if each px is the
    object with its probability. 0 if the mask is empty.
    """
    half, whole = 0.5, 1.0
    if answer.dtype == np.uint8:
        half, whole = 128.0, 255.0
    is_mask = answer >= half
    area = int(np.count_nonzero(is_mask))
    if area == 0:
        return 0.0
    inside = float(answer[is_mask].sum(dtype=np.float64)) / whole
    outside = float(answer.sum(dtype=np.float64)) / whole - inside
    return inside / (area + outside)
