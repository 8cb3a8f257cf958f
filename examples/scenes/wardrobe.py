"""What each layer of a thing wears: its natural material, any, or one like what is behind it."""

import colorsys
import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.random import Generator

from examples.scenes.sampling import happens, log_normal
from examples.scenes.textures import (
    Colour,
    Material,
    Palette,
    near,
    one_of_palette,
    plain,
    ramp,
    surface,
)

Dress = Callable[[str], Material]
"""Gives the material of a name."""

_LOOKS = Path(__file__).with_name("looks.csv")


@dataclass(frozen=True, slots=True)
class Look:
    """How a material looks as one expects it: lowest and highest hue, saturation and value, 0 to 1.

    A hue may be below 0 or above 1: hues form a circle. `field`, `relief`, `gloss`: see Material.
    """

    hue: tuple[float, float]
    saturation: tuple[float, float]
    value: tuple[float, float]
    field: str
    relief: float
    gloss: float


@cache
def looks() -> dict[str, Look]:
    """The looks of looks.csv by their name."""
    with _LOOKS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        found[row["name"]] = Look(
            hue=_limits(row, "hue"),
            saturation=_limits(row, "saturation"),
            value=_limits(row, "value"),
            field=row["field"],
            relief=float(row["relief"]),
            gloss=float(row["gloss"]),
        )
    return found


def _limits(row: dict[str, str], name: str) -> tuple[float, float]:
    """The lowest and the highest value of a column pair."""
    return float(row[f"{name}_low"]), float(row[f"{name}_high"])


def natural(rng: Generator, name: str) -> Material:
    """The material of a name as one expects it; KeyError for a name without a look."""
    look = looks()[name]
    hue = rng.uniform(*look.hue) % 1
    saturation = rng.uniform(*look.saturation)
    value = rng.uniform(*look.value)
    tone = colorsys.hsv_to_rgb(hue, saturation, value)
    # Bright materials show more contrast than dark ones.
    contrast = rng.uniform(0.05, 0.22) * (40 + 150 * max(tone))
    base = np.array(tone) * 255
    tones = np.stack([base - contrast, base, base + contrast * 0.8])
    return Material(
        ramp(np.clip(tones, 0, 255)),
        look.field,
        scale=log_normal(rng, -0.4, 0.5),
        angle=rng.normal(0, 0.5),
        relief=look.relief,
        gloss=look.gloss * rng.random(),
    )


def dresser(
    rng: Generator,
    colours: Palette,
    realism: float,
    behind: Colour | None = None,
    closeness: float = 0.0,
) -> Dress:
    """A wardrobe for one thing: the same name always gives the same material.

    `realism`: share of layers in their natural materials. `closeness`: share of the others whose
    colour is near `behind`, so that the outline is faint and the thing's own parts are clearer.
    """
    worn: dict[str, Material] = {}

    def dress(name: str) -> Material:
        if name not in worn:
            worn[name] = choose(name)
        return worn[name]

    def choose(name: str) -> Material:
        # Which of these a layer gets is sampled once for each name.
        if name in looks() and happens(rng, realism):
            return natural(rng, name)
        if behind is not None and happens(rng, closeness):
            distance = log_normal(rng, 2.3, 0.6)
            return surface(rng, colours, near(rng, behind, distance))
        if happens(rng, 0.12):
            colour = one_of_palette(rng, colours)
            return plain(colour, contrast=rng.uniform(0, 8))
        return surface(rng, colours)

    return dress
