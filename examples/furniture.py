"""Furniture. Each function draws one, in units of its own."""

from itertools import pairwise

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import blob, box, capsule, ellipse

Generator = np.random.Generator


def chair(rng: Generator) -> Thing:
    """A chair or stool of bars; the room shows between its legs."""
    w, leg, thick = rng.uniform(0.5, 0.8), rng.uniform(0.6, 1.0), rng.uniform(0.03, 0.09)
    skew = rng.uniform(0.1, 0.35)
    seat = np.array([(-w, 0.1), (w, 0.1), (w + skew, -0.12), (-w + skew, -0.12)])
    legs = [
        [capsule((x, y), (x * rng.uniform(1.0, 1.2), y + leg), thick, thick * 0.8)]
        for x, y in ((-w + skew, -0.1), (w + skew - 0.05, -0.1), (-w + 0.05, 0.1), (w - 0.05, 0.1))
    ]
    high = rng.uniform(0.6, 1.2)
    posts = [
        [capsule((x + skew, -0.1), (x + skew * 1.2, -high), thick, thick)]
        for x in (-w + 0.05, w - 0.05)
    ]
    slats = [
        [box(-w + skew, y, w + skew, y + 0.1, 0.03)]
        for y in np.linspace(-high, -0.35, rng.integers(1, 5))
    ]
    if rng.random() < 0.35:
        slats = [[box(-w + skew, -high, w + skew, -0.3, 0.12)]]
    pieces = [
        Piece("wood", legs[:2]),
        Piece("wood", [*posts, *slats], "backrest"),
        Piece("wood", legs[2:]),
        Piece(
            "cloth" if rng.random() < 0.6 else "wood",
            [[seat], [box(-w, 0.08, w, 0.16, 0.03)]],
            "seat",
        ),
    ]
    return Thing("chair", pieces, standing=True)


def table(rng: Generator) -> Thing:
    """A table or desk, perhaps with drawers."""
    w, leg, thick = rng.uniform(0.8, 1.6), rng.uniform(0.5, 0.9), rng.uniform(0.03, 0.08)
    deep = rng.uniform(0.05, 0.4)
    top = np.array([(-w, 0), (w, 0), (w * 0.85, -deep), (-w * 0.85, -deep)])
    legs = [
        [box(x - thick, y, x + thick, y + leg)]
        for x, y in ((-w * 0.8, -deep * 0.4), (w * 0.8, -deep * 0.4), (-w * 0.93, 0), (w * 0.93, 0))
    ]
    pieces = [Piece("wood", legs), Piece("wood2", [[top], [box(-w, 0, w, 0.09)]])]
    if rng.random() < 0.5:
        pieces.append(Piece("wood", [[box(w * 0.2, 0.09, w * 0.85, leg * 0.9)]]))
        pieces += [
            Piece("wood2", [[box(w * 0.24, y, w * 0.81, y + leg * 0.2, 0.01)]], "drawer")
            for y in (0.14, 0.14 + leg * 0.27)
        ]
    return Thing("table", pieces, standing=True)


def sofa(rng: Generator) -> Thing:
    """A sofa or armchair with cushions."""
    w, high = rng.uniform(0.7, 1.7), rng.uniform(0.6, 1.0)
    count = max(1, round(w / 0.6))
    edges = np.linspace(-w, w, count + 1)
    pieces = [
        Piece("wood", [[box(x - 0.05, 0.4, x + 0.05, 0.6)] for x in (-w, w)]),
        Piece("cloth", [[box(-w, -high, w, 0.4, 0.15)]]),
        *(Piece("cloth", [[box(a + 0.02, -0.1, b - 0.02, 0.2, 0.08)]]) for a, b in pairwise(edges)),
        *(
            Piece("cloth", [[box(x - 0.14, -0.45, x + 0.14, 0.45, 0.12)]])
            for x in (-w - 0.1, w + 0.1)
        ),
    ]
    if rng.random() < 0.6:
        pieces.append(
            Piece(
                "cloth2",
                [[blob(rng, 0.1, 3) * 0.28 + (rng.uniform(-w, w) * 0.7, -0.25)]],
                "cushion",
            )
        )
    return Thing("sofa", pieces, standing=True)


def lamp(rng: Generator) -> Thing:
    """A lamp: foot, pole, shade."""
    tall, wide = rng.uniform(0.5, 2.2), rng.uniform(0.35, 0.7)
    shade = np.array(
        [
            (-wide * rng.uniform(0.3, 1), -0.7),
            (wide * rng.uniform(0.3, 1), -0.7),
            (wide, 0),
            (-wide, 0),
        ]
    )
    return Thing(
        "lamp",
        [
            Piece("chrome", [[box(-0.04, 0, 0.04, tall)], [ellipse(0, tall, 0.35, 0.08)]]),
            Piece("paper", [[shade]], "lampshade"),
        ],
        standing=True,
    )


KINDS = (chair, chair, table, sofa, lamp)
