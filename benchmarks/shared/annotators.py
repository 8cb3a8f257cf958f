"""Annotators of a simulation: they let a good mask be, and correct another to the truth.

How far they are off is stated: the outline of what they draw is the true one, moved in or out by up
to `NOISE` px. So what comes back is never the truth itself.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from curate.pixels.masks import Mask, tight_box
from model.evaluation.comparison import Comparison, Truth
from model.evaluation.correction_effort import correction_effort
from model.evaluation.metrics import edge_f

UNTOUCHED_IOU = 0.9
"""A mask of this IoU with the truth or more is accepted as it is."""

NOISE = 1
"""px, by which a drawn outline lies off the true one at most."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What an annotator makes of an answer."""

    mask: Mask
    """(H, W) bool, what is submitted."""

    clicks: float
    """To mend the answer, or to draw the mask anew where that needs fewer; 0 if untouched."""

    iou: float
    """IoU of the answer with the truth."""

    edge_f: float
    """Likewise, within 2 px."""

    is_untouched: bool


def correct(answer: Mask, truth: Truth, rng: np.random.Generator) -> Corrected:
    """What an annotator submits, who sees the answer (H, W) on the picture and knows the truth."""
    comparison = Comparison(answer, truth)
    iou = comparison.pixels.iou
    edges = edge_f(comparison, radius=2)
    if iou >= UNTOUCHED_IOU:
        return Corrected(answer, 0.0, iou, edges, is_untouched=True)
    anew = Comparison(np.zeros_like(answer), truth)
    clicks = min(correction_effort(comparison), correction_effort(anew))
    return Corrected(drawn(truth.mask, rng), clicks, iou, edges, is_untouched=False)


def drawn(true: Mask, rng: np.random.Generator) -> Mask:
    """The truth as a person draws it: the outline off by up to `NOISE` px, never nothing."""
    off = int(rng.integers(-NOISE, NOISE, endpoint=True))
    square = np.ones((3, 3), np.uint8)
    pixels = true.astype(np.uint8)
    moved = cv2.dilate(pixels, square, iterations=max(off, 0))
    moved = cv2.erode(moved, square, iterations=max(-off, 0))
    mask: Mask = moved > 0
    if not mask.any():
        return true
    return mask


def shifted(true: Mask, share: float) -> Mask:
    """The truth moved right and down by a share of its own sides, as a broken tool writes it.

    What would leave the image stays out; where nothing is left, the truth.
    """
    box = tight_box(true)
    down = max(1, round(share * box.height))
    right = max(1, round(share * box.width))
    mask = np.zeros_like(true)
    mask[down:, right:] = true[:-down, :-right]
    if not mask.any():
        return true
    return mask
