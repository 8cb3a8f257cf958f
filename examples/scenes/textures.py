"""Colours and materials: which tones a surface has, and the pixels that follow."""

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.fields import field
from examples.scenes.noise import SIDE
from examples.scenes.sampling import happens, log_normal, one_of

Colour = NDArray[np.float64]
"""(3,) float64: red, green, blue, 0 to 255."""

Palette = NDArray[np.float64]
"""(n, 3) float64: colours."""

Ramp = NDArray[np.uint8]
"""(256, 1, 3) uint8: the colour of each tone of a field."""

Pixels = NDArray[np.float32]
"""(H, W, 3) float32: red, green, blue, 0 to 255 before the camera clips them."""

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
"""(3,) how much red, green and blue count in the grey of a colour. Source: ITU-R BT.601."""

_NATURAL_FIELDS = (
    "cloud",
    "smoke",
    "stone",
    "grain",
    "sand",
    "fur",
    "ridges",
    "marble",
    "litter",
    "foliage",
    "specks",
    "patches",
)
_MADE_FIELDS = (
    "brushed",
    "wood",
    "stripes",
    "waves",
    "checks",
    "plaid",
    "bricks",
    "dots",
    "weave",
    "mosaic",
    "scales",
    "pebbles",
)
_GROUND_FIELDS = (
    "foliage",
    "litter",
    "rubble",
    "crowd",
    "blades",
    "water",
    "stone",
    "smoke",
    "cracks",
    "pebbles",
    "grain",
    "wood",
)


@dataclass(frozen=True, slots=True)
class Material:
    """A surface: a field of the bank through a ramp of colours, and how light meets it.

    `scale`: px of the picture per px of the field. `angle`: radians by which the field is turned.
    `relief`: how round it is shaded, 0 to 1. `gloss`: strength of the light's reflection, 0 to 1.
    `opacity`: below 1 what is behind shines through.
    """

    ramp: Ramp
    field: str
    scale: float
    angle: float
    relief: float = 0.5
    gloss: float = 0.0
    opacity: float = 1.0


def grey(level: float) -> Colour:
    """The grey of a level, 0 to 255."""
    return np.full(3, level)


def palette(rng: Generator) -> Palette:
    """(7, 3): colours that go together: few hues, mostly dull, of all brightnesses."""
    # A picture has one hue and shades of it; `spread` 0.5 is any hue.
    hue = rng.uniform()
    spread = one_of(rng, (0.02, 0.06, 0.15, 0.5))
    vivid = one_of(rng, (0.3, 0.7, 1.0, 1.5))
    colours = []
    for number in range(7):
        # One colour in four has the complementary hue.
        opposite = 0.5 if number % 4 == 3 else 0.0
        saturation = min(1.0, vivid * rng.beta(1.4, 3.0))
        own_hue = (hue + opposite + rng.normal(0, spread)) % 1
        value = rng.beta(1.6, 1.3)
        colours.append(colorsys.hsv_to_rgb(own_hue, saturation, value))
    return np.array(colours) * 255


def near(rng: Generator, colour: Colour, distance: float) -> Colour:
    """A colour about `distance` levels away: more in brightness than in hue."""
    brightness = rng.normal(0, distance)
    channels = rng.normal(0, distance * 0.5, 3)
    return np.clip(colour + brightness + channels, 0, 255)


def ramp(colours: Sequence[Colour] | Palette, hard: bool = False) -> Ramp:
    """The ramp that passes through the colours in order; `hard`: in steps."""
    table = np.asarray(colours)
    last = len(table) - 1
    places = np.linspace(0, last, 256)
    if hard:
        steps = np.round(places * 1.3 - 0.15 * len(table))
        places = np.clip(steps, 0, last)
    numbers = np.arange(len(table))
    channels = [np.interp(places, numbers, table[:, channel]) for channel in range(3)]
    tones = np.clip(np.stack(channels, axis=1), 0, 255)
    return tones.astype(np.uint8)[:, None]


def plain(
    colour: Colour,
    field: str = "grain",
    contrast: float = 10.0,
    scale: float = 1.0,
) -> Material:
    """A surface of one colour, `contrast` levels darker to brighter along a field."""
    tones = ramp([colour - contrast, colour, colour + contrast])
    return Material(tones, field, scale, angle=0.0)


def surface(rng: Generator, colours: Palette, base: Colour | None = None) -> Material:
    """Any surface: its colours are near `base`, or near one of the palette.

    One in four has two colours that are far apart.
    """
    if base is None:
        base = one_of_palette(rng, colours)
    # Most surfaces are nearly plain, some have strong patterns.
    contrast = log_normal(rng, 2.6, 0.8)
    tones = [near(rng, base, contrast) for _ in range(rng.integers(2, 5))]
    tones.insert(1, base)
    if happens(rng, 0.25):
        tones[-1] = one_of_palette(rng, colours)
    fields = _NATURAL_FIELDS if happens(rng, 0.6) else _MADE_FIELDS
    return Material(
        ramp(tones, hard=happens(rng, 0.3)),
        field=one_of(rng, fields),
        scale=log_normal(rng, -0.2, 0.7),
        angle=rng.uniform(0, 2 * np.pi),
        relief=float(rng.choice([0.0, 0.25, 0.5, 0.9], p=[0.2, 0.3, 0.3, 0.2])),
        gloss=float(rng.choice([0.0, 0.3, 0.9], p=[0.7, 0.2, 0.1])),
        opacity=_opacity(rng),
    )


def _opacity(rng: Generator) -> float:
    """One surface in twenty lets what is behind it shine through."""
    if happens(rng, 0.05):
        return rng.uniform(0.45, 0.9)
    return 1.0


def one_of_palette(rng: Generator, colours: Palette) -> Colour:
    """One of the colours."""
    colour: Colour = colours[rng.integers(len(colours))]
    return colour


def ground(rng: Generator, colours: Palette, busy: float) -> Material:
    """What is behind things; `busy` 0 to 1: how far its tones are apart."""
    base = one_of_palette(rng, colours)
    tones = []
    for _ in range(3):
        distance = 4 + 55 * busy * rng.random()
        tones.append(near(rng, base, distance))
    if happens(rng, busy * 0.7):
        tones.append(one_of_palette(rng, colours))
    scale = log_normal(rng, 0.3, 0.7)
    return Material(
        ramp(tones),
        field=one_of(rng, _GROUND_FIELDS),
        scale=scale,
        angle=rng.normal(0, 0.4),
    )


def render(rng: Generator, material: Material, height: int, width: int) -> Pixels:
    """The material's pixels, cut from a random place of its field."""
    # The map goes from px of the picture to px of the field, so that scale divides.
    cos = np.cos(material.angle) / material.scale
    sin = np.sin(material.angle) / material.scale
    x, y = rng.uniform(0, SIDE, 2)
    to_field = np.array([[cos, -sin, x], [sin, cos, y]])
    tones = cv2.warpAffine(
        field(material.field),
        to_field,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_WRAP,
    )
    return cv2.applyColorMap(tones, material.ramp).astype(np.float32)


def blurred(image: Pixels, deviation: float) -> Pixels:
    """The picture, or a (H, W) map, smoothed by a Gaussian of so many px."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), deviation), np.float32)
