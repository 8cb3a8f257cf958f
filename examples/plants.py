"""Plants and their parts, and cells. Each function draws one, in units of its own."""

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import blob, capsule, ellipse, leaf, ribbon, rough

Generator = np.random.Generator


def leafy(rng: Generator) -> Thing:
    """A plant: thin stems with leaves, some with flowers or fruit, some in a pot."""
    stems, leaves, fruits = [], [], []
    broad, many = rng.uniform(0.15, 0.7), int(rng.integers(2, 7))
    for _ in range(int(rng.integers(1, 6))):
        lean = rng.normal(0, 0.5)
        line = np.array([(0, 0), (lean * 0.3, -0.5), (lean, -rng.uniform(0.8, 1.6))])
        stems.append([ribbon(line, np.array([0.07, 0.03]))])
        for t in rng.uniform(0.2, 1.0, many):
            foot = (1 - t) ** 2 * line[0] + 2 * t * (1 - t) * line[1] + t**2 * line[2]
            leaves.append(
                [
                    leaf(
                        rng,
                        *foot,
                        rng.uniform(0.25, 0.6),
                        -np.pi / 2 + rng.normal(lean * 0.5, 0.9),
                        broad,
                    )
                ]
            )
        if rng.random() < 0.4:
            fruits.append([ellipse(*(line[2] + rng.normal(0, 0.05, 2)), 0.12, 0.12)])
    pieces = [
        Piece("stem", stems),
        *(Piece("leaf" if n % 2 else "leaf2", [each], "leaf") for n, each in enumerate(leaves)),
    ]
    if fruits:
        pieces += [Piece("bright", [fruit], "fruit") for fruit in fruits]
    if rng.random() < 0.4:
        pieces.append(
            Piece(
                "clay",
                [[np.array([(-0.4, -0.05), (0.4, -0.05), (0.28, 0.6), (-0.28, 0.6)])]],
                "flowerpot",
            )
        )
    return Thing("plant", pieces, standing=True)


def flower(rng: Generator) -> Thing:
    """Petals about a heart, on a stem or not."""
    count, wide = int(rng.integers(4, 14)), rng.uniform(0.35, 0.9)
    petals = [
        [leaf(rng, 0, 0, rng.uniform(0.85, 1.1), 2 * np.pi * n / count + rng.normal(0, 0.08), wide)]
        for n in range(count)
    ]
    pieces = [
        Piece("bright", petals[::2]),
        Piece("bright2" if rng.random() < 0.3 else "bright", petals[1::2]),
        Piece("heart", [[ellipse(0, 0, 0.25, 0.25)]]),
    ]
    if rng.random() < 0.5:
        pieces.insert(
            0,
            Piece(
                "stem",
                [
                    [
                        ribbon(
                            np.array([(0, 0), (0.1, 1), (rng.normal(0, 0.3), 2)]),
                            np.array([0.08, 0.08]),
                        )
                    ]
                ],
            ),
        )
    return Thing("flower", pieces)


def tree(rng: Generator) -> Thing:
    """A trunk that forks and a crown of many small parts, through which the background shows."""
    crown = []
    for _ in range(int(rng.integers(5, 28))):
        size = rng.uniform(0.12, 0.5)
        at = rng.normal(0, 0.42, 2) * (1, 0.8) + (0, -1.0)
        crown.append([rough(rng, blob(rng, 0.5) * size + at, 0.02, 0.04)])
    boughs = [
        [ribbon(np.array([(0, 0.9), (0, 0), (x, -1.0)]), np.array([0.22, 0.14, 0.05]))]
        for x in rng.normal(0, 0.4, 3)
    ]
    return Thing(
        "tree",
        [
            Piece("bark", boughs, "trunk"),
            Piece("foliage", crown[::2]),
            Piece("foliage2", crown[1::2]),
        ],
        standing=True,
    )


def fruit(rng: Generator) -> Thing:
    """A round fruit with a stalk, perhaps a leaf."""
    body = blob(rng, 0.12, 3)
    pieces = [
        Piece("peel", [[body]]),
        Piece(
            "stem",
            [[ribbon(np.array([(0, -0.7), (0.05, -1), (0.15, -1.2)]), np.array([0.08, 0.06]))]],
        ),
    ]
    if rng.random() < 0.4:
        pieces.append(
            Piece("leaf", [[leaf(rng, 0.05, -0.95, 0.8, rng.uniform(-0.6, 0.3))]], "leaf")
        )
    return Thing("fruit", pieces)


def single_leaf(rng: Generator) -> Thing:
    """One leaf with its ribs, entire, lobed or eaten."""
    if rng.random() < 0.5:
        ring = leaf(rng, 0, 0, 2.0, 0.0, rng.uniform(0.3, 0.9))
    else:
        turn = np.linspace(-np.pi, np.pi, 120, endpoint=False)
        radius = 0.55 + 0.45 * np.abs(np.cos(turn * rng.choice([1.5, 2.5, 3.5]))) ** rng.uniform(
            0.5, 2
        )
        ring = np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1)
    middle = ring.mean(0)
    ribs = [
        [ribbon(np.stack([ring.min(0) * (1, 0), middle, ring[k]]), np.array([0.05, 0.02]))]
        for k in rng.integers(0, len(ring), 7)
    ]
    holes = [
        [ellipse(*(middle + rng.normal(0, 0.3, 2)), 0.1, 0.07)[::-1]]
        for _ in range(rng.integers(0, 3))
    ]
    solid = [[ring, *(hole[0] for hole in holes)]]
    return Thing("leaf", [Piece("leaf", solid), Piece("leaf2", ribs, "", 0)])


def mushroom(rng: Generator) -> Thing:
    """Cap and stalk."""
    cap = np.concatenate(
        [ellipse(0, 0, 1, rng.uniform(0.5, 1.0))[24:], np.array([(1, 0.05), (0, 0.2), (-1, 0.05)])]
    )
    spots = [
        [ellipse(*rng.uniform(-0.8, 0.8, 2) * (1, 0.5), 0.1, 0.07)]
        for _ in range(rng.integers(0, 9))
    ]
    pieces = [
        Piece("white", [[capsule((0, 0), (rng.normal(0, 0.2), 1.1), 0.25, 0.32)]], "mushroom stem"),
        Piece("bright", [[cap]], "mushroom cap"),
    ]
    return Thing("mushroom", pieces + ([Piece("white", spots, "", 1)] if spots else []))


def cell(rng: Generator) -> Thing:
    """A cell with its nucleus."""
    body = blob(rng, rng.uniform(0.1, 0.5), 4)
    pieces = [
        Piece("plasma", [[body]]),
        Piece(
            "nucleus",
            [[blob(rng, 0.15, 4) * rng.uniform(0.3, 0.55) + rng.normal(0, 0.1, 2)]],
            "nucleus",
            0,
        ),
    ]
    return Thing("cell", pieces)


KINDS = (leafy, leafy, flower, tree, fruit, single_leaf, mushroom, cell)
