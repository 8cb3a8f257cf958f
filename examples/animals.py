"""Animals and people. Each function draws one, in units of its own."""

import numpy as np

from examples.canvas import Piece, Thing
from examples.outlines import Group, Ring, blob, box, capsule, ellipse, leaf, ribbon, rotate, rough

Generator = np.random.Generator


def quadruped(rng: Generator) -> Thing:
    """Four legs, a body, a head; as cats, dogs, horses and sheep differ in proportions."""
    long, thick, leg = rng.uniform(0.9, 1.8), rng.uniform(0.28, 0.55), rng.uniform(0.3, 1.0)
    width, neck = rng.uniform(0.05, 0.14), rng.uniform(0.0, 0.7)
    stride = rng.normal(0, 0.2, 4)
    hip = thick * 0.5
    legs = [
        [_limb(rng, (at, hip), (at + bend, hip + leg), width * 1.5, width)]
        for at, bend in zip(
            (-long * 0.8, -long * 0.65, long * 0.65, long * 0.8), stride, strict=True
        )
    ]
    head_at = np.array([long + 0.25 + rng.uniform(0, 0.2), -neck - 0.15])
    skull = rng.uniform(0.2, 0.38)
    muzzle = head_at + (skull * rng.uniform(0.5, 1.3), skull * 0.3)
    tail = np.array(
        [
            (-long, -0.1),
            (-long - 0.3, rng.uniform(-0.7, 0.5)),
            (-long - rng.uniform(0.3, 0.9), rng.uniform(-0.9, 0.8)),
        ]
    )
    fur = rng.choice([0.0, 0.012, 0.03])
    coat = [
        [ellipse(0, 0, long, thick)],
        [_limb(rng, (long * 0.7, -0.05), tuple(head_at), thick * 0.75, skull * 0.7)],
        [ellipse(*head_at, skull, skull * 0.85)],
        [capsule(tuple(head_at), tuple(muzzle), skull * 0.7, skull * 0.45)],
    ]
    coat = [[rough(rng, ring, fur, 0.03) if fur else ring for ring in group] for group in coat]
    ears = [
        [
            leaf(
                rng,
                head_at[0] - 0.05 + dx,
                head_at[1] - skull * 0.5,
                skull * rng.uniform(0.7, 1.5),
                -1.6 + dx * 3,
                0.6,
            )
        ]
        for dx in (-0.1, 0.12)
    ]
    pieces = [
        Piece("coat", [[ribbon(tail, np.array([0.14, 0.1, 0.05]) * rng.uniform(0.5, 2))]], "tail"),
        Piece("coat2" if rng.random() < 0.4 else "coat", legs[::2]),
        Piece("coat", [*coat, *legs[1::2]]),
        Piece("coat3", _spots(rng, long, thick), "", 2),
        Piece("coat", coat[2:] + ears, "head"),
        Piece(
            "dark",
            [[ellipse(head_at[0] + skull * 0.35, head_at[1] - skull * 0.2, 0.05, 0.05)]],
            "eye",
        ),
        Piece("dark", [[ellipse(muzzle[0] + skull * 0.3, muzzle[1], 0.07, 0.05)]]),
    ]
    return Thing("animal", pieces, standing=True)


def _spots(rng: Generator, long: float, thick: float) -> Group:
    """Up to three patches along a body; where there is none, a speck that nobody sees."""
    count = rng.integers(0, 4)
    spots = [
        [blob(rng) * (long * 0.3, thick * 0.5) + (rng.uniform(-long, long) * 0.6, 0)]
        for _ in range(count)
    ]
    return spots or [[ellipse(0, 0, 0.01, 0.01)]]


def _limb(
    rng: Generator, start: tuple[float, ...], end: tuple[float, ...], r0: float, r1: float
) -> Ring:
    a, b = np.array(start), np.array(end)
    knee = (a + b) / 2 + rng.normal(0, 0.06, 2)
    return ribbon(np.stack([a, knee, b]), np.array([r0, (r0 + r1) * 0.55, r1]) * 2)


def bird(rng: Generator) -> Thing:
    """A bird, sitting or with a wing spread."""
    body = rotate(ellipse(0, 0, 0.9, rng.uniform(0.35, 0.55)), 0.3)
    spread = rng.uniform(0.7, 1.8)
    wing = leaf(rng, 0.3, -0.1, spread, rng.uniform(2.2, 4.3), rng.uniform(0.4, 0.8))
    tail = leaf(rng, -0.6, 0.1, rng.uniform(0.5, 1.3), np.pi - rng.uniform(-0.4, 0.4), 0.4)
    legs = [
        [
            ribbon(
                np.array([(x, 0.35), (x + 0.03, 0.65), (x + 0.1, 0.95)]),
                np.array([0.06, 0.05, 0.05]),
            )
        ]
        for x in (-0.1, 0.15)
    ]
    beak = np.array([(1.0, -0.6), (1.0 + rng.uniform(0.2, 0.6), -0.5), (0.98, -0.42)])
    pieces = [
        Piece("dark", legs),
        Piece("coat2", [[tail]]),
        Piece(
            "coat",
            [
                [body],
                [ellipse(0.8, -0.5, 0.3, 0.28)],
                [capsule((0.3, -0.1), (0.75, -0.4), 0.35, 0.2)],
            ],
        ),
        Piece("coat2", [[wing]], "wing"),
        Piece("bright", [[beak]]),
        Piece("dark", [[ellipse(0.9, -0.56, 0.06, 0.06)]]),
    ]
    return Thing("animal", pieces)


def fish(rng: Generator) -> Thing:
    """A fish from the side."""
    tall = rng.uniform(0.25, 0.6)
    t = np.linspace(0, 1, 30)
    half = tall * np.sin(np.pi * t**0.7) ** 0.8 + 0.06
    body = np.concatenate([np.stack([1 - 2 * t, half], 1), np.stack([1 - 2 * t, -half], 1)[::-1]])
    tail = np.array([(-0.85, 0), (-1.5, -0.5), (-1.3, 0), (-1.5, rng.uniform(0.3, 0.6))])
    fin = np.array([(0.3, -tall * 0.8), (-0.1, -tall * 1.6), (-0.5, -tall * 0.7)])
    stripes = [
        [ribbon(np.array([(x, -1), (x + 0.1, 0), (x, 1)]), np.full(2, rng.uniform(0.05, 0.2)))]
        for x in rng.uniform(-0.7, 0.7, rng.integers(1, 5))
    ]
    pieces = [
        Piece("coat2", [[tail], [fin]]),
        Piece("scales", [[body]]),
        Piece("coat3", stripes, "", 1),
        Piece("dark", [[ellipse(0.72, -0.08, 0.07, 0.07)]], "eye"),
        Piece("coat2", [[leaf(rng, 0.2, 0.1, 0.5, 2.6, 0.6)]]),
    ]
    return Thing("animal", pieces)


def insect(rng: Generator) -> Thing:
    """Six thin legs and a body in pieces, some with wings."""
    count = int(rng.integers(2, 4))
    at = np.linspace(-0.8, 0.8, count)
    body = [[ellipse(x, 0, 0.9 / count * 1.2, rng.uniform(0.15, 0.4))] for x in at]
    legs = [
        [
            ribbon(
                np.array([(x, 0), (x * 1.4, s * 0.5), (x * 1.9, s * rng.uniform(0.7, 1.1))]),
                np.array([0.07, 0.04, 0.03]),
            )
        ]
        for x in np.linspace(-0.5, 0.6, 3)
        for s in (-1, 1)
    ]
    pieces = [Piece("dark", legs)]
    if rng.random() < 0.6:
        size = rng.uniform(0.8, 1.7)
        for side in (-1, 1):
            wings = [
                [leaf(rng, 0.1, side * 0.1, size * k, side * a, 0.7)]
                for k, a in ((1.0, 1.2), (0.75, 2.1))
            ]
            pieces.append(Piece("coat2", wings, "wing"))
    return Thing("animal", [*pieces, Piece("coat", body)])


def person(rng: Generator) -> Thing:
    """A standing or walking figure in clothes."""
    hip, step, arm = 0.5, rng.uniform(-0.35, 0.35), rng.normal(0, 0.5, 2)
    wide = rng.uniform(0.75, 1.35)
    legs = [
        [_limb(rng, (s * 0.12 * wide, hip), (s * 0.13 + s * step, 1.45), 0.13 * wide, 0.09)]
        for s in (-1, 1)
    ]
    feet = [
        [capsule((s * 0.13 + s * step, 1.5), (s * 0.13 + s * step + 0.15, 1.53), 0.07, 0.06)]
        for s in (-1, 1)
    ]
    arms = [
        (
            np.array([s * 0.27 * wide, -0.35]),
            np.array([s * 0.38 * wide + 0.55 * np.sin(a), -0.3 + 0.75 * np.cos(a)]),
        )
        for s, a in zip((-1, 1), arm, strict=True)
    ]
    sleeves = [[_limb(rng, tuple(a), tuple(b), 0.1 * wide, 0.07)] for a, b in arms]
    hands = [[ellipse(*b, 0.075, 0.085)] for _, b in arms]
    right = np.array([(0.1, -0.5), (0.3 * wide, -0.42), (0.24 * wide, hip + 0.08)])
    torso = np.concatenate([right, (right * (-1, 1))[::-1]])
    skirt = np.array([(-0.2, 0.2), (0.2, 0.2), (0.4 * wide, 1.0), (-0.4 * wide, 1.0)])
    pieces = [
        Piece("skin", hands[:1]),
        Piece("cloth", sleeves[:1]),
        Piece("shoe", feet[:1], "shoe"),
        Piece("trousers", [*legs, [ellipse(0, hip, 0.24 * wide, 0.15)]], "trousers"),
        Piece("cloth", [[torso], [ellipse(0, -0.3, 0.3 * wide, 0.2)]], "shirt"),
        Piece(
            "cloth2",
            [[box(-0.5, y, 0.5, y + 0.08)] for y in rng.uniform(-0.4, 0.4, rng.integers(1, 4))],
            "",
            4,
        ),
        Piece("skin", [[ellipse(0, -0.55, 0.08, 0.12)], [ellipse(0, -0.78, 0.17, 0.21)]], "head"),
        Piece(
            "hair",
            [[rough(rng, ellipse(0, -0.87, 0.2, 0.17 + rng.uniform(0, 0.1)), 0.01, 0.03)]],
            "hair",
        ),
        Piece("skin", [[ellipse(0.02, -0.74, 0.13, 0.15)]]),
        Piece("cloth", sleeves[1:]),
        Piece("skin", hands[1:]),
        Piece("shoe", feet[1:], "shoe"),
    ]
    if rng.random() < 0.25:
        pieces.insert(5, Piece("trousers", [[skirt]]))
        pieces[6] = Piece("cloth2", pieces[6].groups, "", 4)
    if rng.random() < 0.3:
        pieces.append(
            Piece("bag", [[blob(rng, 0.15) * 0.2 + (0.4 * rng.choice([-1, 1]), 0.45)]], "bag")
        )
    return Thing("person", pieces, standing=True)


def portrait(rng: Generator) -> Thing:
    """Head and shoulders."""
    wide = rng.uniform(0.9, 1.3)
    shoulders = np.array(
        [
            (-1.2 * wide, 1.4),
            (-1.1 * wide, 0.8),
            (-0.4, 0.55),
            (0.4, 0.55),
            (1.1 * wide, 0.8),
            (1.2 * wide, 1.4),
        ]
    )
    hair = rough(rng, blob(rng, 0.2, 5) * (0.7, 0.8) + (0, -0.35), 0.012, 0.03)
    pieces = [
        Piece("hair", [[hair]], "hair"),
        Piece("skin", [[capsule((0, 0.1), (0, 0.7), 0.25, 0.3)]]),
        Piece("cloth", [[shoulders]], "shirt"),
        Piece("skin", [[ellipse(0, -0.15, 0.45, 0.6)]], "face"),
        Piece("white", [[ellipse(s * 0.18, -0.2, 0.09, 0.05)] for s in (-1, 1)]),
        Piece("dark", [[ellipse(s * 0.18, -0.2, 0.045, 0.045)] for s in (-1, 1)], "eye"),
        Piece("lips", [[ellipse(0, 0.18, 0.16, 0.05)]]),
        Piece("hair", [[rough(rng, ellipse(0, -0.66, 0.5, 0.24), 0.015, 0.03)]]),
    ]
    return Thing("person", pieces)


KINDS = (quadruped, quadruped, bird, fish, insect, person, person, portrait)
