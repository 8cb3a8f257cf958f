"""Plants and their parts, and cells. Each function makes one, in units of its own."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.outlines import (
    Ring,
    capsule,
    disc,
    ellipse,
    polar,
    polygon,
    ribbon,
)
from examples.scenes.random_outlines import blob, leaf, rough
from examples.scenes.sampling import count, either, happens, one_of
from examples.scenes.things import Thing


def leafy(rng: Generator) -> Thing:
    """A plant: thin stems with leaves, some with flowers or fruit, some in a pot."""
    stems: list[Ring] = []
    leaves: list[Ring] = []
    fruits: list[Ring] = []
    broad = rng.uniform(0.15, 0.7)
    leaves_each = count(rng, 2, 7)
    for _ in range(count(rng, 1, 6)):
        lean = rng.normal(0, 0.5)
        line = polygon(
            (0, 0),
            (lean * 0.3, -0.5),
            (lean, -rng.uniform(0.8, 1.6)),
        )
        stems.append(ribbon(line, [0.07, 0.03]))
        # No leaf grows at the foot of a stem.
        for share in rng.uniform(0.2, 1.0, leaves_each):
            ring = leaf(
                rng,
                foot=_along(line, share),
                length=rng.uniform(0.25, 0.6),
                angle=-np.pi / 2 + rng.normal(lean * 0.5, 0.9),
                width=broad,
            )
            leaves.append(ring)
        if happens(rng, 0.4):
            tip = line[2] + rng.normal(0, 0.05, 2)
            fruits.append(disc(0.12, tip))

    thing = Thing("plant", standing=True)
    thing.add("stem", *stems)
    for number, each in enumerate(leaves):
        # Two tones, so that leaves stand out against each other.
        material = "leaf" if number % 2 else "leaf2"
        thing.add(material, each, label="leaf")
    for each in fruits:
        thing.add("bright", each, label="fruit")
    if happens(rng, 0.4):
        pot = polygon(
            (-0.4, -0.05),
            (0.4, -0.05),
            (0.28, 0.6),
            (-0.28, 0.6),
        )
        thing.add("clay", pot, label="flowerpot")
    return thing


def _along(line: Ring, share: float) -> NDArray[np.float64]:
    """The point of the quadratic Bézier curve of three points, at a share of its length."""
    rest = 1 - share
    first = rest**2 * line[0]
    middle = 2 * share * rest * line[1]
    last = share**2 * line[2]
    point: NDArray[np.float64] = first + middle + last
    return point


def flower(rng: Generator) -> Thing:
    """Petals about a heart, on a stem or not."""
    number = count(rng, 4, 14)
    wide = rng.uniform(0.35, 0.9)
    petals = []
    for petal in range(number):
        ring = leaf(
            rng,
            foot=(0, 0),
            length=rng.uniform(0.85, 1.1),
            angle=2 * np.pi * petal / number + rng.normal(0, 0.08),
            width=wide,
        )
        petals.append(ring)
    other = either(rng, 0.3, "bright2", "bright")

    thing = Thing("flower")
    if happens(rng, 0.5):
        line = [
            (0, 0),
            (0.1, 1),
            (rng.normal(0, 0.3), 2),
        ]
        thing.add("stem", ribbon(line, [0.08, 0.08]))
    thing.add("bright", *petals[::2])
    thing.add(other, *petals[1::2])
    thing.add("heart", disc(0.25))
    return thing


def tree(rng: Generator) -> Thing:
    """A trunk that forks and a crown of many small pieces, through which the background shows."""
    crown = []
    for _ in range(count(rng, 5, 28)):
        size = rng.uniform(0.12, 0.5)
        at = rng.normal(0, 0.42, 2) * (1, 0.8) + (0, -1.0)
        ring = blob(rng, 0.5) * size + at
        crown.append(rough(rng, ring, amount=0.02, step=0.04))
    boughs = []
    for x in rng.normal(0, 0.4, 3):
        line = [(0, 0.9), (0, 0), (x, -1.0)]
        boughs.append(ribbon(line, [0.22, 0.14, 0.05]))

    # The crown hides most of the boughs.
    thing = Thing("tree", standing=True)
    thing.add("bark", *boughs, label="trunk")
    thing.add("foliage", *crown[::2])
    thing.add("foliage2", *crown[1::2])
    return thing


def fruit(rng: Generator) -> Thing:
    """A round fruit with a stalk, perhaps a leaf."""
    thing = Thing("fruit")
    thing.add("peel", blob(rng, 0.12, 3))
    stalk = [
        (0, -0.7),
        (0.05, -1),
        (0.15, -1.2),
    ]
    thing.add("stem", ribbon(stalk, [0.08, 0.06]))
    if happens(rng, 0.4):
        beside = leaf(
            rng,
            foot=(0.05, -0.95),
            length=0.8,
            angle=rng.uniform(-0.6, 0.3),
        )
        thing.add("leaf", beside, label="leaf")
    return thing


def single_leaf(rng: Generator) -> Thing:
    """One leaf with its ribs, entire, lobed or eaten."""
    if happens(rng, 0.5):
        outline = leaf(
            rng,
            foot=(0, 0),
            length=2.0,
            angle=0.0,
            width=rng.uniform(0.3, 0.9),
        )
    else:
        outline = _lobed(rng)
    middle = outline.mean(axis=0)
    stalk = outline.min(axis=0) * (1, 0)
    tips = outline[rng.integers(0, len(outline), 7)]
    ribs = [ribbon([stalk, middle, tip], [0.05, 0.02]) for tip in tips]
    holes = []
    for _ in range(count(rng, 0, 3)):
        hole = ellipse(0.1, 0.07, middle + rng.normal(0, 0.3, 2))
        # Reversed, as the first scenes had it: the base must stay the same to the px.
        holes.append(hole[::-1])

    thing = Thing("leaf")
    body = thing.add("leaf", [outline, *holes])
    thing.add("leaf2", *ribs, inside=body)
    return thing


def _lobed(rng: Generator) -> Ring:
    """The outline of a leaf with three, five or seven lobes."""
    turn = np.linspace(-np.pi, np.pi, 120, endpoint=False)
    wave = np.abs(np.cos(turn * one_of(rng, (1.5, 2.5, 3.5))))
    radius = 0.55 + 0.45 * wave ** rng.uniform(0.5, 2)
    return polar(turn, radius)


def mushroom(rng: Generator) -> Thing:
    """Cap and stalk."""
    # The upper half of an ellipse: its second 24 points.
    dome = ellipse(1, rng.uniform(0.5, 1.0))[24:]
    brim = polygon((1, 0.05), (0, 0.2), (-1, 0.05))
    spots = []
    for _ in range(count(rng, 0, 9)):
        at = rng.uniform(-0.8, 0.8, 2) * (1, 0.5)
        spots.append(ellipse(0.1, 0.07, at))

    thing = Thing("mushroom")
    stalk = capsule(
        (0, 0),
        (rng.normal(0, 0.2), 1.1),
        r0=0.25,
        r1=0.32,
    )
    thing.add("white", stalk, label="mushroom stem")
    cap = thing.add(
        "bright",
        np.concatenate([dome, brim]),
        label="mushroom cap",
    )
    if spots:
        thing.add("white", *spots, inside=cap)
    return thing


def cell(rng: Generator) -> Thing:
    """A cell with its nucleus."""
    thing = Thing("cell")
    body = thing.add("plasma", blob(rng, rng.uniform(0.1, 0.5), 4))
    nucleus = blob(rng, 0.15, 4) * rng.uniform(0.3, 0.55)
    thing.add(
        "nucleus",
        nucleus + rng.normal(0, 0.1, 2),
        label="nucleus",
        inside=body,
    )
    return thing
