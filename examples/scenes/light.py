"""Light on things: round bodies are shaded, polished ones shine, and things cast shadows."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.coverage import box_around, coverage, pixels_of
from examples.scenes.outlines import Ring, from_xy
from examples.scenes.painting import darken
from examples.scenes.textures import Material, Pixels, blurred
from examples.scenes.things import Thing, moved

_LEAST_HEIGHT = 0.3  # shadows under a lower light would be as long as the picture


@dataclass(frozen=True, slots=True)
class Light:
    """A light: the direction towards it, `up` out of the picture.

    `ambient`: how much light comes from all sides, 0 to 1.
    """

    x: float
    y: float
    up: float
    ambient: float

    @property
    def height(self) -> float:
        """`up`, but not so low that shadows have no end."""
        return max(self.up, _LEAST_HEIGHT)


def shaded(
    pixels: Pixels,
    mask: NDArray[np.bool_],
    light: Light,
    material: Material,
) -> Pixels:
    """The pixels of a mask, shaded as a body that swells from its outline inwards."""
    height = _swelling(mask, material.relief)
    slope_x = np.asarray(cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125))
    slope_y = np.asarray(cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125))
    # The normal of the surface is (-slope_x, -slope_y, 1); its length:
    length = np.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y)

    # Lambert: a surface is as bright as the cosine of the angle between its normal and the light.
    # A level one has the brightness 1.
    dot = light.up - slope_x * light.x - slope_y * light.y
    cosine = np.maximum(dot, 0) / (length * light.up)
    direct = np.minimum(cosine, 1.8)
    brightness = light.ambient + (1 - light.ambient) * direct
    lit: Pixels = pixels * np.asarray(brightness, np.float32)[..., None]
    if material.gloss <= 0:
        return lit

    # Blinn and Phong: the highlight is where the normal is half-way between light and viewer.
    half_up = light.up + 1
    half_length = math.sqrt(light.x * light.x + light.y * light.y + half_up**2)
    half_dot = half_up - slope_x * light.x - slope_y * light.y
    shine = np.maximum(half_dot / (length * half_length), 0)
    highlight = material.gloss * 190 * shine**40
    lit += np.asarray(highlight, np.float32)[..., None]
    return lit


def _swelling(mask: NDArray[np.bool_], relief: float) -> NDArray[np.float32]:
    """(h, w): the height of a body over each px; its edge is round like a quarter circle."""
    padded = np.pad(mask.astype(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 3)
    depth = distance[1:-1, 1:-1]
    deepest = max(float(depth.max()), 1.0)

    # A circle's height over a px that lies s inwards, of a radius of 1: the root of s (2 - s).
    inwards = np.minimum(depth / deepest, 1.0)
    square = inwards * (2.0 - inwards)
    quarter_circle = np.sqrt(np.maximum(square, 0))
    height = quarter_circle * (deepest * relief)

    # The distance has a ridge along its middle line, which no round body has.
    reach = int(deepest * 0.12)
    if reach > 0:
        side = 2 * reach + 1
        height = cv2.blur(height, (side, side))
    return np.asarray(height, np.float32)


def cast_shadow(
    image: Pixels,
    rng: Generator,
    light: Light,
    thing: Thing,
    strength: float,
) -> None:
    """Darken the picture where the thing keeps the light away."""
    height, width = image.shape[:2]
    extent = float(np.ptp(thing.points, axis=0).max())
    if thing.standing:
        foot = float(thing.points[:, 1].max())
        # Its foot touches its shadow.
        fall = _along_ground(light, foot)
    else:
        distance = extent * rng.uniform(0.02, 0.12) / light.height
        fall = _behind(light, distance)
    outlines = moved(thing.outlines, fall)

    # The larger the thing, the softer the edge of its shadow.
    deviation = max(0.6, extent * 0.015)
    box = box_around(
        outlines,
        (height, width),
        margin=int(3 * deviation) + 2,
    )
    if box is None:
        return
    cover = coverage(outlines, box, fine=1)
    dark = blurred(cover.alpha, deviation) * strength
    darken(image[pixels_of(box)], dark)


def _along_ground(light: Light, foot: float) -> Callable[[Ring], Ring]:
    """Where a point of an upright thing that stands at y = `foot` throws its shadow."""
    lean = -light.x / light.height
    # The shadow falls towards the viewer under a light from behind.
    flat = 0.28 if light.y < 0 else -0.22

    def fall(ring: Ring) -> Ring:
        rise = foot - ring[:, 1]
        x = ring[:, 0] + lean * rise
        y = foot + flat * rise
        return from_xy(x, y)

    return fall


def _behind(light: Light, distance: float) -> Callable[[Ring], Ring]:
    """Where a thing that floats before a wall throws its shadow."""
    away = np.array([light.x, light.y]) * distance

    def fall(ring: Ring) -> Ring:
        return ring - away

    return fall
