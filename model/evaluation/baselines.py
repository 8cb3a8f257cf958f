"""What a model must beat: answers to a drawn box that need no training. Each is given what the model is given."""

import cv2
import numpy as np

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box

_GRABCUT_ITERATIONS = 5


def rectangle(height: int, width: int, drawn: Box) -> Mask:
    """The drawn box, filled; (height, width) bool."""
    x0, y0, x1, y1 = drawn
    mask = np.zeros((height, width), np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def ellipse(height: int, width: int, drawn: Box) -> Mask:
    """Px whose centre lies in the ellipse that the drawn box holds; (height, width) bool."""
    x0, y0, x1, y1 = drawn
    x = (np.arange(width) + 0.5 - (x0 + x1) / 2) / ((x1 - x0) / 2)
    y = (np.arange(height) + 0.5 - (y0 + y1) / 2) / ((y1 - y0) / 2)
    mask: Mask = x**2 + y[:, None] ** 2 <= 1
    return mask


def grabcut(image: Pixels, drawn: Box) -> tuple[Mask, bool]:
    """GrabCut (Rother et al. 2004) of an (H, W, 3) window, all outside the drawn box taken for background.

    Five iterations. Where it fails or comes out empty: the drawn box, and False. Seeded, so that it repeats.
    """
    height, width = image.shape[:2]
    box = rectangle(height, width, drawn)
    labels = np.where(box, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    try:
        # with a mask to start from, the rectangle is not read
        cv2.grabCut(
            image, labels, (0, 0, 0, 0), *models, _GRABCUT_ITERATIONS, cv2.GC_INIT_WITH_MASK
        )
    except cv2.error:
        return box, False
    mask: Mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return (mask, True) if mask.any() else (box, False)
