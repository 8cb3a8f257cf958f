"""Birds, fish and insects. Each function makes one, in units of its own."""

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import (
    Ring,
    capsule,
    disc,
    ellipse,
    from_xy,
    polygon,
    ribbon,
    rotate,
)
from examples.scenes.random_outlines import leaf
from examples.scenes.sampling import count, happens
from examples.scenes.things import Thing


def bird(rng: Generator) -> Thing:
    """A bird, sitting or with a wing spread."""
    body = rotate(ellipse(0.9, rng.uniform(0.35, 0.55)), 0.3)
    wing = leaf(
        rng,
        foot=(0.3, -0.1),
        length=rng.uniform(0.7, 1.8),
        angle=rng.uniform(2.2, 4.3),
        width=rng.uniform(0.4, 0.8),
    )
    tail = leaf(
        rng,
        foot=(-0.6, 0.1),
        length=rng.uniform(0.5, 1.3),
        angle=np.pi - rng.uniform(-0.4, 0.4),
        width=0.4,
    )
    beak = polygon(
        (1.0, -0.6),
        (1.0 + rng.uniform(0.2, 0.6), -0.5),
        (0.98, -0.42),
    )

    thing = Thing("animal")
    # Legs and tail are behind the body, the wing is in front of it.
    thing.add("dark", _bird_leg(-0.1), _bird_leg(0.15))
    thing.add("coat2", tail)
    thing.add(
        "coat",
        body,
        ellipse(0.3, 0.28, at=(0.8, -0.5)),
        capsule(
            (0.3, -0.1),
            (0.75, -0.4),
            r0=0.35,
            r1=0.2,
        ),
    )
    thing.add("coat2", wing, label="wing")
    thing.add("bright", beak)
    thing.add("dark", disc(0.06, at=(0.9, -0.56)))
    return thing


def _bird_leg(x: float) -> Ring:
    """A thin leg below x."""
    line = [
        (x, 0.35),
        (x + 0.03, 0.65),
        (x + 0.1, 0.95),
    ]
    return ribbon(line, [0.06, 0.05, 0.05])


def fish(rng: Generator) -> Thing:
    """A fish from the side."""
    tall = rng.uniform(0.25, 0.6)
    t = np.linspace(0, 1, 30)
    # The exponents make it thickest before its middle, and blunt at the mouth.
    half = tall * np.sin(np.pi * t**0.7) ** 0.8 + 0.06
    belly = from_xy(1 - 2 * t, half)
    back = from_xy(1 - 2 * t, -half)
    tail = polygon(
        (-0.85, 0),
        (-1.5, -0.5),
        (-1.3, 0),
        (-1.5, rng.uniform(0.3, 0.6)),
    )
    fin = polygon(
        (0.3, -tall * 0.8),
        (-0.1, -tall * 1.6),
        (-0.5, -tall * 0.7),
    )
    stripes = []
    for x in rng.uniform(-0.7, 0.7, count(rng, 1, 5)):
        width = rng.uniform(0.05, 0.2)
        line = [
            (x, -1),
            (x + 0.1, 0),
            (x, 1),
        ]
        stripes.append(ribbon(line, [width, width]))

    thing = Thing("animal")
    thing.add("coat2", tail, fin)
    body = thing.add("scales", np.concatenate([belly, back[::-1]]))
    thing.add("coat3", *stripes, inside=body)
    thing.add(
        "dark",
        disc(0.07, at=(0.72, -0.08)),
        label="eye",
    )
    thing.add("coat2", leaf(rng, foot=(0.2, 0.1), length=0.5, angle=2.6, width=0.6))
    return thing


def insect(rng: Generator) -> Thing:
    """Six thin legs and a body in two or three sections; some have wings."""
    sections = count(rng, 2, 4)
    body = []
    for x in np.linspace(-0.8, 0.8, sections):
        section = ellipse(
            rx=0.9 / sections * 1.2,
            ry=rng.uniform(0.15, 0.4),
            at=(x, 0),
        )
        body.append(section)

    thing = Thing("animal")
    # The body is added last: legs and wings begin below it.
    thing.add("dark", *_six_legs(rng))
    if happens(rng, 0.6):
        size = rng.uniform(0.8, 1.7)
        for side in (-1, 1):
            thing.add(
                "coat2",
                *_two_wings(rng, side, size),
                label="wing",
            )
    thing.add("coat", *body)
    return thing


def _six_legs(rng: Generator) -> list[Ring]:
    """Three thin legs to each side."""
    legs = []
    for x in np.linspace(-0.5, 0.6, 3):
        for side in (-1, 1):
            line = [
                (x, 0),
                (x * 1.4, side * 0.5),
                (x * 1.9, side * rng.uniform(0.7, 1.1)),
            ]
            legs.append(ribbon(line, [0.07, 0.04, 0.03]))
    return legs


def _two_wings(rng: Generator, side: int, size: float) -> list[Ring]:
    """The fore wing and the hind wing of one side: -1 above the body, 1 below it."""
    foot = (0.1, side * 0.1)
    fore_wing = leaf(rng, foot, length=size, angle=side * 1.2, width=0.7)
    hind_wing = leaf(
        rng,
        foot,
        length=size * 0.75,
        angle=side * 2.1,
        width=0.7,
    )
    return [fore_wing, hind_wing]
