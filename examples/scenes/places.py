"""Views of places: from above, and of a wall with its windows."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from examples.scenes.buildings import sign, window
from examples.scenes.canvas import Canvas
from examples.scenes.forms import wire
from examples.scenes.furniture import lamp
from examples.scenes.outlines import Ring, box, disc, polygon, ribbon
from examples.scenes.people import person
from examples.scenes.plants import tree
from examples.scenes.random_outlines import blob, wander
from examples.scenes.sampling import count, happens, log_uniform, one_of
from examples.scenes.scenery import start
from examples.scenes.textures import near, one_of_palette
from examples.scenes.things import Maker, Thing, turned

_BEFORE_A_WALL: tuple[Maker, ...] = (tree, wire, person, sign, lamp)


def aerial(rng: Generator, height: int, width: int) -> Canvas:
    """From above: fields, roads, roofs and cars at one common angle, trees."""
    painter = start(rng, height, width, busy=rng.uniform(0.1, 0.8))
    # Roofs and cars follow one grid, as in a town.
    street_angle = rng.uniform(0, np.pi)
    unit = log_uniform(rng, 22, 90)
    for _ in range(count(rng, 0, 4)):
        painter.put(
            _road(rng),
            # Most roads leave the picture at both ends.
            size=max(height, width) * 1.4,
            at=painter.anywhere(),
            turn=2,
            realism=0,
            closeness=0.6,
            shadow=0,
        )
    for _ in range(count(rng, 4, 22)):
        kind = rng.random()
        at = painter.anywhere(-0.03)
        size = unit * rng.uniform(0.6, 2.2)
        turn = 0.0
        if kind < 0.55:
            roof = _roof(rng)
            side = one_of(rng, (0, np.pi / 2))
            thing = turned(roof, street_angle + side)
        elif kind < 0.8:
            thing = _crown(rng)
            turn = 2.0
        else:
            thing = turned(_car(rng), street_angle)
            turn = 0.1
            # A car is smaller than a house.
            size = unit * 0.45
        painter.put(
            thing,
            size,
            at,
            turn=turn,
            realism=0.3,
            closeness=0.4,
            bend=0.2,
            shadow=rng.uniform(0, 0.7),
        )
    return painter.canvas


def _road(rng: Generator) -> Thing:
    """A long band with bends."""
    line = wander(rng, 4, 0.25)
    width = rng.uniform(0.08, 0.3)
    thing = Thing("wire")
    thing.add("a", ribbon(line, [width, width]))
    return thing


def _crown(rng: Generator) -> Thing:
    """A tree from above."""
    crown = []
    for _ in range(count(rng, 1, 5)):
        outline = blob(rng, 0.6, 9) * rng.uniform(0.5, 1)
        crown.append(outline + rng.normal(0, 0.3, 2))
    thing = Thing("tree")
    thing.add("foliage", *crown)
    return thing


def _car(rng: Generator) -> Thing:
    """A car from above."""
    wide = rng.uniform(0.35, 0.55)
    thing = Thing("car")
    thing.add("paint", box(-1, -wide, 1, wide, corner=0.2))
    thing.add(
        "glass",
        box(
            x0=-0.6,
            y0=-wide * 0.8,
            x1=-0.2,
            y1=wide * 0.8,
            corner=0.05,
        ),
        box(
            x0=0.3,
            y0=-wide * 0.8,
            x1=0.55,
            y1=wide * 0.8,
            corner=0.05,
        ),
    )
    return thing


def _roof(rng: Generator) -> Thing:
    """A flat roof with a wing, or a gable roof with chimneys."""
    deep = rng.uniform(0.35, 1.0)
    cut = rng.uniform(0.3, 0.7)
    thing = Thing("building")
    if happens(rng, 0.3):
        thing.add("roof", _roof_with_wing(deep, cut))
        thing.add("metal", box(-0.6, -0.3, -0.4, -0.1))
        return thing

    ridge = deep * rng.uniform(-0.1, 0.1)
    thing.add("roof", box(-1.0, -deep, 1.0, ridge))
    thing.add("roof2", box(-1.0, ridge, 1.0, deep))
    for x in rng.uniform(-0.8, 0.7, count(rng, 0, 4)):
        chimney = box(
            x0=x,
            y0=-deep * 0.5,
            x1=x + 0.15,
            y1=-deep * 0.5 + 0.15,
        )
        thing.add("metal", chimney)
    return thing


def _roof_with_wing(deep: float, cut: float) -> Ring:
    """An L-shaped roof."""
    inner = deep * cut - deep / 2
    return polygon(
        (-1.0, -deep),
        (1.0, -deep),
        (1.0, inner),
        (cut - 0.2, inner),
        (cut - 0.2, deep),
        (-1.0, deep),
    )


def facade(rng: Generator, height: int, width: int) -> Canvas:
    """A wall with rows of the same windows, some doors; trees and wires in front of it."""
    painter = start(rng, height, width, busy=rng.uniform(0, 0.5))
    same_window = window(rng)
    pitch = log_uniform(rng, 40, 170)
    size = pitch * rng.uniform(0.4, 0.85)
    tilt = rng.normal(0, 0.05)
    tones = [near(rng, one_of_palette(rng, painter.colours), 8) for _ in range(3)]
    wall_painter = replace(painter, colours=np.stack(tones))
    realism = float(happens(rng, 0.5))
    closeness = one_of(rng, (0.0, 0.5))
    seed = count(rng, 0, 2**31)
    # The first windows may be cut by the edge of the picture.
    rows = np.arange(
        pitch * rng.uniform(0.2, 0.7),
        height + size / 2,
        pitch * rng.uniform(0.9, 1.3),
    )
    for y in rows:
        first = pitch * rng.uniform(0.0, 0.6)
        for x in np.arange(first, width + size / 2, pitch):
            if happens(rng, 0.08):
                continue
            if happens(rng, 0.06):
                thing = _door()
                own_painter = wall_painter
            else:
                # All windows are painted from one seed, so that they are alike.
                thing = same_window
                own_painter = replace(wall_painter, rng=np.random.default_rng(seed))
            own_painter.put(
                thing,
                size,
                at=(x, y + tilt * x),
                turn=0.02,
                realism=realism,
                closeness=closeness,
                bend=0.15,
            )
    painter.clutter(count(rng, 0, 4), (50, 260), _BEFORE_A_WALL)
    return painter.canvas


def _door() -> Thing:
    """A wooden door with a pane and a knob."""
    thing = Thing("door")
    leaf = thing.add("wood", box(-0.5, -1, 0.5, 1))
    thing.add(
        "glass",
        box(-0.35, -0.8, 0.35, -0.1),
        inside=leaf,
    )
    thing.add("chrome", disc(0.05, at=(0.38, 0.1)))
    return thing
