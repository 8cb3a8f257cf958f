"""Bicycles, aeroplanes and boats. Each function makes one, in units of its own."""

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import box, capsule, disc, ellipse, point_at, polygon
from examples.scenes.sampling import happens
from examples.scenes.things import Thing


def bicycle(rng: Generator) -> Thing:
    """Two ringed wheels and a frame of tubes: mostly holes."""
    gap = rng.uniform(0.62, 0.8)
    tube = rng.uniform(0.03, 0.06)
    rear_hub = (-gap, 0.0)
    front_hub = (gap, 0.0)
    pedals = (-0.1, 0.05)
    seat = (-0.25, -0.65)
    steering = (gap - 0.22, -0.7)
    # The handlebar goes up from the steering tube, then back.
    grip = (steering[0] + 0.15, -0.85)
    tubes = [
        (rear_hub, pedals),
        (rear_hub, seat),
        (pedals, seat),
        (seat, steering),
        (pedals, steering),
        (front_hub, steering),
    ]
    saddle = capsule(
        start=(seat[0] - 0.13, -0.72),
        end=(seat[0] + 0.15, -0.74),
        r0=0.06,
        r1=0.04,
    )

    thing = Thing("bicycle", standing=True)
    # The frame is in front of the wheels.
    for x in (-gap, gap):
        _add_bicycle_wheel(thing, x)
    thing.add("paint", *(capsule(start, end, tube) for start, end in tubes))
    thing.add("dark", saddle, label="saddle")
    thing.add(
        "chrome",
        capsule(steering, grip, tube),
        capsule(
            grip,
            (steering[0] - 0.05, -0.9),
            tube,
        ),
        disc(0.11, pedals),
    )
    return thing


def _add_bicycle_wheel(thing: Thing, x: float) -> None:
    """A thin rim and thin spokes about x, 0."""
    radius = 0.55
    at = (x, 0)
    rim = [
        disc(radius, at),
        disc(radius * 0.88, at),
    ]
    spokes = []
    for turn in np.arange(0, 6.2, 0.7):
        end = point_at(turn, radius * 0.9, at)
        spokes.append(capsule(at, end, 0.008))
    thing.add("rubber", rim, *spokes, label="wheel")


def aeroplane(rng: Generator) -> Thing:
    """An aeroplane from above."""
    sweep = rng.uniform(0.1, 0.9)
    span = rng.uniform(0.9, 1.6)
    # Both halves are mirror images: `side` is -1 or 1.
    wings = []
    fins = []
    for side in (-1, 1):
        wing = polygon(
            (0.25, side * 0.1),
            (0.25 - sweep, side * span),
            (0.05 - sweep, side * span),
            (-0.2, side * 0.1),
        )
        wings.append(wing)
        fin = polygon(
            (-0.9, side * 0.05),
            (-1.2, side * 0.45),
            (-1.35, side * 0.45),
            (-1.2, side * 0.03),
        )
        fins.append(fin)

    thing = Thing("aeroplane")
    for wing in wings:
        thing.add("paint2", wing, label="aeroplane wing")
    thing.add("paint", ellipse(1.4, rng.uniform(0.1, 0.2)))
    thing.add("paint2", *fins)
    thing.add("glass", ellipse(0.12, 0.07, at=(1.05, 0)))
    return thing


def boat(rng: Generator) -> Thing:
    """A boat with a sail or a cabin."""
    hull = polygon(
        (-1.2, 0),
        (1.4, -0.05),
        (1.0, 0.45),
        (-1.0, 0.45),
    )

    thing = Thing("boat")
    if happens(rng, 0.6):
        mainsail = polygon(
            (0.08, -1.9),
            (1.2, -0.15),
            (0.08, -0.15),
        )
        foresail = polygon(
            (-0.08, -1.8),
            (-0.9, -0.15),
            (-0.08, -0.15),
        )
        thing.add("chrome", box(-0.03, -2, 0.03, 0))
        thing.add("white", mainsail, label="sail")
        thing.add("cloth2", foresail, label="sail")
    else:
        columns = (-0.5, -0.2, 0.1)
        panes = [box(x, -0.4, x + 0.2, -0.2, corner=0.03) for x in columns]
        thing.add("white", box(-0.6, -0.5, 0.5, 0))
        thing.add("glass", *panes)
    thing.add("paint", hull)
    return thing
