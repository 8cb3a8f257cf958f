"""Answers to a drawn box that need no training: what a model must beat.

A baseline is a function of a window's pixels, (H, W, 3) uint8 RGB, and the drawn box, px of the
window: what the model is given, and nothing else. It gives a mask (H, W) bool, or None if it
fails; the drawn box then stands in for it. A new baseline is one function here and one line of
`methods.METHODS`.
"""

import cv2
import numpy as np

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box

_GRABCUT_ITERATIONS = 5
_GRABCUT_MODEL = (1, 65)  # shape of the mixture of colours that OpenCV keeps


def rectangle(image: Pixels, drawn: Box) -> Mask:
    """The drawn box, filled."""
    height, width, _ = image.shape
    x0, y0, x1, y1 = drawn
    mask = np.zeros((height, width), np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def ellipse(image: Pixels, drawn: Box) -> Mask:
    """The px whose middle lies in the ellipse that touches the sides of the drawn box."""
    height, width, _ = image.shape
    x0, y0, x1, y1 = drawn
    middle_x = (x0 + x1) / 2
    middle_y = (y0 + y1) / 2
    half_width = (x1 - x0) / 2
    half_height = (y1 - y0) / 2

    # Px middles in half axes from the ellipse's middle.
    x = (np.arange(width) + 0.5 - middle_x) / half_width
    y = (np.arange(height) + 0.5 - middle_y) / half_height
    mask: Mask = x**2 + y[:, None] ** 2 <= 1
    return mask


def grabcut(image: Pixels, drawn: Box) -> Mask | None:
    """GrabCut (Rother et al. 2004) started from the drawn box; everything outside is background.

    Five iterations. None if it fails or finds nothing.
    """
    box = rectangle(image, drawn)
    labels = np.where(box, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)

    # OpenCV starts its mixtures of colours by its own generator; seeded, they repeat.
    cv2.setRNGSeed(0)
    try:
        cv2.grabCut(
            image,
            labels,
            (
                0,
                0,
                0,
                0,
            ),  # a rectangle, which is not read if there are labels to start from
            np.zeros(_GRABCUT_MODEL),
            np.zeros(_GRABCUT_MODEL),
            _GRABCUT_ITERATIONS,
            cv2.GC_INIT_WITH_MASK,
        )
    except cv2.error:
        return None

    mask: Mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if not mask.any():
        return None
    return mask
