"""What makes painted things as hard to cut out by colour as those of photographs.

A thing has marks in the colours behind it, is partly in deep shade, and has others of its kind
about it. Its outline stays exact.
"""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from curate.records import Box
from examples.scenes.canvas import Canvas
from examples.scenes.coverage import Alpha, overlap, pixels_of, seen_from
from examples.scenes.painting import blend
from examples.scenes.sampling import count, happens, one_of
from examples.scenes.textures import Material, Palette, Pixels, blurred, render

_MARKS = (
    "patches",
    "stripes",
    "checks",
    "dots",
    "plaid",
    "mosaic",
    "cloud",
    "waves",
    "patches",
)
_FEW_PX = 5  # the side of a square whose mean is a tone
_LEVELS = np.arange(256, dtype=np.uint8)
# A ramp that leaves a field's tones as they are.
_GREYS = np.repeat(_LEVELS[:, None, None], 3, axis=2)


def tones_about(canvas: Canvas, rng: Generator, box: Box) -> Palette:
    """(2, 3) float32: two colours of the picture in and near a box, each the mean of a few px."""
    height, width = canvas.size
    reach_x = box.width * 0.2
    reach_y = box.height * 0.2
    xs = rng.uniform(box.x0 - reach_x, box.x1 + reach_x, 2)
    ys = rng.uniform(box.y0 - reach_y, box.y1 + reach_y, 2)

    # The mean of a square of a few px at each place, inside the picture.
    lefts = np.clip(xs, 0, width - _FEW_PX).astype(int)
    tops = np.clip(ys, 0, height - _FEW_PX).astype(int)
    tones = []
    for left, top in zip(lefts.tolist(), tops.tolist(), strict=True):
        square = Box(left, top, left + _FEW_PX, top + _FEW_PX)
        pixels = canvas.image[pixels_of(square)]
        tones.append(pixels.reshape(-1, 3).mean(axis=0))
    return np.array(tones, np.float32)


def mark(
    canvas: Canvas,
    rng: Generator,
    box: Box,
    first: int,
    tones: Palette,
) -> None:
    """Put patterns in `tones` and a slope of light onto a thing.

    `first`: the id of its first layer; nothing was painted after it.
    """
    is_own = canvas.owner[pixels_of(box)] >= first
    if not is_own.any():
        return
    own = _soft(is_own)
    pixels = canvas.image[pixels_of(box)]
    grey = pixels.mean(axis=2)
    usual = max(float(grey[is_own].mean()), 20.0)
    # The marks are as dark and as bright as the thing is at their place.
    light = np.clip(grey / usual, 0.45, 1.7)[..., None]
    for tone in tones:
        pattern = _pattern(rng, is_own)
        alpha = pattern * own * rng.uniform(0.5, 0.9)
        blend(pixels, tone * light, alpha)
    shading = _shading(rng, box.height, box.width)
    gain = 1 + own * (shading - 1)
    pixels *= gain[..., None]


def _pattern(rng: Generator, is_own: NDArray[np.bool_]) -> Alpha:
    """Where marks are, 0 to 1: on between a quarter and a half of the thing's px."""
    height, width = is_own.shape
    # As many marks on a small thing as on a large one.
    marks_across = np.hypot(height, width) / rng.uniform(110, 260)
    material = Material(
        _GREYS,
        field=one_of(rng, _MARKS),
        scale=float(np.clip(marks_across, 0.25, 4)),
        angle=rng.uniform(0, 2 * np.pi),
    )
    tones = render(rng, material, height, width)[..., 0]
    level = np.quantile(tones[is_own], rng.uniform(0.5, 0.75))
    pattern: Alpha = np.clip((tones - level) / 12 + 0.5, 0, 1)
    return pattern


def _shading(rng: Generator, height: int, width: int) -> Alpha:
    """Gain over a box: from bright on one side to deep shade on the other."""
    # Light falls from one direction: a plane over the box, 0 in its middle.
    direction = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)
    slope = np.cos(direction) * x + np.sin(direction) * y[:, None]

    steepness = rng.uniform(0.15, 0.5)
    gain = 0.92 + steepness * slope
    bounded: Alpha = np.clip(gain, 0.3, 1.35).astype(np.float32)
    return bounded


def accompany(
    canvas: Canvas,
    rng: Generator,
    box: Box,
    first: int,
    number: int,
    upright: bool,
) -> None:
    """Paint `number` others like the thing just painted, behind all things that are there.

    `upright` ones have their feet level. Nobody asks for them: they are background.
    """
    is_own = canvas.owner[pixels_of(box)] >= first
    if min(is_own.shape) < 8 or not is_own.any():
        return
    body = canvas.image[pixels_of(box)].copy()
    own = _soft(is_own)
    side = one_of(rng, (-1.0, 1.0))
    for _ in range(number):
        pixels, alpha = _variant(rng, body, own, upright)
        height, width = alpha.shape
        away = side * rng.uniform(0.25, 0.75) * box.width
        x = (box.x0 + box.x1) / 2 + away
        if upright:
            foot = box.y1 - rng.uniform(0.0, 0.1) * box.height
            top = foot - height
        else:
            shift = rng.uniform(-0.6, 0.6) * box.height
            top = (box.y0 + box.y1) / 2 + shift - height / 2
        brightness = rng.uniform(0.72, 1.0)
        colour = np.exp(rng.normal(0, 0.04, 3))
        tint = brightness * colour.astype(np.float32)
        left = round(x - width / 2)
        _paint_behind(canvas, pixels * tint, alpha, left, round(top))
        # The next one is on the other side.
        side = -side


def _variant(
    rng: Generator,
    body: Pixels,
    own: Alpha,
    upright: bool,
) -> tuple[Pixels, Alpha]:
    """A thing's pixels and coverage in another size, perhaps mirrored; turned unless `upright`."""
    scale = rng.uniform(0.7, 1.05)
    pixels = np.asarray(cv2.resize(body, None, fx=scale, fy=scale), np.float32)
    alpha = np.asarray(cv2.resize(own, None, fx=scale, fy=scale), np.float32)
    if happens(rng, 0.5):
        pixels = pixels[:, ::-1]
        alpha = alpha[:, ::-1]
    if not upright:
        turns = count(rng, 0, 4)
        pixels = np.rot90(pixels, turns)
        alpha = np.rot90(alpha, turns)
    return pixels, alpha


def _paint_behind(
    canvas: Canvas,
    pixels: Pixels,
    alpha: Alpha,
    left: int,
    top: int,
) -> None:
    """Blend pixels into the canvas where no thing is."""
    height, width = alpha.shape
    whole = Box(left, top, left + width, top + height)
    canvas_height, canvas_width = canvas.size
    box = overlap(whole, Box(0, 0, canvas_width, canvas_height))
    if box is None or box.width < 2 or box.height < 2:
        return
    seen = pixels_of(seen_from(whole, box))
    is_taken = canvas.owner[pixels_of(box)] > 0
    free = 1 - _soft(is_taken)
    blend(canvas.image[pixels_of(box)], pixels[seen], alpha[seen] * free)


def _soft(mask: NDArray[np.bool_]) -> Alpha:
    """The mask with an edge as a lens shows it."""
    return blurred(mask.astype(np.float32), 0.6)
