"""Crops as other cameras, lights and tools would have given them; shape and place of the object stay what they are."""

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask


def augment(
    image: Pixels,
    mask: Mask,
    drawn: NDArray[np.float32],
    chance: np.random.Generator,
    jitter: float,
) -> tuple[Pixels, Mask, NDArray[np.float32]]:
    """A window (H, W, 3), its mask (H, W) and drawn box (4,), mirrored and recoloured.

    `jitter`: how strongly colours change, 0 to 1.
    """
    height, width = mask.shape
    if chance.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
        drawn = np.array([width - drawn[2], drawn[1], width - drawn[0], drawn[3]], np.float32)
    if chance.random() < 0.2:
        image, mask = image[::-1], mask[::-1]
        drawn = np.array([drawn[0], height - drawn[3], drawn[2], height - drawn[1]], np.float32)
    if jitter > 0:
        image = _worn(_recoloured(np.ascontiguousarray(image), chance, jitter), chance, jitter)
    return image, mask, drawn


def _recoloured(image: Pixels, chance: np.random.Generator, jitter: float) -> Pixels:
    """Brightness, contrast, gamma and cast by tables; saturation, now and then down to grey."""
    brightness, contrast, gamma = chance.uniform(-1, 1, 3) * jitter
    cast = 1 + chance.uniform(-0.15, 0.15, 3) * jitter
    ramp = np.linspace(0, 1, 256) ** (2.0 ** (0.6 * gamma))
    ramp = (ramp - 0.5) * 2.0 ** (0.7 * contrast) + 0.5 + 0.25 * brightness
    tables = np.clip(ramp[:, None] * cast * 255, 0, 255).astype(np.uint8)
    shown = cv2.LUT(image, tables[None])
    kind = chance.random()
    if kind >= 0.6:
        return np.asarray(shown, np.uint8)
    grey = cv2.cvtColor(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    colour = 0.0 if kind < 0.1 * jitter else float(1 + chance.uniform(-0.6, 0.6) * jitter)
    return np.asarray(cv2.addWeighted(shown, colour, grey, 1 - colour, 0), np.uint8)


def _worn(image: Pixels, chance: np.random.Generator, jitter: float) -> Pixels:
    """Now and then blurred, noisy, or through JPEG."""
    kind = chance.random()
    if kind < 0.1 * jitter:
        return np.asarray(
            cv2.GaussianBlur(image, (0, 0), float(chance.uniform(0.4, 1.2))), np.uint8
        )
    if kind < 0.2 * jitter:
        noise = chance.standard_normal(image.shape, np.float32) * np.float32(chance.uniform(2, 12))
        return np.clip(image + noise, 0, 255).astype(np.uint8)
    if kind < 0.3 * jitter:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(30, 90))]
        return np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR), np.uint8
        )
    return image
