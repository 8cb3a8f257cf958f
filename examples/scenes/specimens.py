"""Views of specimens: cells under a microscope, a surface with faults, plants."""

import numpy as np
from numpy.random import Generator

from examples.scenes.animals import insect
from examples.scenes.canvas import Canvas
from examples.scenes.forms import cluster, patch, solid, wire
from examples.scenes.plants import flower, fruit, leafy, mushroom, single_leaf, tree
from examples.scenes.random_outlines import blob
from examples.scenes.sampling import count, happens, log_uniform, one_of
from examples.scenes.scenery import Painter, new_canvas, start
from examples.scenes.textures import Colour, grey, near, plain, render
from examples.scenes.things import Maker, Thing

_CELL_GROUNDS = ("cloud", "grain", "smoke", "stone")
_SURFACES = (
    "brushed",
    "grain",
    "stone",
    "sand",
    "cloud",
    "weave",
    "wood",
    "cracks",
    "marble",
)
_FAULTS: tuple[Maker, ...] = (wire, patch, solid, cluster, wire)
_PLANTS: tuple[Maker, ...] = (
    single_leaf,
    leafy,
    flower,
    fruit,
    tree,
    mushroom,
    wire,
    insect,
)


def cells(rng: Generator, height: int, width: int) -> Canvas:
    """A micrograph: cells or grains, dark or bright, round or ragged, touching."""
    is_dark = happens(rng, 0.4)
    level = 25.0 if is_dark else 215.0
    tone = near(rng, level * rng.uniform(0.7, 1.1, 3), 12)
    material = plain(
        tone,
        field=one_of(rng, _CELL_GROUNDS),
        contrast=rng.uniform(2, 18),
        scale=rng.uniform(0.5, 2),
    )
    canvas = new_canvas(rng, render(rng, material, height, width))
    # A microscope blurs more than a camera.
    canvas.softness = rng.uniform(0.3, 1.8)
    common = _cell_tone(rng, tone, is_dark)
    colours = np.stack([near(rng, common, 12) for _ in range(4)])
    painter = Painter(canvas, rng, colours)
    waves = count(rng, 1, 9)
    roughness = rng.uniform(0.05, 0.7)
    has_nucleus = happens(rng, 0.4)
    size = log_uniform(rng, 16, 90)
    density = rng.uniform(0.05, 0.7)
    # So many cells as cover a share of the picture, up to 70.
    number = int(min(70, height * width / size**2 * density))
    for _ in range(max(3, number)):
        painter.put(
            _cell(rng, roughness, waves, has_nucleus),
            size * rng.lognormal(0, 0.25),
            at=painter.anywhere(-0.02),
            turn=2.0,
            realism=0.0,
            closeness=0.15,
            shadow=0.0,
        )
    return painter.canvas


def _cell_tone(rng: Generator, ground: Colour, is_dark: bool) -> Colour:
    """What all cells are near to: grey on a dark ground, darker than a bright one."""
    if is_dark:
        return near(rng, grey(140.0), 45)
    return near(rng, ground * rng.uniform(0.35, 0.9), 18)


def _cell(rng: Generator, roughness: float, waves: int, has_nucleus: bool) -> Thing:
    """A blob, with another one in it as its nucleus."""
    thing = Thing("cell")
    body = thing.add("a", blob(rng, roughness, waves))
    if has_nucleus:
        nucleus = blob(rng, 0.2, 4) * 0.45
        thing.add("b", nucleus, label="nucleus", inside=body)
    return thing


def surface(rng: Generator, height: int, width: int) -> Canvas:
    """A surface with faults: stains, scratches, cracks, dents, holes; often faint."""
    tone = near(rng, grey(rng.uniform(40, 210)), 15)
    material = plain(
        tone,
        field=one_of(rng, _SURFACES),
        contrast=rng.uniform(3, 35),
        scale=rng.uniform(0.5, 2.5),
    )
    canvas = new_canvas(rng, render(rng, material, height, width))
    canvas.softness = rng.uniform(0.2, 2.2)
    distance = rng.uniform(8, 70)
    # Faults have colours near the surface itself, so that some are faint.
    colours = np.stack([near(rng, tone, distance) for _ in range(4)])
    painter = Painter(canvas, rng, colours)
    for _ in range(count(rng, 1, 8)):
        painter.put(
            one_of(rng, _FAULTS)(rng),
            size=log_uniform(rng, 24, 400),
            at=painter.anywhere(),
            turn=2,
            realism=0,
            closeness=0.3,
            shadow=0.0,
        )
    return painter.canvas


def vegetation(rng: Generator, height: int, width: int) -> Canvas:
    """Leaves over leaves, stems, fruit, flowers."""
    painter = start(rng, height, width)
    painter.clutter(count(rng, 2, 14), (30, 200), _PLANTS)
    painter.defocus(0.6)
    # Two kinds of plants are asked for; all kinds are in the background.
    kinds = [_PLANTS[number] for number in rng.integers(0, len(_PLANTS), 2)]
    size = log_uniform(rng, 40, 260)
    for _ in range(count(rng, 2, 14)):
        painter.put(
            one_of(rng, kinds)(rng),
            size * rng.uniform(0.5, 1.5),
            at=painter.anywhere(),
            turn=1.2,
            realism=0.8,
            closeness=0.4,
        )
    painter.in_front(0.3)
    return painter.canvas
