"""Views of places: from above, and of a wall with its windows."""

import numpy as np

from examples import animals, buildings, forms, furniture, plants
from examples.canvas import Canvas, Piece, Thing, turned
from examples.outlines import blob, box, ellipse, ribbon, wander
from examples.scenery import anywhere, clutter, log_size, put, start
from examples.textures import near


def aerial(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """From above: fields, roads, roofs at one common angle, trees, vehicles, water."""
    canvas, colours = start(rng, height, width, busy=float(rng.uniform(0.1, 0.8)))
    grid = rng.uniform(0, np.pi)
    unit = log_size(rng, 22, 90)
    for _ in range(int(rng.integers(0, 4))):
        road = Thing(
            "wire",
            [Piece("a", [[ribbon(wander(rng, 4, 0.25), np.full(2, rng.uniform(0.08, 0.3)))]])],
        )
        far, at = max(height, width) * 1.4, anywhere(rng, canvas)
        put(canvas, rng, road, colours, far, at, turn=2, realism=0, closeness=0.6, shadow=0)
    for _ in range(int(rng.integers(4, 22))):
        kind = rng.random()
        at, size = anywhere(rng, canvas, -0.03), unit * rng.uniform(0.6, 2.2)
        if kind < 0.55:
            thing, turn = _roof(rng), 0.0
            thing = turned(thing, grid + rng.choice([0, np.pi / 2]))
        elif kind < 0.8:
            thing, turn = _crown(rng), 2.0
        else:
            thing, turn, size = turned(_car(rng), grid), 0.1, unit * 0.45
        dark = rng.uniform(0, 0.7)
        put(
            canvas,
            rng,
            thing,
            colours,
            size,
            at,
            turn=turn,
            realism=0.3,
            closeness=0.4,
            bend=0.2,
            shadow=dark,
        )
    return canvas


def _crown(rng: np.random.Generator) -> Thing:
    count = rng.integers(1, 5)
    crown = [
        [blob(rng, 0.6, 9) * rng.uniform(0.5, 1) + rng.normal(0, 0.3, 2)] for _ in range(count)
    ]
    return Thing("tree", [Piece("foliage", crown)])


def _car(rng: np.random.Generator) -> Thing:
    wide = rng.uniform(0.35, 0.55)
    panes = [[box(x0, -wide * 0.8, x1, wide * 0.8, 0.05)] for x0, x1 in ((-0.6, -0.2), (0.3, 0.55))]
    return Thing("car", [Piece("paint", [[box(-1, -wide, 1, wide, 0.2)]]), Piece("glass", panes)])


def _roof(rng: np.random.Generator) -> Thing:
    w, h, cut = 1.0, rng.uniform(0.35, 1.0), rng.uniform(0.3, 0.7)
    if rng.random() < 0.3:
        plan = np.array(
            [
                (-w, -h),
                (w, -h),
                (w, h * cut - h / 2),
                (w * cut - 0.2, h * cut - h / 2),
                (w * cut - 0.2, h),
                (-w, h),
            ]
        )
        return Thing(
            "building", [Piece("roof", [[plan]]), Piece("metal", [[box(-0.6, -0.3, -0.4, -0.1)]])]
        )
    ridge = h * rng.uniform(-0.1, 0.1)
    sides = [Piece("roof", [[box(-w, -h, w, ridge)]]), Piece("roof2", [[box(-w, ridge, w, h)]])]
    return Thing(
        "building",
        sides
        + [
            Piece("metal", [[box(x, -h * 0.5, x + 0.15, -h * 0.5 + 0.15)]])
            for x in rng.uniform(-0.8, 0.7, rng.integers(0, 4))
        ],
    )


def facade(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """A wall with rows of the same windows, doors, signs; trees and wires before it."""
    canvas, colours = start(rng, height, width, busy=float(rng.uniform(0, 0.5)))
    one, pitch = buildings.window(rng), log_size(rng, 40, 170)
    size, tilt = pitch * rng.uniform(0.4, 0.85), rng.normal(0, 0.05)
    pieces = [
        Piece("wood", [[box(-0.5, -1, 0.5, 1)]]),
        Piece("glass", [[box(-0.35, -0.8, 0.35, -0.1)]], "", 0),
        Piece("chrome", [[ellipse(0.38, 0.1, 0.05, 0.05)]]),
    ]
    wardrobe = np.stack([near(rng, colours[rng.integers(len(colours))], 8) for _ in range(3)])
    realism, closeness = float(rng.random() < 0.5), rng.choice([0.0, 0.5])
    state = rng.integers(2**31)
    for y in np.arange(
        pitch * rng.uniform(0.2, 0.7), height + size / 2, pitch * rng.uniform(0.9, 1.3)
    ):
        for x in np.arange(pitch * rng.uniform(0.0, 0.6), width + size / 2, pitch):
            if rng.random() < 0.08:
                continue
            thing, local = (
                (Thing("door", pieces), rng)
                if rng.random() < 0.06
                else (one, np.random.default_rng(state))
            )
            put(
                canvas,
                local,
                thing,
                wardrobe,
                size,
                (x, y + tilt * x),
                turn=0.02,
                realism=realism,
                closeness=closeness,
                bend=0.15,
            )
    clutter(
        canvas,
        rng,
        colours,
        int(rng.integers(0, 4)),
        (50, 260),
        (plants.tree, forms.wire, animals.person, buildings.sign, furniture.lamp),
    )
    return canvas
