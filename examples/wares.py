"""Vessels, packages, tools and machine parts. Each function draws one, in units of its own."""

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import Group, box, capsule, ellipse, glyph, lathe, rounded

Generator = np.random.Generator


def bottle(rng: Generator) -> Thing:
    """A bottle or jar, with a label and a cap."""
    neck, wide, shoulder = rng.uniform(0.1, 0.4), rng.uniform(0.3, 0.75), rng.uniform(-0.7, 0.1)
    body = lathe(
        np.array([-1.3, -1.1, shoulder - 0.2, shoulder + 0.25, 0.6, 1.2, 1.3]),
        np.array([neck, neck, neck * 1.1, wide, wide * rng.uniform(0.85, 1.1), wide, wide * 0.93]),
    )
    top = rng.uniform(0.2, 0.5)
    pieces = [
        Piece("bottle", [[body]]),
        Piece("paper", [[box(-1, top, 1, rng.uniform(0.7, 1.1))]], "label", 0),
        Piece(
            "bright",
            [
                [box(-wide, top + 0.12, wide * rng.uniform(-0.3, 1), top + 0.22)],
                *_print(rng, 0, top + 0.3, wide * 0.5),
            ],
            "",
            1,
        ),
        Piece("cap", [[box(-neck * 1.15, -1.5, neck * 1.15, -1.2, 0.04)]], "lid"),
    ]
    return Thing("bottle", pieces, standing=True)


def _print(rng: Generator, x: float, y: float, size: float) -> Group:
    return [
        [
            ring / 200 * size * 1.4 + (x - size * 0.7 + k * size * 0.35, y - size * 0.3)
            for ring in glyph(rng)
        ]
        for k in range(rng.integers(0, 3))
    ]


def cup(rng: Generator) -> Thing:
    """A cup, mug or vase with a handle whose hole shows what is behind."""
    low, handle = rng.uniform(0.4, 1.0), rng.random() < 0.7
    body = lathe(
        np.array([-0.9, -0.4, 0.3, 0.8, 0.9]),
        np.array([0.8, 0.8 * rng.uniform(0.8, 1.2), (0.8 + low) / 2, low, low * 0.8]),
    )
    loop = [[ellipse(0.75, -0.1, 0.5, 0.5), ellipse(0.75, -0.1, 0.33, 0.35)]]
    pieces = [Piece("china", loop, "handle")] if handle else []
    at = len(pieces)
    pieces += [
        Piece("china", [[body]]),
        Piece(
            "bright",
            [[box(-2, y, 2, y + 0.12)] for y in rng.uniform(-0.7, 0.7, rng.integers(0, 4))]
            or [[box(0, 0, 0.01, 0.01)]],
            "",
            at,
        ),
        Piece("liquid", [[ellipse(0, -0.9, 0.8, rng.uniform(0.08, 0.25))]]),
    ]
    return Thing("cup", pieces, standing=True)


def carton(rng: Generator) -> Thing:
    """A box in perspective: three faces."""
    w, d, h = rng.uniform(0.5, 1.2), rng.uniform(0.3, 0.9), rng.uniform(0.4, 1.5)
    ax, ay = np.array([w, -w * rng.uniform(0.1, 0.4)]), np.array([-d, -d * rng.uniform(0.2, 0.5)])
    up, zero = np.array([0, -h]), np.zeros(2)
    right, left = np.stack([zero, ax, ax + up, up]), np.stack([zero, ay, ay + up, up])
    lid = np.stack([up, ax + up, ax + ay + up, ay + up])
    band = np.stack([up * 0.6, ax + up * 0.6, ax + up * 0.3, up * 0.3])
    pieces = [
        Piece("box", [[left]]),
        Piece("box2", [[right]]),
        Piece("box3", [[lid]]),
        Piece("paper", [[band]], "label" if rng.random() < 0.5 else "", 1),
    ]
    return Thing("box", pieces, standing=True)


def bag(rng: Generator) -> Thing:
    """A bag with a handle."""
    w, h = rng.uniform(0.6, 1.1), rng.uniform(0.5, 1.0)
    body = rounded(
        np.array(
            [(-w, -h), (w, -h), (w * rng.uniform(0.8, 1.3), h), (-w * rng.uniform(0.8, 1.3), h)]
        ),
        0.12,
    )
    loop = [[ellipse(0, -h, w * 0.5, 0.5), ellipse(0, -h, w * 0.4, 0.4)]]
    return Thing(
        "bag",
        [
            Piece("leather2", loop, "handle"),
            Piece("leather", [[body]]),
            Piece("leather2", [[box(-w * 0.6, -h * 0.3, w * 0.6, h * 0.4, 0.1)]], "", 1),
            Piece("chrome", [[ellipse(0, -h * 0.2, 0.08, 0.08)]]),
        ],
        standing=True,
    )


def device(rng: Generator) -> Thing:
    """A screen, phone, book or remote control: a slab with things on it."""
    w, h = rng.uniform(0.4, 1.3), rng.uniform(0.5, 1.0)
    keys = [
        [box(x, y, x + 0.12, y + 0.08, 0.02)]
        for x in np.arange(-w + 0.1, w - 0.2, 0.2)
        for y in np.arange(h * 0.4, h - 0.12, 0.14)
    ]
    pieces = [
        Piece("plastic", [[box(-w, -h, w, h, rng.uniform(0, 0.15))]]),
        Piece("screen", [[box(-w * 0.9, -h * 0.9, w * 0.9, h * 0.3)]], "screen", 0),
    ]
    return Thing("device", pieces + ([Piece("plastic2", keys, "", 0)] if keys else []))


def clock(rng: Generator) -> Thing:
    """A round dial with hands and marks, or a plate."""
    marks = [
        [ellipse(0.75 * np.cos(t), 0.75 * np.sin(t), 0.05, 0.05)] for t in np.arange(12) * np.pi / 6
    ]
    hands = [
        [capsule((0, 0), (r * np.cos(t), r * np.sin(t)), 0.05, 0.03)]
        for r, t in ((0.6, rng.uniform(0, 6)), (0.4, rng.uniform(0, 6)))
    ]
    face = [
        Piece("metal", [[ellipse(0, 0, 1, 1)]]),
        Piece("white", [[ellipse(0, 0, 0.88, 0.88)]], "dial", 0),
    ]
    return Thing(
        "clock", face + ([Piece("dark", marks + hands, "", 1)] if rng.random() < 0.7 else [])
    )


def gear(rng: Generator) -> Thing:
    """A toothed wheel, washer or ring with holes."""
    teeth = int(rng.integers(6, 22))
    turn = np.linspace(0, 2 * np.pi, teeth * 4, endpoint=False)
    radius = np.where(np.arange(teeth * 4) % 4 < 2, 1.0, rng.choice([0.8, 0.88, 1.0]))
    ring = np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1)
    hub = rng.uniform(0.15, 0.6)
    count = int(rng.integers(0, 7)) if hub < 0.35 else 0
    holes = [
        ellipse(0.6 * np.cos(t), 0.6 * np.sin(t), 0.14, 0.14)
        for t in 2 * np.pi * np.arange(count) / max(count, 1)
    ]
    return Thing("gear", [Piece("metal", [[ring, ellipse(0, 0, hub, hub), *holes]])])


def bolt(rng: Generator) -> Thing:
    """A bolt or screw: head and threaded shaft."""
    long, r = rng.uniform(1.0, 2.6), rng.uniform(0.15, 0.3)
    thread = np.array(
        [(x, r * (1.0 if n % 2 else 0.82)) for n, x in enumerate(np.arange(0.2, long, 0.1))]
    )
    shaft = np.concatenate([[(0, r)], thread, [(long, 0)], (thread * (1, -1))[::-1], [(0, -r)]])
    return Thing(
        "bolt",
        [
            Piece("metal", [[shaft]], "shaft"),
            Piece("metal2", [[box(-0.35, -r * 2, 0, r * 2, 0.05)]], "tool head"),
        ],
    )


def tool(rng: Generator) -> Thing:
    """A hammer, spanner, knife or spoon: a long handle and what it is for."""
    kind = rng.integers(4)
    handle = Piece(
        "wood" if rng.random() < 0.6 else "bright",
        [[capsule((0, 0), (2, 0), 0.12, rng.uniform(0.08, 0.16))]],
        "handle",
    )
    heads: list[Group] = [
        [
            [box(-0.35, -0.6, 0.05, 0.5, 0.06)],
            [np.array([(-0.35, 0.4), (0.05, 0.4), (-0.1, 0.85)])],
        ],
        [
            [
                ellipse(-0.2, 0, 0.4, 0.4),
                np.array([(-0.7, -0.18), (-0.2, -0.15), (-0.2, 0.15), (-0.7, 0.18)]),
            ]
        ],
        [[np.array([(0.1, -0.13), (-1.6, -0.25), (-1.9, 0.0), (-1.5, 0.13), (0.1, 0.13)])]],
        [[ellipse(-0.4, 0, 0.5, 0.32)]],
    ]
    return Thing("tool", [handle, Piece("metal", heads[kind], "tool head")])


KINDS = (bottle, bottle, cup, carton, carton, gear, bolt, tool, device, bag, clock)
