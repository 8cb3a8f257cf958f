"""Forms without a name: blobs, polygons, rings, letters, wires, patches; most have parts of their own."""

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import (
    Ring,
    blob,
    box,
    capsule,
    convex,
    ellipse,
    glyph,
    noise_shape,
    ribbon,
    rough,
    star,
    wander,
)

Generator = np.random.Generator


def solid(rng: Generator) -> Thing:
    """One closed outline, smooth, angular, starry or ragged; two in three carry patches of other colours."""
    ring = _outline(rng)
    if rng.random() < 0.3:
        size = float(np.ptp(ring, axis=0).max())
        ring = rough(rng, ring, size * rng.choice([0.004, 0.012]), size * rng.uniform(0.01, 0.03))
    body = [
        ring,
        *(
            _outline(rng) * rng.uniform(0.1, 0.3) + rng.normal(0, 0.3, 2)
            for _ in range(int(rng.random() < 0.15))
        ),
    ]
    pieces = [Piece("a", [body])]
    for name in "bcd"[: int(rng.integers(0, 4))]:
        groups = _patch(rng)
        pieces.append(Piece(name, groups, "part" if len(groups) == 1 else "", 0))
    return Thing("shape", pieces)


def _outline(rng: Generator) -> Ring:
    kind = rng.random()
    if kind < 0.45:
        return blob(rng, rng.uniform(0.1, 1.3), int(rng.integers(2, 12)))
    if kind < 0.62:
        return convex(rng, int(rng.integers(3, 9)))
    if kind < 0.72:
        return star(rng, int(rng.integers(3, 9)), rng.uniform(0.1, 0.7), rng.choice([0.02, 0.25]))
    if kind < 0.85:
        return box(
            -1, -rng.uniform(0.2, 1.0), 1, rng.uniform(0.2, 1.0), rng.choice([0.0, 0.1, 0.4])
        )
    return ellipse(0, 0, 1, rng.uniform(0.15, 1))


def _patch(rng: Generator) -> list[list[Ring]]:
    at = rng.normal(0, 0.4, 2)
    if rng.random() < 0.35:
        step, angle = rng.uniform(0.15, 0.6), rng.uniform(0, np.pi)
        lines = [
            (
                np.array([np.cos(angle), np.sin(angle)]),
                np.array([-np.sin(angle), np.cos(angle)]) * k * step,
            )
            for k in range(-4, 5)
        ]
        return [
            [capsule(tuple(c - a * 3), tuple(c + a * 3), step * 0.25, step * 0.25)]
            for a, c in lines
        ]
    if rng.random() < 0.4:
        return [
            [ellipse(*rng.uniform(-0.9, 0.9, 2), *rng.uniform(0.04, 0.2, 2))]
            for _ in range(rng.integers(2, 14))
        ]
    return [[_outline(rng) * rng.uniform(0.25, 0.8) + at]]


def limbs(rng: Generator) -> Thing:
    """A body with arms: some ellipses and tapering limbs joined at random, in up to three colours."""
    body = [[blob(rng, 0.3, 4) * rng.uniform(0.3, 0.7)]]
    arms = []
    for _ in range(int(rng.integers(2, 9))):
        turn, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.5)
        mid = np.array([np.cos(turn), np.sin(turn)]) * reach * 0.5
        end = (
            mid
            + np.array([np.cos(turn + rng.normal(0, 0.7)), np.sin(turn + rng.normal(0, 0.7))])
            * reach
            * 0.5
        )
        thick = rng.uniform(0.06, 0.35)
        arms.append(
            [
                ribbon(
                    np.stack([np.zeros(2), mid, end]),
                    np.array([thick, thick * 0.8, thick * rng.uniform(0.2, 0.9)]),
                )
            ]
        )
        if rng.random() < 0.3:
            arms.append([ellipse(*end, *rng.uniform(0.1, 0.3, 2))])
    return Thing(
        "figure",
        [
            Piece("a", arms[::2] + arms[3::2]),
            Piece("b" if rng.random() < 0.5 else "a", arms[1::2][:1], "part"),
            Piece("a", body),
            Piece("c", _patch(rng), "", 2),
        ],
    )


def wire(rng: Generator) -> Thing:
    """A long thin thing: wire, crack, stem, snake, scratch; some fork."""
    line = wander(rng, int(rng.integers(3, 9)), rng.choice([0.15, 0.5, 1.0]))
    width = rng.uniform(0.06, 0.5) * rng.uniform(0.3, 1.0, 4)
    if rng.random() < 0.4:
        width[:] = width[0]
    groups = [[ribbon(line, width)]]
    for _ in range(int(rng.integers(0, 3)) if rng.random() < 0.4 else 0):
        start = line[rng.integers(1, len(line) - 1)]
        side = wander(rng, int(rng.integers(2, 5)), 0.5)
        groups.append([ribbon(np.concatenate([[start], side + start]), width[:2] * 0.7)])
    return Thing("wire", [Piece("a", groups)])


def ring(rng: Generator) -> Thing:
    """A ring, frame or net: what is behind shows through."""
    outer = _outline(rng)
    if rng.random() < 0.5:
        return Thing("ring", [Piece("a", [[outer, outer * rng.uniform(0.4, 0.85)]])])
    bars = [
        [capsule((-1.5, k), (1.5, k), 0.05, 0.05)]
        for k in np.arange(-0.8, 1, rng.uniform(0.25, 0.6))
    ]
    bars += [
        [capsule((k, -1.5), (k, 1.5), 0.05, 0.05)]
        for k in np.arange(-0.8, 1, rng.uniform(0.25, 0.6))
    ]
    return Thing(
        "ring", [Piece("a", [[box(-1.5, -1.5, 1.5, 1.5), box(-1.35, -1.35, 1.35, 1.35)], *bars])]
    )


def letter(rng: Generator) -> Thing:
    """A letter or digit."""
    return Thing("letter", [Piece("a", [glyph(rng)])])


def patch(rng: Generator) -> Thing:
    """A ragged patch with holes: stain, rust, cloud, moss."""
    return Thing("patch", [Piece("a", [noise_shape(rng)])])


def cluster(rng: Generator) -> Thing:
    """Many small parts that make one thing: grapes, rubble, foliage, a flock."""
    small = solid(rng).pieces[0].groups[0]
    count, size = int(rng.integers(5, 40)), rng.uniform(0.12, 0.4)
    spots = rng.normal(0, 0.5, (count, 2)) * (1, rng.uniform(0.3, 1))
    parts = [[ring * size * rng.uniform(0.5, 1.3) + at for ring in small] for at in spots]
    return Thing(
        "cluster", [Piece("a", parts[::2]), Piece("b" if rng.random() < 0.4 else "a", parts[1::2])]
    )


def stack(rng: Generator) -> Thing:
    """Solids built onto each other, each a part in its own colour."""
    pieces = []
    at = np.zeros(2)
    for number in range(int(rng.integers(2, 6))):
        pieces.append(
            Piece("abcd"[number % 4], [[_outline(rng) * rng.uniform(0.3, 0.9) + at]], "part")
        )
        at = at + rng.normal(0, 0.55, 2)
    return Thing("stack", pieces)


KINDS = (
    solid,
    solid,
    solid,
    solid,
    limbs,
    limbs,
    limbs,
    wire,
    wire,
    ring,
    letter,
    patch,
    cluster,
    stack,
    stack,
)
