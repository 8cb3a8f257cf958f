"""Changes a window as other cameras, lights and tools would have: mirrored, recoloured, degraded.

The object keeps its shape; its mask and drawn box are mirrored with it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask

_Corners = NDArray[np.float32]
"""(4,): x0, y0, x1, y1 of a box, px of its window."""

_MIRRORED = 0.5  # how often a window is mirrored
_UPSIDE_DOWN = 0.2
_RESATURATED = 0.6  # how often colours get more or less saturated, or grey

# How often these effects come with a jitter of 1. With a smaller jitter they come less often.
_GREY = 0.1
_BLURRED = 0.1
_NOISY = 0.1
_COMPRESSED = 0.1


def augment(
    image: Pixels,
    mask: Mask,
    drawn: _Corners,
    rng: np.random.Generator,
    jitter: float,
) -> tuple[Pixels, Mask, _Corners]:
    """A window (H, W, 3), its mask (H, W) and its drawn box (4,), changed at random.

    `jitter`: how strongly colours change, 0 to 1; at 0 the window is only mirrored.
    """
    image, mask, drawn = _mirrored(image, mask, drawn, rng)
    if jitter > 0:
        image = np.ascontiguousarray(image)  # OpenCV cannot read mirrored memory
        image = _recoloured(image, rng, jitter)
        image = _degraded(image, rng, jitter)
    return image, mask, drawn


def _mirrored(
    image: Pixels,
    mask: Mask,
    drawn: _Corners,
    rng: np.random.Generator,
) -> tuple[Pixels, Mask, _Corners]:
    """The window, its mask and its drawn box, now and then mirrored or upside down."""
    height, width = mask.shape
    x0, y0, x1, y1 = drawn
    if rng.random() < _MIRRORED:
        image = image[:, ::-1]
        mask = mask[:, ::-1]
        x0, x1 = width - x1, width - x0
    if rng.random() < _UPSIDE_DOWN:
        image = image[::-1]
        mask = mask[::-1]
        y0, y1 = height - y1, height - y0
    return image, mask, np.array([x0, y0, x1, y1], np.float32)


def _recoloured(image: Pixels, rng: np.random.Generator, jitter: float) -> Pixels:
    """Another brightness, contrast, gamma, cast and, now and then, saturation."""
    brightness, contrast, gamma = rng.uniform(-1, 1, 3) * jitter
    change = rng.uniform(-0.15, 0.15, 3) * jitter
    cast = 1 + change

    # One table of 256 levels for each channel does all of it in one pass over the pixels.
    levels = np.linspace(0, 1, 256)
    levels **= 2.0 ** (0.6 * gamma)

    # Contrast turns the line of the levels about mid-grey.
    slope = 2.0 ** (0.7 * contrast)
    levels -= 0.5
    levels *= slope
    levels += 0.5
    levels += 0.25 * brightness

    of_channels = levels[:, None] * cast
    of_channels *= 255
    bounded = np.clip(of_channels, 0, 255)
    tables = bounded.astype(np.uint8)[None]
    recoloured = cv2.LUT(image, tables)
    return _resaturated(np.asarray(recoloured, np.uint8), rng, jitter)


def _resaturated(image: Pixels, rng: np.random.Generator, jitter: float) -> Pixels:
    """Now and then more or less saturated, or grey."""
    effect = rng.random()
    if effect >= _RESATURATED:
        return image

    saturation = 0.0
    if effect >= _GREY * jitter:
        change = rng.uniform(-0.6, 0.6) * jitter
        saturation = float(1 + change)
    one_channel = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    grey = cv2.cvtColor(one_channel, cv2.COLOR_GRAY2RGB)
    greyness = 1 - saturation
    mixed = cv2.addWeighted(image, saturation, grey, greyness, 0)
    return np.asarray(mixed, np.uint8)


def _degraded(image: Pixels, rng: np.random.Generator, jitter: float) -> Pixels:
    """Now and then blurred, noisy, or compressed as JPEG."""
    effect = rng.random() / jitter
    if effect < _BLURRED:
        return _blurred(image, rng)
    if effect < _BLURRED + _NOISY:
        return _noisy(image, rng)
    if effect < _BLURRED + _NOISY + _COMPRESSED:
        return _compressed(image, rng)
    return image


def _blurred(image: Pixels, rng: np.random.Generator) -> Pixels:
    sigma = float(rng.uniform(0.4, 1.2))  # px
    blurred = cv2.GaussianBlur(image, (0, 0), sigma)
    return np.asarray(blurred, np.uint8)


def _noisy(image: Pixels, rng: np.random.Generator) -> Pixels:
    noise = rng.standard_normal(image.shape, np.float32)
    noise *= np.float32(rng.uniform(2, 12))  # levels
    noisy = image + noise
    bounded = np.clip(noisy, 0, 255)
    return np.asarray(bounded, np.uint8)


def _compressed(image: Pixels, rng: np.random.Generator) -> Pixels:
    quality = int(rng.integers(30, 90))
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, encoded = cv2.imencode(".jpg", image, settings)
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return np.asarray(decoded, np.uint8)
