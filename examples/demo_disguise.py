"""What makes the demo's things as hard to cut out by colour as those of photographs, and their outlines stay exact.

A thing bears marks in the colours behind it, lies partly in deep shade, and has others of its kind about it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.canvas import Canvas, Window
from examples.textures import Material, Pixels, render

Generator = np.random.Generator
Alpha = NDArray[np.float32]

_MARKS = ("patches", "stripes", "checks", "dots", "plaid", "mosaic", "cloud", "waves", "patches")
_GREY = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, 2)


def tones_about(
    canvas: Canvas, rng: Generator, window: Window, count: int = 2
) -> NDArray[np.float32]:
    """(count, 3) colours of the picture in and near a window, each the mean of a few px."""
    height, width = canvas.size
    x0, y0, x1, y1 = window
    reach_x, reach_y = (x1 - x0) * 0.2, (y1 - y0) * 0.2
    xs = np.clip(rng.uniform(x0 - reach_x, x1 + reach_x, count), 0, width - 5).astype(int)
    ys = np.clip(rng.uniform(y0 - reach_y, y1 + reach_y, count), 0, height - 5).astype(int)
    found = [
        canvas.image[y : y + 5, x : x + 5].reshape(-1, 3).mean(0)
        for x, y in zip(xs, ys, strict=True)
    ]
    return np.array(found, np.float32)


def mark(
    canvas: Canvas, rng: Generator, window: Window, first: int, tones: NDArray[np.float32]
) -> None:
    """Patterns in `tones` and a slope of light on the px that the pieces from the id `first` on own."""
    x0, y0, x1, y1 = window
    own = canvas.owner[y0:y1, x0:x1] >= first
    if not own.any():
        return
    alpha = _soft(own)
    pixels = canvas.image[y0:y1, x0:x1]
    grey = pixels.mean(2)
    light = np.clip(grey / max(float(grey[own].mean()), 20.0), 0.45, 1.7)[..., None]
    for tone in tones:
        pattern = _pattern(rng, own) * alpha * rng.uniform(0.5, 0.9)
        pixels += pattern[..., None] * (tone * light - pixels)
    pixels *= 1 + alpha[..., None] * (_shading(rng, *own.shape)[..., None] - 1)


def _pattern(rng: Generator, own: NDArray[np.bool_]) -> Alpha:
    """Where marks are, 0 to 1: between a quarter and a half of the px of `own`."""
    height, width = own.shape
    scale = float(np.clip(np.hypot(height, width) / rng.uniform(110, 260), 0.25, 4))
    material = Material(_GREY, str(rng.choice(_MARKS)), scale, float(rng.uniform(0, 2 * np.pi)))
    field = render(rng, material, height, width)[..., 0]
    level = np.quantile(field[own], rng.uniform(0.5, 0.75))
    return np.clip((field - level) / 12 + 0.5, 0, 1)


def _shading(rng: Generator, height: int, width: int) -> Alpha:
    """Gain over a window: from bright on one side to deep shade on the other."""
    turn = rng.uniform(0, 2 * np.pi)
    x, y = (
        np.linspace(-1, 1, width, dtype=np.float32)[None],
        np.linspace(-1, 1, height, dtype=np.float32)[:, None],
    )
    return np.clip(
        0.92 + rng.uniform(0.15, 0.5) * (np.cos(turn) * x + np.sin(turn) * y), 0.3, 1.35
    ).astype(np.float32)


def accompany(
    canvas: Canvas, rng: Generator, window: Window, first: int, count: int, upright: bool
) -> None:
    """Set others like the thing just painted behind all that stands there, `upright` ones with their feet level.

    Nobody asks for them: they are background.
    """
    x0, y0, x1, y1 = window
    own = canvas.owner[y0:y1, x0:x1] >= first
    if min(own.shape) < 8 or not own.any():
        return
    body, alpha = canvas.image[y0:y1, x0:x1].copy(), _soft(own)
    side = rng.choice([-1.0, 1.0])
    for number in range(count):
        scale = float(rng.uniform(0.7, 1.05))
        pixels, cover = (cv2.resize(each, None, fx=scale, fy=scale) for each in (body, alpha))
        if rng.random() < 0.5:
            pixels, cover = pixels[:, ::-1], cover[:, ::-1]
        if not upright:
            turns = int(rng.integers(4))
            pixels, cover = np.rot90(pixels, turns), np.rot90(cover, turns)
        away = side * (-1) ** number * rng.uniform(0.25, 0.75) * (x1 - x0)
        middle = (x0 + x1) / 2 + away
        if upright:
            top = y1 - cover.shape[0] - rng.uniform(0.0, 0.1) * (y1 - y0)
        else:
            top = (y0 + y1) / 2 + rng.uniform(-0.6, 0.6) * (y1 - y0) - cover.shape[0] / 2
        tint = rng.uniform(0.72, 1.0) * np.exp(rng.normal(0, 0.04, 3)).astype(np.float32)
        _behind(
            canvas, pixels * np.float32(tint), cover, round(middle - cover.shape[1] / 2), round(top)
        )


def _behind(canvas: Canvas, pixels: Pixels, cover: Alpha, left: int, top: int) -> None:
    """Blend px into the canvas where no thing is."""
    height, width = canvas.size
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + cover.shape[1], width), min(top + cover.shape[0], height)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    free = 1 - _soft(canvas.owner[y0:y1, x0:x1] > 0)
    target = canvas.image[y0:y1, x0:x1]
    target += (cover[part] * free)[..., None] * (pixels[part] - target)


def _soft(mask: NDArray[np.bool_]) -> Alpha:
    """The mask with an edge as a lens draws it."""
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.6)
