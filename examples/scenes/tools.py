"""Tools and machine components. Each function makes one, in units of its own."""

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import (
    Outline,
    box,
    capsule,
    disc,
    ellipse,
    from_xy,
    full_turn,
    point_at,
    polar,
    polygon,
)
from examples.scenes.sampling import count, either, one_of
from examples.scenes.things import Thing


def gear(rng: Generator) -> Thing:
    """A toothed wheel, washer or ring with holes."""
    teeth = count(rng, 6, 22)
    points = teeth * 4
    # Four points a tooth: two outside, two inside.
    is_tooth = np.arange(points) % 4 < 2
    radius = np.where(is_tooth, 1.0, one_of(rng, (0.8, 0.88, 1.0)))
    rim = polar(full_turn(points), radius)
    hub = rng.uniform(0.15, 0.6)
    holes = []
    if hub < 0.35:
        # Holes around the hub need room.
        number = count(rng, 0, 7)
        turns = 2 * np.pi * np.arange(number) / max(number, 1)
        holes = [disc(0.14, at=point_at(turn, 0.6)) for turn in turns]

    thing = Thing("gear")
    thing.add("metal", [rim, disc(hub), *holes])
    return thing


def bolt(rng: Generator) -> Thing:
    """A bolt or screw: head and threaded shaft."""
    length = rng.uniform(1.0, 2.6)
    radius = rng.uniform(0.15, 0.3)
    x = np.arange(0.2, length, 0.1)
    # Every second point of the shaft is at the bottom of a groove.
    is_groove = np.arange(len(x)) % 2 == 0
    half = radius * np.where(is_groove, 0.82, 1.0)
    upper = from_xy(x, -half)
    lower = from_xy(x, half)
    tip = polygon((length, 0))
    corners = polygon((0, -radius), (0, radius))
    shaft = np.concatenate([corners[1:], lower, tip, upper[::-1], corners[:1]])

    thing = Thing("bolt")
    thing.add("metal", shaft, label="shaft")
    head = box(
        x0=-0.35,
        y0=-radius * 2,
        x1=0,
        y1=radius * 2,
        corner=0.05,
    )
    thing.add("metal2", head, label="tool head")
    return thing


def tool(rng: Generator) -> Thing:
    """A hammer, spanner, knife or spoon: a long handle and what it is for."""
    head = one_of(rng, (_hammer(), _spanner(), _blade(), _bowl()))
    material = either(rng, 0.6, "wood", "bright")
    handle = capsule(
        start=(0, 0),
        end=(2, 0),
        r0=0.12,
        r1=rng.uniform(0.08, 0.16),
    )

    thing = Thing("tool")
    thing.add(material, handle, label="handle")
    thing.add("metal", *head, label="tool head")
    return thing


def _hammer() -> list[Outline]:
    """The head of a hammer, with its claw."""
    block = box(-0.35, -0.6, 0.05, 0.5, corner=0.06)
    claw = polygon(
        (-0.35, 0.4),
        (0.05, 0.4),
        (-0.1, 0.85),
    )
    return [[block], [claw]]


def _spanner() -> list[Outline]:
    """A round head with an open jaw."""
    jaw = polygon(
        (-0.7, -0.18),
        (-0.2, -0.15),
        (-0.2, 0.15),
        (-0.7, 0.18),
    )
    return [[disc(0.4, at=(-0.2, 0)), jaw]]


def _blade() -> list[Outline]:
    """The blade of a knife."""
    blade = polygon(
        (0.1, -0.13),
        (-1.6, -0.25),
        (-1.9, 0.0),
        (-1.5, 0.13),
        (0.1, 0.13),
    )
    return [[blade]]


def _bowl() -> list[Outline]:
    """The bowl of a spoon."""
    return [[ellipse(0.5, 0.32, at=(-0.4, 0))]]
