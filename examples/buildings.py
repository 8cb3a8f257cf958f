"""What stands along a street. Each function draws one, in units of its own."""

from itertools import pairwise

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import box, glyph

Generator = np.random.Generator


def sign(rng: Generator) -> Thing:
    """A traffic sign on a post: plate, rim, letter or bar."""
    corners = int(rng.choice([3, 4, 8, 40]))
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + (
        np.pi / 4 if corners == 4 else -np.pi / 2
    )
    plate = np.stack([np.cos(turn), np.sin(turn)], 1)
    mark = (
        [[ring / 200 * 1.5 - 0.75 for ring in glyph(rng)]]
        if rng.random() < 0.6
        else [[box(-0.5, -0.13, 0.5, 0.13)]]
    )
    pieces = [
        Piece("chrome", [[box(-0.06, 0, 0.06, rng.uniform(2, 4))]], "pole"),
        Piece("bright", [[plate]]),
        Piece("white", [[plate * 0.8]], "", 1),
        Piece("dark", mark, "", 1),
    ]
    return Thing("sign", pieces, standing=True)


def house(rng: Generator) -> Thing:
    """A building from the front: wall, roof, rows of windows, a door."""
    columns, rows = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    w, h = columns * 0.5 + 0.2, rows * 0.6 + 0.2
    pieces = [Piece("wall", [[box(-w / 2, -h, w / 2, 0)]])]
    if rng.random() < 0.6:
        peak = rng.uniform(0.2, 0.7)
        ridge = [(rng.uniform(-0.5, 0.5) * w * 0.6, -h - peak), (-0.1 * w, -h - peak)]
        pieces.append(
            Piece("roof", [[np.array([(-w / 2 - 0.1, -h), (w / 2 + 0.1, -h), *ridge])]], "roof")
        )
    for row in range(rows):
        for column in range(columns):
            x, y = -w / 2 + 0.2 + column * 0.5, -h + 0.15 + row * 0.6
            if row == rows - 1 and column == columns // 2:
                pieces.append(Piece("wood", [[box(x, y, x + 0.3, 0, 0.02)]], "door"))
            else:
                pieces += [
                    Piece("white", [[box(x, y, x + 0.3, y + 0.4)]], "window"),
                    Piece(
                        "glass",
                        [
                            [box(x + 0.03, y + 0.03, x + 0.14, y + 0.37)],
                            [box(x + 0.16, y + 0.03, x + 0.27, y + 0.37)],
                        ],
                        "",
                        len(pieces),
                    ),
                ]
    return Thing("building", pieces)


def window(rng: Generator) -> Thing:
    """A window with frame and panes."""
    w, h, bar = rng.uniform(0.5, 1.2), rng.uniform(0.7, 1.4), rng.uniform(0.03, 0.1)
    nx, ny = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    xs, ys = np.linspace(-w, w, nx + 1), np.linspace(-h, h, ny + 1)
    panes = [
        [box(a + bar, c + bar, b - bar, d - bar)] for a, b in pairwise(xs) for c, d in pairwise(ys)
    ]
    return Thing("window", [Piece("white", [[box(-w, -h, w, h)]]), Piece("glass", panes, "", 0)])


KINDS = (sign, house, window)
