"""Pictures made by code, and encoded: what the tests of images begin with."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

LIMIT = 1_000_000
"""px that the pictures of these tests may have."""

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "JPEG2000", "PPM", "AVIF"]


def picture(width: int = 320, height: int = 240) -> Image.Image:
    y, x = np.mgrid[:height, :width] / (height, width)[0]
    waves = [
        np.sin(9 * x + 4 * y * y),
        np.cos(7 * x * y + 2),
        np.sin(5 * y - 3 * x * x),
    ]
    return Image.fromarray((127 + 120 * np.stack(waves, axis=-1)).astype(np.uint8))


def encoded(image: Image.Image, fmt: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, fmt, **options)
    return file.getvalue()
