"""The demo's room: wall, floor, furniture, a lamp, a plant, a cat, a person."""

import numpy as np
from numpy.random import Generator

from examples.demo.scenery import Choice, View, daylight, somewhere, stand_all
from examples.scenes.backgrounds import band, floor
from examples.scenes.buildings import window
from examples.scenes.furniture import chair, lamp, sofa, table
from examples.scenes.people import person
from examples.scenes.plants import leafy
from examples.scenes.quadrupeds import quadruped
from examples.scenes.sampling import count, one_of
from examples.scenes.staging import lay
from examples.scenes.textures import grey, near, plain, render
from examples.scenes.things import Maker
from examples.scenes.wardrobe import natural
from examples.scenes.wares import bag, carton, clock, device

_ON_FLOOR: tuple[Choice, ...] = (
    (chair, 0.42),
    (chair, 0.42),
    (sofa, 0.34),
    (table, 0.3),
    (lamp, 0.6),
    (leafy, 0.42),
    (quadruped, 0.2),
    (person, 0.7),
    (bag, 0.16),
    (carton, 0.2),
)
_ON_WALL: tuple[Maker, ...] = (window, clock, device)
_PAPER = np.array([205.0, 195.0, 180.0])


def home(rng: Generator, height: int, width: int) -> View:
    """A room, seen from its middle."""
    level = rng.uniform(0.52, 0.66)
    tone = near(rng, _PAPER, 22)
    pattern = one_of(rng, ("cloud", "plaid", "grain"))
    paper = plain(tone, pattern, contrast=6, scale=2.0)
    canvas = daylight(rng, render(rng, paper, height, width))

    low = round(level * height)
    boards = natural(rng, one_of(rng, ("wood", "wood2")))
    canvas.image[low:] = floor(rng, boards, height - low, width)
    skirting_board = slice(low - 6, low)
    canvas.image[skirting_board] = near(rng, grey(235.0), 6)
    for _ in range(count(rng, 1, 4)):
        at = somewhere(rng, canvas, across=(0.1, 0.9), down=(0.15, 0.35))
        thing = one_of(rng, _ON_WALL)(rng)
        size = height * rng.uniform(0.16, 0.36)
        lay(canvas, rng, thing, at, size, turn=0.02, shadow=0.3, company=2)
    feet = rng.uniform(level + 0.05, 1.0, count(rng, 5, 10))
    stand_all(canvas, rng, _ON_FLOOR, feet, margin=0.08, farthest=0.4)
    regions = [
        ("wall", band(height, width, 0, level)),
        ("floor", band(height, width, level, 1)),
    ]
    return View(canvas, regions)
