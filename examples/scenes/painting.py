"""Paint over a picture: outlines with smooth edges, and pixels that are blended in."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.scenes.outlines import Ring

SUBPIXEL_BITS = 4
"""OpenCV takes coordinates as whole numbers: sixteenths of a px."""


def fill(image: NDArray[Any], outline: Ring, colour: tuple[float, ...]) -> None:
    """Fill an outline, in px, with one value for each channel of the picture."""
    fixed = (outline * 2**SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(
        image,
        [fixed],
        colour,
        cv2.LINE_AA,
        shift=SUBPIXEL_BITS,
    )


def blend(
    image: NDArray[np.float32],
    pixels: NDArray[np.float32],
    alpha: NDArray[np.float32],
) -> None:
    """Paint (H, W, 3) pixels over a picture; it shows through where `alpha`, (H, W), is below 1."""
    image += alpha[..., None] * (pixels - image)


def darken(image: NDArray[np.float32], dark: NDArray[np.float32]) -> None:
    """Take a share of its light from each px of a picture; `dark`: (H, W), 0 to 1."""
    image *= (1 - dark)[..., None]
