"""Large pictures of one object with a wavy outline, and its exact mask."""

from dataclasses import dataclass

import cv2
import numpy as np

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask, tight_box
from curate.records import Box

_NOISE = 8  # levels
_OBJECT = (180, 70, 60)
_GROUND = (80, 110, 130)


@dataclass(frozen=True, slots=True)
class DrawnObject:
    """A picture, the mask of its object, and the object's box."""

    image: Pixels
    mask: Mask
    box: Box


def draw_object(height: int, width: int) -> DrawnObject:
    """An object that fills most of a picture; its colours vary and are noisy."""
    # An ellipse with five large waves and many small ones.
    rng = np.random.default_rng(0)
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    waves = 0.8 + 0.1 * np.cos(5 * angle) + 0.03 * np.cos(23 * angle)
    x = width / 2 + 0.45 * width * waves * np.cos(angle)
    y = height / 2 + 0.45 * height * waves * np.sin(angle)
    outline = np.rint(np.stack([x, y], 1)).astype(np.int32)

    empty = np.zeros((height, width), np.uint8)
    mask = cv2.fillPoly(empty, [outline], 1) > 0

    image = np.empty((height, width, 3), np.uint8)
    image[:] = _GROUND
    image[mask] = _OBJECT
    noise = rng.integers(-_NOISE, _NOISE, image.shape, np.int8)
    image = cv2.add(image, noise.astype(np.int16), dtype=cv2.CV_8U)

    return DrawnObject(np.asarray(image), mask, tight_box(mask))
