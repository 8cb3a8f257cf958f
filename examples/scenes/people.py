"""People. Each function makes one, in units of its own."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.outlines import (
    Ring,
    box,
    capsule,
    disc,
    ellipse,
    polygon,
    with_mirror_image,
)
from examples.scenes.random_outlines import blob, limb, rough
from examples.scenes.sampling import count, happens, one_of
from examples.scenes.things import Thing

_HIP = 0.5  # y of the hip; the feet are at 1.5, the crown at about -1


def person(rng: Generator) -> Thing:
    """A standing or walking figure in clothes."""
    step = rng.uniform(-0.35, 0.35)
    swing = rng.normal(0, 0.5, 2)
    wide = rng.uniform(0.75, 1.35)
    legs = _legs(rng, wide, step)
    shoes = [_shoe(-1, step), _shoe(1, step)]
    hands_at = [
        _hand(-1, wide, swing[0]),
        _hand(1, wide, swing[1]),
    ]
    sleeves = _sleeves(rng, wide, hands_at)
    hands = [ellipse(0.075, 0.085, at) for at in hands_at]
    stripes = _stripes(rng)
    hair = ellipse(
        0.2,
        0.17 + rng.uniform(0, 0.1),
        at=(0, -0.87),
    )
    hair = rough(rng, hair, amount=0.01, step=0.03)
    # Everything random is sampled before anything is added, in an order that must stay.
    wears_skirt = happens(rng, 0.25)

    # From back to front: the far arm is behind the body, the near one in front of it.
    thing = Thing("person", standing=True)
    thing.add("skin", hands[0])
    thing.add("cloth", sleeves[0])
    thing.add("shoe", shoes[0], label="shoe")
    seat = ellipse(0.24 * wide, 0.15, at=(0, _HIP))
    thing.add("trousers", *legs, seat, label="trousers")
    collar = ellipse(0.3 * wide, 0.2, at=(0, -0.3))
    shirt = thing.add("cloth", _torso(wide), collar, label="shirt")
    if wears_skirt:
        thing.add("trousers", _skirt(wide))
    thing.add("cloth2", *stripes, inside=shirt)
    neck = ellipse(0.08, 0.12, at=(0, -0.55))
    skull = ellipse(0.17, 0.21, at=(0, -0.78))
    thing.add("skin", neck, skull, label="head")
    thing.add("hair", hair, label="hair")
    # The face, over the hair.
    thing.add("skin", ellipse(0.13, 0.15, at=(0.02, -0.74)))
    thing.add("cloth", sleeves[1])
    thing.add("skin", hands[1])
    thing.add("shoe", shoes[1], label="shoe")
    if happens(rng, 0.3):
        bag = blob(rng, 0.15) * 0.2
        x = 0.4 * one_of(rng, (-1, 1))
        thing.add("bag", bag + (x, 0.45), label="bag")
    return thing


def _legs(rng: Generator, wide: float, step: float) -> list[Ring]:
    """Two legs; `step`: how far each foot is before or behind the hip."""
    legs = []
    for side in (-1, 1):
        ring = limb(
            rng,
            start=(side * 0.12 * wide, _HIP),
            end=(side * 0.13 + side * step, 1.45),
            r0=0.13 * wide,
            r1=0.09,
        )
        legs.append(ring)
    return legs


def _shoe(side: int, step: float) -> Ring:
    """The shoe below the leg of a side, -1 or 1."""
    heel = side * 0.13 + side * step
    return capsule(
        (heel, 1.5),
        (heel + 0.15, 1.53),
        r0=0.07,
        r1=0.06,
    )


def _hand(side: int, wide: float, swing: float) -> NDArray[np.float64]:
    """Where the hand of a side is; `swing`: angle of the arm, in radians."""
    shoulder = np.array([side * 0.38 * wide, -0.3])
    reach = np.array([0.55 * np.sin(swing), 0.75 * np.cos(swing)])
    hand: NDArray[np.float64] = shoulder + reach
    return hand


def _sleeves(
    rng: Generator,
    wide: float,
    hands: list[NDArray[np.float64]],
) -> list[Ring]:
    """Two arms from the shoulders to the hands."""
    sleeves = []
    for side, hand in zip((-1, 1), hands, strict=True):
        ring = limb(
            rng,
            start=(side * 0.27 * wide, -0.35),
            end=hand,
            r0=0.1 * wide,
            r1=0.07,
        )
        sleeves.append(ring)
    return sleeves


def _torso(wide: float) -> Ring:
    """From the neck to the hip."""
    half = polygon(
        (0.1, -0.5),
        (0.3 * wide, -0.42),
        (0.24 * wide, _HIP + 0.08),
    )
    return with_mirror_image(half)


def _stripes(rng: Generator) -> list[Ring]:
    """Level stripes of a shirt."""
    levels = rng.uniform(-0.4, 0.4, count(rng, 1, 4))
    return [box(-0.5, y, 0.5, y + 0.08) for y in levels]


def _skirt(wide: float) -> Ring:
    """A skirt to the knee."""
    return polygon(
        (-0.2, 0.2),
        (0.2, 0.2),
        (0.4 * wide, 1.0),
        (-0.4 * wide, 1.0),
    )


def portrait(rng: Generator) -> Thing:
    """Head and shoulders."""
    wide = rng.uniform(0.9, 1.3)
    shoulders = polygon(
        (-1.2 * wide, 1.4),
        (-1.1 * wide, 0.8),
        (-0.4, 0.55),
        (0.4, 0.55),
        (1.1 * wide, 0.8),
        (1.2 * wide, 1.4),
    )
    # Most of the hair is behind the head, some in front of it.
    behind = blob(rng, 0.2, 5) * (0.7, 0.8) + (0, -0.35)
    hair = rough(rng, behind, amount=0.012, step=0.03)
    fringe = rough(
        rng,
        ellipse(0.5, 0.24, at=(0, -0.66)),
        amount=0.015,
        step=0.03,
    )

    thing = Thing("person")
    thing.add("hair", hair, label="hair")
    thing.add("skin", capsule((0, 0.1), (0, 0.7), r0=0.25, r1=0.3))
    thing.add("cloth", shoulders, label="shirt")
    thing.add(
        "skin",
        ellipse(0.45, 0.6, at=(0, -0.15)),
        label="face",
    )
    eyes = [(-0.18, -0.2), (0.18, -0.2)]
    thing.add("white", *(ellipse(0.09, 0.05, at) for at in eyes))
    thing.add(
        "dark",
        *(disc(0.045, at) for at in eyes),
        label="eye",
    )
    thing.add("lips", ellipse(0.16, 0.05, at=(0, 0.18)))
    thing.add("hair", fringe)
    return thing
