"""Which material each piece of a thing wears: the natural one of its name, any, or one like what is behind it."""

import colorsys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from examples.textures import Colour, Material, near, plain, ramp, surface

Dress = Callable[[str], Material]
Look = tuple[tuple[float, float], tuple[float, float], tuple[float, float], str, float, float]
"""Ranges of hue, saturation and value, the field, relief, gloss."""

_LOOKS: dict[str, Look] = {
    "coat": ((0.03, 0.12), (0.1, 0.6), (0.15, 0.9), "fur", 0.8, 0.0),
    "coat2": ((0.03, 0.12), (0.05, 0.5), (0.1, 0.95), "fur", 0.6, 0.0),
    "coat3": ((0.03, 0.12), (0.0, 0.5), (0.05, 1.0), "fur", 0.2, 0.0),
    "scales": ((0.0, 1.0), (0.1, 0.7), (0.3, 0.9), "scales", 0.6, 0.4),
    "skin": ((0.02, 0.08), (0.25, 0.6), (0.3, 0.95), "grain", 0.6, 0.1),
    "hair": ((0.03, 0.12), (0.1, 0.7), (0.05, 0.7), "fur", 0.5, 0.1),
    "lips": ((0.95, 1.02), (0.4, 0.7), (0.4, 0.8), "grain", 0.3, 0.1),
    "cloth": ((0.0, 1.0), (0.05, 0.8), (0.15, 0.95), "smoke", 0.45, 0.0),
    "cloth2": ((0.0, 1.0), (0.05, 0.8), (0.15, 0.95), "plaid", 0.3, 0.0),
    "trousers": ((0.55, 0.7), (0.05, 0.6), (0.1, 0.6), "weave", 0.5, 0.0),
    "shoe": ((0.0, 1.0), (0.0, 0.4), (0.05, 0.5), "grain", 0.6, 0.2),
    "bag": ((0.0, 0.15), (0.2, 0.8), (0.15, 0.7), "stone", 0.5, 0.2),
    "leather": ((0.0, 0.12), (0.2, 0.8), (0.15, 0.8), "stone", 0.5, 0.3),
    "leather2": ((0.0, 0.12), (0.2, 0.8), (0.1, 0.6), "stone", 0.5, 0.3),
    "leaf": ((0.2, 0.4), (0.3, 0.8), (0.2, 0.75), "ridges", 0.35, 0.1),
    "leaf2": ((0.18, 0.38), (0.3, 0.8), (0.3, 0.85), "ridges", 0.35, 0.1),
    "foliage": ((0.18, 0.4), (0.3, 0.8), (0.12, 0.6), "foliage", 0.5, 0.0),
    "foliage2": ((0.18, 0.4), (0.3, 0.8), (0.2, 0.7), "litter", 0.5, 0.0),
    "stem": ((0.15, 0.35), (0.3, 0.7), (0.25, 0.6), "grain", 0.6, 0.0),
    "bark": ((0.03, 0.12), (0.2, 0.6), (0.12, 0.5), "ridges", 0.7, 0.0),
    "peel": ((-0.04, 0.3), (0.6, 0.95), (0.4, 0.95), "specks", 0.9, 0.7),
    "heart": ((0.1, 0.16), (0.6, 0.9), (0.4, 0.9), "scales", 0.6, 0.0),
    "bright": ((0.0, 1.0), (0.6, 1.0), (0.5, 1.0), "grain", 0.4, 0.3),
    "bright2": ((0.0, 1.0), (0.5, 1.0), (0.5, 1.0), "grain", 0.4, 0.3),
    "clay": ((0.02, 0.06), (0.4, 0.7), (0.4, 0.7), "stone", 0.6, 0.0),
    "plasma": ((0.7, 0.95), (0.1, 0.6), (0.5, 0.9), "grain", 0.3, 0.0),
    "nucleus": ((0.65, 0.85), (0.3, 0.8), (0.25, 0.6), "stone", 0.3, 0.0),
    "paint": ((0.0, 1.0), (0.0, 0.9), (0.1, 0.95), "cloud", 0.45, 0.5),
    "paint2": ((0.0, 1.0), (0.0, 0.7), (0.1, 0.95), "cloud", 0.4, 0.4),
    "paint3": ((0.0, 1.0), (0.4, 0.9), (0.3, 0.95), "cloud", 0.0, 0.0),
    "glass": ((0.5, 0.62), (0.1, 0.4), (0.15, 0.7), "crowd", 0.0, 0.5),
    "rubber": ((0.0, 1.0), (0.0, 0.1), (0.05, 0.25), "sand", 0.4, 0.1),
    "dark": ((0.0, 1.0), (0.0, 0.2), (0.03, 0.2), "grain", 0.3, 0.2),
    "white": ((0.0, 1.0), (0.0, 0.1), (0.75, 1.0), "grain", 0.2, 0.0),
    "paper": ((0.0, 1.0), (0.0, 0.35), (0.6, 1.0), "grain", 0.1, 0.0),
    "chrome": ((0.5, 0.65), (0.0, 0.12), (0.4, 0.85), "brushed", 0.7, 0.6),
    "metal": ((0.05, 0.65), (0.0, 0.2), (0.3, 0.8), "brushed", 0.5, 0.5),
    "metal2": ((0.05, 0.65), (0.0, 0.3), (0.25, 0.8), "brushed", 0.5, 0.5),
    "lamp": ((0.1, 0.16), (0.1, 0.4), (0.8, 1.0), "grain", 0.5, 0.6),
    "brake": ((0.97, 1.02), (0.7, 0.95), (0.4, 0.8), "grain", 0.3, 0.3),
    "wood": ((0.04, 0.1), (0.25, 0.7), (0.2, 0.8), "wood", 0.3, 0.1),
    "wood2": ((0.04, 0.1), (0.25, 0.7), (0.25, 0.85), "wood", 0.2, 0.1),
    "bottle": ((0.1, 0.6), (0.1, 0.8), (0.15, 0.8), "cloud", 0.8, 0.9),
    "cap": ((0.0, 1.0), (0.2, 0.9), (0.2, 0.9), "grain", 0.5, 0.4),
    "china": ((0.0, 1.0), (0.0, 0.6), (0.4, 0.98), "cloud", 0.8, 0.8),
    "liquid": ((0.02, 0.1), (0.4, 0.8), (0.1, 0.5), "grain", 0.0, 0.0),
    "box": ((0.05, 0.12), (0.2, 0.6), (0.3, 0.6), "cloud", 0.0, 0.0),
    "box2": ((0.05, 0.12), (0.2, 0.6), (0.45, 0.75), "cloud", 0.0, 0.0),
    "box3": ((0.05, 0.12), (0.15, 0.5), (0.6, 0.9), "cloud", 0.0, 0.0),
    "wall": ((0.0, 0.15), (0.05, 0.6), (0.35, 0.9), "bricks", 0.0, 0.0),
    "roof": ((0.0, 0.1), (0.2, 0.7), (0.15, 0.6), "waves", 0.0, 0.0),
    "plastic": ((0.0, 1.0), (0.0, 0.5), (0.08, 0.9), "grain", 0.2, 0.2),
    "plastic2": ((0.0, 1.0), (0.0, 0.5), (0.08, 0.9), "grain", 0.4, 0.2),
    "screen": ((0.5, 0.75), (0.1, 0.8), (0.05, 0.9), "crowd", 0.0, 0.0),
}


def natural(rng: np.random.Generator, name: str) -> Material:
    """The material of a name as one expects it; KeyError for a name without a look."""
    hue, saturation, value, field, relief, gloss = _LOOKS[name]
    tone = colorsys.hsv_to_rgb(rng.uniform(*hue) % 1, rng.uniform(*saturation), rng.uniform(*value))
    contrast = rng.uniform(0.05, 0.22) * (40 + 150 * max(tone))
    base = np.array(tone) * 255
    tones = np.clip(np.stack([base - contrast, base, base + contrast * 0.8]), 0, 255)
    scale = float(np.exp(rng.normal(-0.4, 0.5)))
    return Material(
        ramp(tones, False),
        field,
        scale,
        float(rng.normal(0, 0.5)),
        relief,
        gloss * float(rng.random()),
    )


def dresser(
    rng: np.random.Generator,
    colours: NDArray[np.float64],
    realism: float,
    behind: Colour | None = None,
    closeness: float = 0.0,
) -> Dress:
    """A wardrobe for one thing: the same name gives the same material.

    `realism`: share of pieces in their natural materials. `closeness`: share of the others whose colour
    is near `behind`, so that the outline is faint and the things's own parts stand out more.
    """
    worn: dict[str, Material] = {}

    def dress(name: str) -> Material:
        if name not in worn:
            if name in _LOOKS and rng.random() < realism:
                worn[name] = natural(rng, name)
            elif behind is not None and rng.random() < closeness:
                worn[name] = surface(
                    rng, colours, near(rng, behind, float(np.exp(rng.normal(2.3, 0.6))))
                )
            elif rng.random() < 0.12:
                worn[name] = plain(
                    colours[rng.integers(len(colours))], contrast=float(rng.uniform(0, 8))
                )
            else:
                worn[name] = surface(rng, colours)
        return worn[name]

    return dress
