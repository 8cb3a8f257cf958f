"""Skies and floors in perspective, and the px that they take."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.painting import blend
from examples.scenes.sampling import one_of
from examples.scenes.textures import Material, Pixels, grey, plain, render

_DARKEST_CLOUD = 130  # tone of the field from which on there is cloud
_CLOUD_RANGE = 110  # tones from there to the whitest cloud
_WHITE = 248

_FARTHEST = 0.25  # nearness of a floor at its upper edge; it is 1 at the lower one

_SKIES = (
    ((90, 140, 200), (205, 222, 235)),
    ((160, 170, 182), (215, 218, 220)),
    ((70, 90, 150), (240, 190, 140)),
)
"""Colours above and at the horizon: blue, grey, at dusk."""


def sky(rng: Generator, height: int, width: int) -> Pixels:
    """A sky with clouds, blue, grey or at dusk."""
    # (height, 3): one colour for each row, from the top to the horizon.
    top, horizon = one_of(rng, _SKIES)
    top_colour = np.array(top, np.float32)
    horizon_colour = np.array(horizon, np.float32)
    lower = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    upper = 1 - lower
    slope = upper * top_colour
    slope += lower * horizon_colour
    image = np.repeat(slope[:, None], width, axis=1)

    # Clouds, where a grey field is bright.
    scale = rng.uniform(1.0, 2.5)
    material = plain(grey(128.0), "cloud", contrast=128, scale=scale)
    field = render(rng, material, height, width)
    above_dark = field[..., 0] - _DARKEST_CLOUD
    white = np.clip(above_dark / _CLOUD_RANGE, 0, 1).astype(np.float32)
    cloud = np.full_like(image, _WHITE)
    blend(image, cloud, white * np.float32(0.8))
    return image


def floor(rng: Generator, material: Material, height: int, width: int) -> Pixels:
    """A level floor seen at a slant: its pattern grows towards the viewer."""
    flat = render(rng, material, height * 2, width * 2)
    nearness = np.linspace(_FARTHEST, 1.0, height, dtype=np.float32)[:, None]

    # (height, width): the column of the flat floor that each px shows. Far rows show more of it.
    columns = np.arange(width, dtype=np.float32)
    x = columns - width / 2
    from_middle = x / nearness * 0.5
    last_column = 2 * width - 1
    source_x = np.clip(from_middle + width, 0, last_column)

    # And its row: in perspective the distance grows as 1 / nearness.
    last_row = 2 * height - 1
    depth = last_row * (1 - _FARTHEST / nearness)
    row = depth / (1 - _FARTHEST)
    source_y = np.repeat(row, width, axis=1)
    seen = cv2.remap(
        flat,
        source_x.astype(np.float32),
        source_y.astype(np.float32),
        cv2.INTER_AREA,
    )
    return np.asarray(seen, np.float32)


def band(height: int, width: int, top: float, bottom: float) -> NDArray[np.bool_]:
    """(H, W): px between two levels, given as shares of the height."""
    first = round(top * height)
    end = round(bottom * height)
    mask = np.zeros((height, width), np.bool_)
    mask[first:end] = True
    return mask
