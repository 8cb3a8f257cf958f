"""The demo's garden: plants in pots, flowers, mushrooms, fruit, leaves, birds and insects."""

import numpy as np
from numpy.random import Generator

from examples.demo.scenery import Choice, View, daylight, somewhere, stand_all
from examples.scenes.animals import bird, insect
from examples.scenes.backgrounds import band, floor, sky
from examples.scenes.plants import flower, fruit, leafy, mushroom, single_leaf, tree
from examples.scenes.quadrupeds import quadruped
from examples.scenes.sampling import count, happens, one_of
from examples.scenes.staging import lay
from examples.scenes.textures import blurred, near, plain, render
from examples.scenes.things import Maker
from examples.scenes.wardrobe import natural

_STANDING: tuple[Choice, ...] = (
    (leafy, 0.55),
    (leafy, 0.5),
    (flower, 0.3),
    (mushroom, 0.2),
    (fruit, 0.15),
    (bird, 0.17),
    (quadruped, 0.22),
    (tree, 0.7),
)
_LYING: tuple[Maker, ...] = (single_leaf, single_leaf, insect)
_GRASS = np.array([96.0, 118.0, 62.0])
_SOIL = np.array([112.0, 88.0, 66.0])


def garden(rng: Generator, height: int, width: int) -> View:
    """A lawn or a bed."""
    level = rng.uniform(0.0, 0.4)
    canvas = daylight(rng, sky(rng, height, width))
    low = round(level * height)
    if happens(rng, 0.6):
        name = "grass"
        tone = near(rng, _GRASS, 12)
        ground = plain(tone, "blades", contrast=30, scale=rng.uniform(0.3, 0.6))
    else:
        name = "soil"
        tone = near(rng, _SOIL, 12)
        ground = plain(tone, "rubble", contrast=20, scale=rng.uniform(0.3, 0.6))
    canvas.image[low:] = floor(rng, ground, height - low, width)
    # A hedge behind the lawn, out of focus.
    if low > 30:
        top = round(low * 0.45)
        hedge = render(rng, natural(rng, "foliage"), low - top, width)
        canvas.image[top:low] = blurred(hedge, 2.5)

    feet = rng.uniform(level + 0.12, 1.02, count(rng, 5, 12))
    stand_all(canvas, rng, _STANDING, feet, margin=0.03, farthest=0.5)
    for _ in range(count(rng, 0, 6)):
        thing = one_of(rng, _LYING)(rng)
        at = somewhere(rng, canvas, across=(0, 1), down=(max(level, 0.3), 1))
        size = height * rng.uniform(0.08, 0.2)
        lay(canvas, rng, thing, at, size)
    regions = [
        ("sky", band(height, width, 0, level)),
        (name, band(height, width, level, 1)),
    ]
    return View(canvas, regions)
