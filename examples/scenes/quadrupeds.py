"""Animals on four legs."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.outlines import Ring, capsule, disc, ellipse, polygon, ribbon
from examples.scenes.random_outlines import blob, leaf, limb, rough
from examples.scenes.sampling import count, either, one_of
from examples.scenes.things import Thing


def quadruped(rng: Generator) -> Thing:
    """Four legs, a body, a head; cats, dogs, horses and sheep differ in proportions."""
    length = rng.uniform(0.9, 1.8)
    height = rng.uniform(0.28, 0.55)
    leg = rng.uniform(0.3, 1.0)
    leg_width = rng.uniform(0.05, 0.14)
    neck = rng.uniform(0.0, 0.7)
    legs = _four_legs(
        rng,
        length,
        hip=height * 0.5,
        leg=leg,
        width=leg_width,
    )
    head = _head(rng, length, neck)
    tail = _tail(rng, length)
    trunk, skull = _coat(rng, length, height, head)
    ears = _ears(rng, head)
    tail_widths = np.array([0.14, 0.1, 0.05]) * rng.uniform(0.5, 2)
    far_legs = either(rng, 0.4, "coat2", "coat")
    spots = _spots(rng, length, height)

    # From back to front: the far legs are behind the body, the near ones belong to it.
    thing = Thing("animal", standing=True)
    thing.add("coat", ribbon(tail, tail_widths), label="tail")
    thing.add(far_legs, *legs[::2])
    body = thing.add("coat", *trunk, *skull, *legs[1::2])
    thing.add("coat3", *spots, inside=body)
    # Skull and muzzle are painted again, as a part of their own.
    thing.add("coat", *skull, *ears, label="head")
    thing.add("dark", disc(0.05, at=head.eye), label="eye")
    thing.add("dark", ellipse(0.07, 0.05, at=head.nose))
    return thing


@dataclass(frozen=True, slots=True)
class _Head:
    """A quadruped's head: the middle of its skull and of its muzzle, and the skull's radius."""

    at: NDArray[np.float64]
    muzzle: NDArray[np.float64]
    skull: float

    @property
    def outlines(self) -> list[Ring]:
        """Skull and muzzle."""
        return [
            ellipse(self.skull, self.skull * 0.85, self.at),
            capsule(
                self.at,
                self.muzzle,
                self.skull * 0.7,
                self.skull * 0.45,
            ),
        ]

    @property
    def eye(self) -> NDArray[np.float64]:
        """The middle of the eye."""
        return self.at + (self.skull * 0.35, -self.skull * 0.2)

    @property
    def nose(self) -> NDArray[np.float64]:
        """The middle of the nose."""
        return self.muzzle + (self.skull * 0.3, 0)


def _head(rng: Generator, length: float, neck: float) -> _Head:
    """A head before a body that is `length` long to either side, held up by `neck`."""
    at = np.array([length + 0.25 + rng.uniform(0, 0.2), -neck - 0.15])
    skull = rng.uniform(0.2, 0.38)
    muzzle = at + (skull * rng.uniform(0.5, 1.3), skull * 0.3)
    return _Head(at, muzzle, skull)


def _tail(rng: Generator, length: float) -> Ring:
    """The line of a tail, from the end of a body that is `length` long to either side."""
    root = (-length, -0.1)
    middle = (-length - 0.3, rng.uniform(-0.7, 0.5))
    tip_x = -length - rng.uniform(0.3, 0.9)
    tip_y = rng.uniform(-0.9, 0.8)
    return polygon(root, middle, (tip_x, tip_y))


def _coat(
    rng: Generator, length: float, height: float, head: _Head
) -> tuple[list[Ring], list[Ring]]:
    """Belly and neck, and skull and muzzle, with rough outlines where the hair is long."""
    fur = one_of(rng, (0.0, 0.012, 0.03))
    neck = limb(
        rng,
        start=(length * 0.7, -0.05),
        end=head.at,
        r0=height * 0.75,
        r1=head.skull * 0.7,
    )
    coat = [ellipse(length, height), neck, *head.outlines]
    if fur:
        coat = [rough(rng, ring, fur, step=0.03) for ring in coat]
    return coat[:2], coat[2:]


def _ears(rng: Generator, head: _Head) -> list[Ring]:
    """Two pointed ears."""
    ears = []
    for shift in (-0.1, 0.12):
        ear = leaf(
            rng,
            foot=(head.at[0] - 0.05 + shift, head.at[1] - head.skull * 0.5),
            length=head.skull * rng.uniform(0.7, 1.5),
            angle=-1.6 + shift * 3,
            width=0.6,
        )
        ears.append(ear)
    return ears


def _four_legs(
    rng: Generator,
    length: float,
    hip: float,
    leg: float,
    width: float,
) -> list[Ring]:
    """Legs from the hind ones to the fore ones, below a body `length` long to either side."""
    strides = rng.normal(0, 0.2, 4)
    legs = []
    for share, stride in zip((-0.8, -0.65, 0.65, 0.8), strides, strict=True):
        x = length * share
        ring = limb(
            rng,
            start=(x, hip),
            end=(x + stride, hip + leg),
            r0=width * 1.5,
            r1=width,
        )
        legs.append(ring)
    return legs


def _spots(rng: Generator, length: float, height: float) -> list[Ring]:
    """Up to three patches along a body."""
    spots = []
    for _ in range(count(rng, 0, 4)):
        patch = blob(rng) * (length * 0.3, height * 0.5)
        x = rng.uniform(-length, length) * 0.6
        spots.append(patch + (x, 0))
    if not spots:
        # A layer needs an outline: a speck that nobody sees.
        spots.append(disc(0.01))
    return spots
