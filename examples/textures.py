"""Colours and materials: which tones a surface has, and the pixels that follow."""

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.noise import SIDE, field

Colour = NDArray[np.float64]
"""RGB, 0 to 255, float64."""
Pixels = NDArray[np.float32]
"""(H, W, 3) float32, RGB, 0 to 255 before the camera clips them."""

_ORGANIC = (
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
_MADE = (
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
_GROUND = (
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


@dataclass(frozen=True)
class Material:
    """A surface: a field of the bank through a ramp of colours, and how light meets it.

    `scale`: px of the picture per px of the field. `relief`: how round it is shaded, 0 to 1.
    `gloss`: strength of the light's reflection, 0 to 1. `opacity`: under 1 what lies behind shines through.
    """

    ramp: NDArray[np.uint8]
    field: str
    scale: float
    angle: float
    relief: float = 0.5
    gloss: float = 0.0
    opacity: float = 1.0


def palette(rng: np.random.Generator, colours: int = 7) -> NDArray[np.float64]:
    """(colours, 3) RGB that go together: few hues, mostly dull, of all brightnesses."""
    hue, spread = rng.uniform(), rng.choice([0.02, 0.06, 0.15, 0.5])
    vivid = rng.choice([0.3, 0.7, 1.0, 1.5])
    found = []
    for number in range(colours):
        turn = 0.5 if number % 4 == 3 else 0.0
        saturation = min(1.0, vivid * rng.beta(1.4, 3.0))
        found.append(
            colorsys.hsv_to_rgb(
                (hue + turn + rng.normal(0, spread)) % 1, saturation, rng.beta(1.6, 1.3)
            )
        )
    return np.array(found) * 255


def near(rng: np.random.Generator, colour: Colour, distance: float) -> Colour:
    """A colour about `distance` levels away: more in brightness than in hue."""
    return np.clip(colour + rng.normal(0, distance) + rng.normal(0, distance * 0.5, 3), 0, 255)


def ramp(colours: NDArray[np.float64], hard: bool) -> NDArray[np.uint8]:
    """(256, 1, 3) look-up table through the colours in order; `hard`: steps between them."""
    places = np.linspace(0, len(colours) - 1, 256)
    if hard:
        places = np.clip(np.round(places * 1.3 - 0.15 * len(colours)), 0, len(colours) - 1)
    channels = [
        np.interp(places, np.arange(len(colours)), colours[:, channel]) for channel in range(3)
    ]
    return np.clip(np.stack(channels, 1), 0, 255).astype(np.uint8)[:, None]


def plain(
    colour: Colour, name: str = "grain", contrast: float = 10.0, scale: float = 1.0, **light: float
) -> Material:
    """A surface of one colour with a little grain of the named field."""
    colour = np.asarray(colour, float)
    return Material(
        ramp(np.stack([colour - contrast, colour, colour + contrast]), False),
        name,
        scale,
        0.0,
        **light,
    )


def surface(
    rng: np.random.Generator, colours: NDArray[np.float64], base: Colour | None = None
) -> Material:
    """Any surface: its colours near `base` or one of the palette; one in four has two colours far apart."""
    start = colours[rng.integers(len(colours))] if base is None else base
    contrast = float(np.exp(rng.normal(2.6, 0.8)))
    tones = [near(rng, start, contrast) for _ in range(rng.integers(2, 5))]
    tones.insert(1, start)
    if rng.random() < 0.25:
        tones[-1] = colours[rng.integers(len(colours))]
    names = _ORGANIC if rng.random() < 0.6 else _MADE
    return Material(
        ramp(np.stack(tones), bool(rng.random() < 0.3)),
        str(rng.choice(names)),
        float(np.exp(rng.normal(-0.2, 0.7))),
        float(rng.uniform(0, 2 * np.pi)),
        relief=float(rng.choice([0.0, 0.25, 0.5, 0.9], p=[0.2, 0.3, 0.3, 0.2])),
        gloss=float(rng.choice([0.0, 0.3, 0.9], p=[0.7, 0.2, 0.1])),
        opacity=float(rng.uniform(0.45, 0.9)) if rng.random() < 0.05 else 1.0,
    )


def ground(rng: np.random.Generator, colours: NDArray[np.float64], busy: float) -> Material:
    """What lies behind things; `busy` 0 to 1: how far its tones stand apart."""
    start = colours[rng.integers(len(colours))]
    tones = [near(rng, start, 4 + 55 * busy * rng.random()) for _ in range(3)]
    if rng.random() < busy * 0.7:
        tones.append(colours[rng.integers(len(colours))])
    scale = float(np.exp(rng.normal(0.3, 0.7)))
    return Material(
        ramp(np.stack(tones), False), str(rng.choice(_GROUND)), scale, float(rng.normal(0, 0.4))
    )


def render(rng: np.random.Generator, material: Material, height: int, width: int) -> Pixels:
    """The material's pixels, cut from a random place of its field."""
    source = field(material.field)
    cos, sin = np.cos(material.angle) / material.scale, np.sin(material.angle) / material.scale
    x, y = rng.uniform(0, SIDE, 2)
    matrix = np.array([[cos, -sin, x], [sin, cos, y]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    tones = cv2.warpAffine(source, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_WRAP)
    return cv2.applyColorMap(tones, material.ramp).astype(np.float32)
