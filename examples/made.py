"""Things that are made: vehicles, furniture, vessels, tools, buildings. Each function draws one, in units of its own."""

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import Ring, blob, box, capsule, ellipse, glyph, lathe, ribbon

Generator = np.random.Generator
Group = list[list[Ring]]


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
    front, back = long - bonnet, -long + boot
    belt = -0.1
    body = np.array([(-long, sill), (-long - 0.03, belt + 0.08), (-long + 0.1, belt - 0.02), (back, belt - 0.05), (back + 0.35, -roof),
                     (front - 0.55, -roof), (front, belt - 0.03), (long - 0.15, belt + 0.05), (long, belt + 0.2), (long, sill)])  # fmt: skip
    body = _rounded(body, 0.06)
    post = (back + 0.35 + front - 0.55) / 2 + rng.uniform(-0.2, 0.2)
    top, low = -roof + 0.1, belt - 0.03
    panes = [np.array([(back + 0.42, top), (post - 0.05, top), (post - 0.05, low), (back + 0.14, low)]),
             np.array([(post + 0.05, top), (front - 0.6, top), (front - 0.14, low), (post + 0.05, low)])]  # fmt: skip
    wheels, radius = (-long * 0.62, long * 0.62), rng.uniform(0.3, 0.4)
    pieces = [
        Piece("rubber", [[box(-long * 0.9, 0.1, long * 0.9, sill + 0.1)]]),
        Piece("paint", [[body]]),
        *(Piece("glass", [[pane]], "car window") for pane in panes),
        Piece("paint2", [[box(-long * 0.95, sill - 0.1, long * 0.97, sill)]] if rng.random() < 0.5 else [[box(post - 0.01, low, post + 0.01, sill)]], "", 1),
        Piece("chrome", [[box(post - 0.3, belt + 0.1, post - 0.12, belt + 0.14)]]),
        Piece("lamp", [[ellipse(long - 0.1, belt + 0.17, 0.12, 0.08)]], "headlight"),
        Piece("brake", [[box(-long, belt + 0.05, -long + 0.12, belt + 0.22, 0.03)]]),
    ]  # fmt: skip
    for x in wheels:
        tyre, hub = wheel_groups(rng, x, sill + 0.02, radius)
        pieces += [Piece("rubber", tyre, "wheel"), Piece("chrome", hub, "", len(pieces))]
    return Thing("car", pieces, standing=True)


def _rounded(ring: Ring, share: float) -> Ring:
    """The polygon with its corners cut, twice over."""
    for _ in range(2):
        ahead, behind = np.roll(ring, -1, 0), np.roll(ring, 1, 0)
        near = [ring + (behind - ring) * share * 2, ring + (ahead - ring) * share * 2]
        ring = np.stack(near, 1).reshape(-1, 2)
    return ring


def lorry(rng: Generator) -> Thing:
    """A lorry, van or bus: a box, a cab, wheels."""
    high, cab = rng.uniform(0.9, 1.5), rng.uniform(0.5, 0.9)
    load = box(-1.8, -high, 1.0, 0.4, 0.05)
    front = _rounded(
        np.array(
            [(1.05, -high * 0.75), (1.0 + cab * 0.7, -high * 0.75), (1.05 + cab, -0.1), (1.05 + cab, 0.4), (1.05, 0.4)]
        ),
        0.08,
    )
    windows: Group = (
        [[box(x, -high + 0.2, x + 0.35, -high + 0.6, 0.04)] for x in np.arange(-1.65, 0.6, 0.45)]
        if rng.random() < 0.4
        else []
    )
    pieces = [Piece("dark", [[box(-1.7, 0.35, 1.9, 0.5)]]), Piece("paint", [[load]]), Piece("paint2", [[front]], "cab"),
              *(Piece("glass", [pane], "car window") for pane in windows), Piece("glass", [[box(1.2, -high * 0.65, 1.05 + cab * 0.72, -0.15, 0.05)]], "car window"),
              Piece("paint3", [[box(-1.8, -0.2, 1.0, rng.uniform(-0.1, 0.2))]], "", 1)]  # fmt: skip
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
        Piece("dark", [[capsule((d[0] - 0.13, -0.72), (d[0] + 0.15, -0.74), 0.06, 0.04)]], "saddle"),
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
        Piece("bright", [[box(-wide, top + 0.12, wide * rng.uniform(-0.3, 1), top + 0.22)], *_print(rng, 0, top + 0.3, wide * 0.5)], "", 0),
        Piece("cap", [[box(-neck * 1.15, -1.5, neck * 1.15, -1.2, 0.04)]], "cap"),
    ]  # fmt: skip
    return Thing("bottle", pieces, standing=True)


def _print(rng: Generator, x: float, y: float, size: float) -> Group:
    return [
        [ring / 200 * size * 1.4 + (x - size * 0.7 + k * size * 0.35, y - size * 0.3) for ring in glyph(rng)]
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
    pieces += [Piece("china", [[body]]), Piece("bright", [[box(-2, y, 2, y + 0.12)] for y in rng.uniform(-0.7, 0.7, rng.integers(0, 4))] or [[box(0, 0, 0.01, 0.01)]], "", at),
               Piece("liquid", [[ellipse(0, -0.9, 0.8, rng.uniform(0.08, 0.25))]])]  # fmt: skip
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
    posts = [[capsule((x + skew, -0.1), (x + skew * 1.2, -high), thick, thick)] for x in (-w + 0.05, w - 0.05)]
    slats = [[box(-w + skew, y, w + skew, y + 0.1, 0.03)] for y in np.linspace(-high, -0.35, rng.integers(1, 5))]
    if rng.random() < 0.35:
        slats = [[box(-w + skew, -high, w + skew, -0.3, 0.12)]]
    pieces = [
        Piece("wood", legs[:2]),
        Piece("wood", [*posts, *slats], "backrest"),
        Piece("wood", legs[2:]),
        Piece("cloth" if rng.random() < 0.6 else "wood", [[seat], [box(-w, 0.08, w, 0.16, 0.03)]], "seat"),
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
    pieces = [Piece("wood", [[box(x - 0.05, 0.4, x + 0.05, 0.6)] for x in (-w, w)]), Piece("cloth", [[box(-w, -high, w, 0.4, 0.15)]]),
              *(Piece("cloth", [[box(a + 0.02, -0.1, b - 0.02, 0.2, 0.08)]]) for a, b in zip(edges, edges[1:], strict=False)),
              *(Piece("cloth", [[box(x - 0.14, -0.45, x + 0.14, 0.45, 0.12)]]) for x in (-w - 0.1, w + 0.1))]  # fmt: skip
    if rng.random() < 0.6:
        pieces.append(Piece("cloth2", [[blob(rng, 0.1, 3) * 0.28 + (rng.uniform(-w, w) * 0.7, -0.25)]], "cushion"))
    return Thing("sofa", pieces, standing=True)


def lamp(rng: Generator) -> Thing:
    """A lamp: foot, pole, shade."""
    tall, wide = rng.uniform(0.5, 2.2), rng.uniform(0.35, 0.7)
    shade = np.array([(-wide * rng.uniform(0.3, 1), -0.7), (wide * rng.uniform(0.3, 1), -0.7), (wide, 0), (-wide, 0)])
    return Thing(
        "lamp",
        [
            Piece("chrome", [[box(-0.04, 0, 0.04, tall)], [ellipse(0, tall, 0.35, 0.08)]]),
            Piece("paper", [[shade]], "lampshade"),
        ],
        standing=True,
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
        ellipse(0.6 * np.cos(t), 0.6 * np.sin(t), 0.14, 0.14) for t in 2 * np.pi * np.arange(count) / max(count, 1)
    ]
    return Thing("gear", [Piece("metal", [[ring, ellipse(0, 0, hub, hub), *holes]])])


def bolt(rng: Generator) -> Thing:
    """A bolt or screw: head and threaded shaft."""
    long, r = rng.uniform(1.0, 2.6), rng.uniform(0.15, 0.3)
    thread = np.array([(x, r * (1.0 if n % 2 else 0.82)) for n, x in enumerate(np.arange(0.2, long, 0.1))])
    shaft = np.concatenate([[(0, r)], thread, [(long, 0)], (thread * (1, -1))[::-1], [(0, -r)]])
    return Thing(
        "bolt", [Piece("metal", [[shaft]], "shaft"), Piece("metal2", [[box(-0.35, -r * 2, 0, r * 2, 0.05)]], "head")]
    )


def tool(rng: Generator) -> Thing:
    """A hammer, spanner, knife or spoon: a long handle and what it is for."""
    kind = rng.integers(4)
    handle = Piece(
        "wood" if rng.random() < 0.6 else "bright", [[capsule((0, 0), (2, 0), 0.12, rng.uniform(0.08, 0.16))]], "handle"
    )
    heads: list[Group] = [
        [[box(-0.35, -0.6, 0.05, 0.5, 0.06)], [np.array([(-0.35, 0.4), (0.05, 0.4), (-0.1, 0.85)])]],
        [[ellipse(-0.2, 0, 0.4, 0.4), np.array([(-0.7, -0.18), (-0.2, -0.15), (-0.2, 0.15), (-0.7, 0.18)])]],
        [[np.array([(0.1, -0.13), (-1.6, -0.25), (-1.9, 0.0), (-1.5, 0.13), (0.1, 0.13)])]],
        [[ellipse(-0.4, 0, 0.5, 0.32)]],
    ]
    return Thing("tool", [handle, Piece("metal", heads[kind], "head")])


def sign(rng: Generator) -> Thing:
    """A traffic sign on a post: plate, rim, letter or bar."""
    corners = int(rng.choice([3, 4, 8, 40]))
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False) + (np.pi / 4 if corners == 4 else -np.pi / 2)
    plate = np.stack([np.cos(turn), np.sin(turn)], 1)
    mark = [[ring / 200 * 1.5 - 0.75 for ring in glyph(rng)]] if rng.random() < 0.6 else [[box(-0.5, -0.13, 0.5, 0.13)]]
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
        pieces.append(
            Piece(
                "roof",
                [
                    [
                        np.array(
                            [
                                (-w / 2 - 0.1, -h),
                                (w / 2 + 0.1, -h),
                                (rng.uniform(-0.5, 0.5) * w * 0.6, -h - peak),
                                (-0.1 * w, -h - peak),
                            ]
                        )
                    ]
                ],
                "roof",
            )
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
                        [[box(x + 0.03, y + 0.03, x + 0.14, y + 0.37)], [box(x + 0.16, y + 0.03, x + 0.27, y + 0.37)]],
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
        [box(a + bar, c + bar, b - bar, d - bar)]
        for a, b in zip(xs, xs[1:], strict=False)
        for c, d in zip(ys, ys[1:], strict=False)
    ]
    return Thing("window", [Piece("white", [[box(-w, -h, w, h)]]), Piece("glass", panes, "", 0)])


def aeroplane(rng: Generator) -> Thing:
    """An aeroplane from above."""
    sweep, span = rng.uniform(0.1, 0.9), rng.uniform(0.9, 1.6)
    wings = [
        [np.array([(0.25, s * 0.1), (0.25 - sweep, s * span), (0.05 - sweep, s * span), (-0.2, s * 0.1)])]
        for s in (-1, 1)
    ]
    fins = [[np.array([(-0.9, s * 0.05), (-1.2, s * 0.45), (-1.35, s * 0.45), (-1.2, s * 0.03)])] for s in (-1, 1)]
    return Thing(
        "aeroplane",
        [
            Piece("paint2", wings, "wing"),
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


def bag(rng: Generator) -> Thing:
    """A bag with a handle."""
    w, h = rng.uniform(0.6, 1.1), rng.uniform(0.5, 1.0)
    body = _rounded(
        np.array([(-w, -h), (w, -h), (w * rng.uniform(0.8, 1.3), h), (-w * rng.uniform(0.8, 1.3), h)]), 0.12
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


def clock(rng: Generator) -> Thing:
    """A round dial with hands and marks, or a plate."""
    marks = [[ellipse(0.75 * np.cos(t), 0.75 * np.sin(t), 0.05, 0.05)] for t in np.arange(12) * np.pi / 6]
    hands = [
        [capsule((0, 0), (r * np.cos(t), r * np.sin(t)), 0.05, 0.03)]
        for r, t in ((0.6, rng.uniform(0, 6)), (0.4, rng.uniform(0, 6)))
    ]
    face = [Piece("metal", [[ellipse(0, 0, 1, 1)]]), Piece("white", [[ellipse(0, 0, 0.88, 0.88)]], "face", 0)]
    return Thing("clock", face + ([Piece("dark", marks + hands, "", 0)] if rng.random() < 0.7 else []))


KINDS = (
    car,
    car,
    lorry,
    bicycle,
    bottle,
    bottle,
    cup,
    carton,
    carton,
    chair,
    chair,
    table,
    sofa,
    lamp,
    gear,
    bolt,
    tool,
    sign,
    house,
    window,
    aeroplane,
    boat,
    device,
    bag,
    clock,
)
