"""Furniture. Each function makes one, in units of its own."""

from itertools import pairwise

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import (
    Ring,
    box,
    capsule,
    ellipse,
    polygon,
)
from examples.scenes.random_outlines import blob
from examples.scenes.sampling import count, either, happens
from examples.scenes.things import Thing


def chair(rng: Generator) -> Thing:
    """A chair or stool of bars; the room shows between its legs."""
    width = rng.uniform(0.5, 0.8)
    leg = rng.uniform(0.6, 1.0)
    thick = rng.uniform(0.03, 0.09)
    skew = rng.uniform(0.1, 0.35)
    seat = polygon(
        (-width, 0.1),
        (width, 0.1),
        (width + skew, -0.12),
        (-width + skew, -0.12),
    )
    # The far legs first: the seat hides their upper ends.
    tops = [
        (-width + skew, -0.1),
        (width + skew - 0.05, -0.1),
        (-width + 0.05, 0.1),
        (width - 0.05, 0.1),
    ]
    legs = []
    for x, y in tops:
        # Legs spread a little.
        foot = (x * rng.uniform(1.0, 1.2), y + leg)
        legs.append(capsule((x, y), foot, thick, thick * 0.8))
    backrest = _backrest(rng, width, thick, skew)
    material = either(rng, 0.6, "cloth", "wood")

    thing = Thing("chair", standing=True)
    thing.add("wood", *legs[:2])
    thing.add("wood", *backrest, label="backrest")
    thing.add("wood", *legs[2:])
    thing.add(
        material,
        seat,
        box(-width, 0.08, width, 0.16, corner=0.03),
        label="seat",
    )
    return thing


def _backrest(rng: Generator, width: float, thick: float, skew: float) -> list[Ring]:
    """Two posts with some slats, or one board, between them."""
    high = rng.uniform(0.6, 1.2)
    posts = []
    for x in (-width + 0.05, width - 0.05):
        foot = (x + skew, -0.1)
        top = (x + skew * 1.2, -high)
        posts.append(capsule(foot, top, thick))
    left = -width + skew
    right = width + skew
    levels = np.linspace(-high, -0.35, count(rng, 1, 5))
    slats = [box(left, y, right, y + 0.1, corner=0.03) for y in levels]
    # One board instead of slats.
    if happens(rng, 0.35):
        slats = [box(left, -high, right, -0.3, corner=0.12)]
    return posts + slats


def table(rng: Generator) -> Thing:
    """A table or desk, perhaps with drawers."""
    width = rng.uniform(0.8, 1.6)
    leg = rng.uniform(0.5, 0.9)
    thick = rng.uniform(0.03, 0.08)
    deep = rng.uniform(0.05, 0.4)
    top = polygon(
        (-width, 0),
        (width, 0),
        (width * 0.85, -deep),
        (-width * 0.85, -deep),
    )
    # The far legs are nearer to each other and stand higher.
    feet = [
        (-width * 0.8, -deep * 0.4),
        (width * 0.8, -deep * 0.4),
        (-width * 0.93, 0),
        (width * 0.93, 0),
    ]
    legs = [
        box(
            x0=x - thick,
            y0=y,
            x1=x + thick,
            y1=y + leg,
        )
        for x, y in feet
    ]

    thing = Thing("table", standing=True)
    thing.add("wood", *legs)
    thing.add(
        "wood2",
        top,
        box(-width, 0, width, 0.09),
    )
    if happens(rng, 0.5):
        _add_drawers(thing, width, leg)
    return thing


def _add_drawers(table: Thing, width: float, leg: float) -> None:
    """Put a chest with two drawers below a table, on its right."""
    chest = box(
        x0=width * 0.2,
        y0=0.09,
        x1=width * 0.85,
        y1=leg * 0.9,
    )
    table.add("wood", chest)
    for y in (0.14, 0.14 + leg * 0.27):
        drawer = box(
            x0=width * 0.24,
            y0=y,
            x1=width * 0.81,
            y1=y + leg * 0.2,
            corner=0.01,
        )
        table.add("wood2", drawer, label="drawer")


def sofa(rng: Generator) -> Thing:
    """A sofa or armchair with cushions."""
    width = rng.uniform(0.7, 1.7)
    high = rng.uniform(0.6, 1.0)
    # One cushion for each person.
    seats = max(1, round(width / 0.6))
    seams = np.linspace(-width, width, seats + 1)

    thing = Thing("sofa", standing=True)
    feet = [box(x - 0.05, 0.4, x + 0.05, 0.6) for x in (-width, width)]
    thing.add("wood", *feet)
    thing.add("cloth", box(-width, -high, width, 0.4, corner=0.15))
    for left, right in pairwise(seams):
        seat = box(
            x0=left + 0.02,
            y0=-0.1,
            x1=right - 0.02,
            y1=0.2,
            corner=0.08,
        )
        thing.add("cloth", seat)
    for x in (-width - 0.1, width + 0.1):
        arm = box(
            x0=x - 0.14,
            y0=-0.45,
            x1=x + 0.14,
            y1=0.45,
            corner=0.12,
        )
        thing.add("cloth", arm)
    if happens(rng, 0.6):
        cushion = blob(rng, 0.1, 3) * 0.28
        x = rng.uniform(-width, width) * 0.7
        thing.add(
            "cloth2",
            cushion + (x, -0.25),
            label="cushion",
        )
    return thing


def lamp(rng: Generator) -> Thing:
    """A lamp: foot, pole, shade."""
    tall = rng.uniform(0.5, 2.2)
    wide = rng.uniform(0.35, 0.7)
    shade = polygon(
        (-wide * rng.uniform(0.3, 1), -0.7),
        (wide * rng.uniform(0.3, 1), -0.7),
        (wide, 0),
        (-wide, 0),
    )

    thing = Thing("lamp", standing=True)
    thing.add(
        "chrome",
        box(-0.04, 0, 0.04, tall),
        ellipse(0.35, 0.08, at=(0, tall)),
    )
    thing.add("paper", shade, label="lampshade")
    return thing
