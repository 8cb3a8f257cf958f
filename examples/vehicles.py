"""Things that drive, sail and fly. Each function draws one, in units of its own."""

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import Group, box, capsule, ellipse, rounded

Generator = np.random.Generator


def wheel_groups(rng: Generator, x: float, y: float, radius: float) -> tuple[Group, Group]:
    """A tyre and what is inside it: spokes or a disc."""
    tyre = [[ellipse(x, y, radius, radius)]]
    if rng.random() < 0.5:
        return tyre, [[ellipse(x, y, radius * 0.62, radius * 0.62)]]
    count = int(rng.integers(4, 9))
    ends = [
        (x + radius * 0.62 * np.cos(t), y + radius * 0.62 * np.sin(t))
        for t in 2 * np.pi * (np.arange(count) + rng.random()) / count
    ]
    return tyre, [[capsule((x, y), end, radius * 0.12, radius * 0.09)] for end in ends] + [
        [ellipse(x, y, radius * 0.2, radius * 0.2)]
    ]


def car(rng: Generator) -> Thing:
    """A car from the side, from flat to tall."""
    long, roof, sill = rng.uniform(1.7, 2.4), rng.uniform(0.55, 1.0), 0.35
    bonnet, boot = rng.uniform(0.35, 1.0), rng.uniform(0.0, 0.8)
    front, back, belt = long - bonnet, -long + boot, -0.1
    corners = np.array(
        [
            (-long, sill),
            (-long - 0.03, belt + 0.08),
            (-long + 0.1, belt - 0.02),
            (back, belt - 0.05),
            (back + 0.35, -roof),
            (front - 0.55, -roof),
            (front, belt - 0.03),
            (long - 0.15, belt + 0.05),
            (long, belt + 0.2),
            (long, sill),
        ]
    )
    post = (back + 0.35 + front - 0.55) / 2 + rng.uniform(-0.2, 0.2)
    top, low = -roof + 0.1, belt - 0.03
    panes = [
        np.array([(back + 0.42, top), (post - 0.05, top), (post - 0.05, low), (back + 0.14, low)]),
        np.array([(post + 0.05, top), (front - 0.6, top), (front - 0.14, low), (post + 0.05, low)]),
    ]
    radius = rng.uniform(0.3, 0.4)
    trim, seam = (
        box(-long * 0.95, sill - 0.1, long * 0.97, sill),
        box(post - 0.01, low, post + 0.01, sill),
    )
    pieces = [
        Piece("rubber", [[box(-long * 0.9, 0.1, long * 0.9, sill + 0.1)]]),
        Piece("paint", [[rounded(corners, 0.06)]]),
        *(Piece("glass", [[pane]], "car window") for pane in panes),
        Piece("paint2", [[trim if rng.random() < 0.5 else seam]], "", 1),
        Piece("chrome", [[box(post - 0.3, belt + 0.1, post - 0.12, belt + 0.14)]]),
        Piece("lamp", [[ellipse(long - 0.1, belt + 0.17, 0.12, 0.08)]], "headlight"),
        Piece("brake", [[box(-long, belt + 0.05, -long + 0.12, belt + 0.22, 0.03)]]),
    ]
    for x in (-long * 0.62, long * 0.62):
        tyre, hub = wheel_groups(rng, x, sill + 0.02, radius)
        pieces += [Piece("rubber", tyre, "wheel"), Piece("chrome", hub, "", len(pieces))]
    return Thing("car", pieces, standing=True)


def lorry(rng: Generator) -> Thing:
    """A lorry, van or bus: a box, a cab, wheels."""
    high, cab = rng.uniform(0.9, 1.5), rng.uniform(0.5, 0.9)
    load = box(-1.8, -high, 1.0, 0.4, 0.05)
    front = rounded(
        np.array(
            [
                (1.05, -high * 0.75),
                (1.0 + cab * 0.7, -high * 0.75),
                (1.05 + cab, -0.1),
                (1.05 + cab, 0.4),
                (1.05, 0.4),
            ]
        ),
        0.08,
    )
    windows: Group = (
        [[box(x, -high + 0.2, x + 0.35, -high + 0.6, 0.04)] for x in np.arange(-1.65, 0.6, 0.45)]
        if rng.random() < 0.4
        else []
    )
    pieces = [
        Piece("dark", [[box(-1.7, 0.35, 1.9, 0.5)]]),
        Piece("paint", [[load]]),
        Piece("paint2", [[front]], "cab"),
        *(Piece("glass", [pane], "car window") for pane in windows),
        Piece("glass", [[box(1.2, -high * 0.65, 1.05 + cab * 0.72, -0.15, 0.05)]], "car window"),
        Piece("paint3", [[box(-1.8, -0.2, 1.0, rng.uniform(-0.1, 0.2))]], "", 1),
    ]
    for x in (-1.3, -0.7, 1.4)[rng.integers(0, 2) :]:
        tyre, hub = wheel_groups(rng, x, 0.48, 0.28)
        pieces += [Piece("rubber", tyre, "wheel"), Piece("chrome", hub, "", len(pieces))]
    return Thing("truck", pieces, standing=True)


def bicycle(rng: Generator) -> Thing:
    """Two ringed wheels and a frame of tubes: mostly holes."""
    r, gap, tube = 0.55, rng.uniform(0.62, 0.8), rng.uniform(0.03, 0.06)
    a, b, c, d = (-gap, 0.0), (gap, 0.0), (-0.1, 0.05), (-0.25, -0.65)
    e = (gap - 0.22, -0.7)
    pieces = []
    for x in (a[0], b[0]):
        rim = [[ellipse(x, 0, r, r), ellipse(x, 0, r * 0.88, r * 0.88)]]
        spokes = [
            [capsule((x, 0), (x + r * 0.9 * np.cos(t), r * 0.9 * np.sin(t)), 0.008, 0.008)]
            for t in np.arange(0, 6.2, 0.7)
        ]
        pieces.append(Piece("rubber", rim + spokes, "wheel"))
    bars = [(a, c), (a, d), (c, d), (d, e), (c, e), (b, e)]
    pieces += [
        Piece("paint", [[capsule(s, t, tube, tube)] for s, t in bars]),
        Piece(
            "dark", [[capsule((d[0] - 0.13, -0.72), (d[0] + 0.15, -0.74), 0.06, 0.04)]], "saddle"
        ),
        Piece(
            "chrome",
            [
                [capsule(e, (e[0] + 0.15, -0.85), tube, tube)],
                [capsule((e[0] + 0.15, -0.85), (e[0] - 0.05, -0.9), tube, tube)],
                [ellipse(*c, 0.11, 0.11)],
            ],
        ),
    ]
    return Thing("bicycle", pieces, standing=True)


def aeroplane(rng: Generator) -> Thing:
    """An aeroplane from above."""
    sweep, span = rng.uniform(0.1, 0.9), rng.uniform(0.9, 1.6)
    wings = [
        [
            np.array(
                [
                    (0.25, s * 0.1),
                    (0.25 - sweep, s * span),
                    (0.05 - sweep, s * span),
                    (-0.2, s * 0.1),
                ]
            )
        ]
        for s in (-1, 1)
    ]
    fins = [
        [np.array([(-0.9, s * 0.05), (-1.2, s * 0.45), (-1.35, s * 0.45), (-1.2, s * 0.03)])]
        for s in (-1, 1)
    ]
    return Thing(
        "aeroplane",
        [
            *(Piece("paint2", [each], "aeroplane wing") for each in wings),
            Piece("paint", [[ellipse(0, 0, 1.4, rng.uniform(0.1, 0.2))]]),
            Piece("paint2", fins),
            Piece("glass", [[ellipse(1.05, 0, 0.12, 0.07)]]),
        ],
    )


def boat(rng: Generator) -> Thing:
    """A boat with a sail or a cabin."""
    hull = np.array([(-1.2, 0), (1.4, -0.05), (1.0, 0.45), (-1.0, 0.45)])
    if rng.random() < 0.6:
        top = [
            Piece("chrome", [[box(-0.03, -2, 0.03, 0)]]),
            Piece("white", [[np.array([(0.08, -1.9), (1.2, -0.15), (0.08, -0.15)])]], "sail"),
            Piece("cloth2", [[np.array([(-0.08, -1.8), (-0.9, -0.15), (-0.08, -0.15)])]], "sail"),
        ]
    else:
        top = [
            Piece("white", [[box(-0.6, -0.5, 0.5, 0)]]),
            Piece("glass", [[box(x, -0.4, x + 0.2, -0.2, 0.03)] for x in (-0.5, -0.2, 0.1)]),
        ]
    return Thing("boat", [*top, Piece("paint", [[hull]])])


KINDS = (car, car, lorry, bicycle, aeroplane, boat)
