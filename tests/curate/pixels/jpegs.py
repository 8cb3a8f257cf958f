"""JPEG files of each chroma subsampling, encoded here."""

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from curate.pixels.images import Pixels

SAMPLINGS = {
    "4:4:4": (0x111111, 1, 1),
    "4:2:2": (0x211111, 2, 1),
    "4:4:0": (0x121111, 1, 2),
    "4:2:0": (0x221111, 2, 2),
    "4:1:1": (0x411111, 4, 1),
}
"""OpenCV's number of each, and px of brightness to one of colour, across and down."""


def noise(height: int, width: int, seed: int = 0) -> Pixels:
    """Noise: where pixels are blended wrongly, it shows."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def encoded(
    pixels: Pixels, sampling: str = "4:2:0", progressive: bool = False
) -> bytes:
    options = [
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        SAMPLINGS[sampling][0],
        cv2.IMWRITE_JPEG_PROGRESSIVE,
        int(progressive),
    ]
    _, file = cv2.imencode(".jpg", pixels, options)
    return file.tobytes()


def saved(picture: Image.Image, **options: object) -> bytes:
    """As Pillow writes it."""
    file = BytesIO()
    picture.save(file, "JPEG", **options)
    return file.getvalue()


def decoded(data: bytes) -> Pixels:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))
