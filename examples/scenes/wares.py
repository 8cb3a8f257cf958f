"""Vessels, packages and devices. Each function makes one, in units of its own."""

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import (
    Outline,
    box,
    capsule,
    disc,
    ellipse,
    lathe,
    point_at,
    polygon,
    rounded,
)
from examples.scenes.sampling import count, either, happens
from examples.scenes.things import Thing
from examples.scenes.traced_outlines import GLYPH_SIDE, glyph


def bottle(rng: Generator) -> Thing:
    """A bottle or jar, with a label and a cap."""
    neck = rng.uniform(0.1, 0.4)
    wide = rng.uniform(0.3, 0.75)
    shoulder = rng.uniform(-0.7, 0.1)
    # Some bottles are narrower or wider in their middle.
    waist = wide * rng.uniform(0.85, 1.1)
    body = lathe(
        (-1.3, neck),
        (-1.1, neck),
        (shoulder - 0.2, neck * 1.1),
        (shoulder + 0.25, wide),
        (0.6, waist),
        (1.2, wide),
        (1.3, wide * 0.93),
    )
    top = rng.uniform(0.2, 0.5)
    paper = box(-1, top, 1, rng.uniform(0.7, 1.1))
    bar = box(
        x0=-wide,
        y0=top + 0.12,
        x1=wide * rng.uniform(-0.3, 1),
        y1=top + 0.22,
    )
    # The label is clipped to the bottle, and its print to the label.
    letters = _letters(rng, y=top + 0.3, size=wide * 0.5)
    cap = box(
        x0=-neck * 1.15,
        y0=-1.5,
        x1=neck * 1.15,
        y1=-1.2,
        corner=0.04,
    )

    thing = Thing("bottle", standing=True)
    glass = thing.add("bottle", body)
    label = thing.add("paper", paper, label="label", inside=glass)
    thing.add("bright", bar, *letters, inside=label)
    thing.add("cap", cap, label="lid")
    return thing


def _letters(rng: Generator, y: float, size: float) -> list[Outline]:
    """Up to two letters in a row."""
    letters = []
    for number in range(count(rng, 0, 3)):
        x = number * size * 0.35 - size * 0.7
        corner = (x, y - size * 0.3)
        letter = [ring / GLYPH_SIDE * size * 1.4 + corner for ring in glyph(rng)]
        letters.append(letter)
    return letters


def cup(rng: Generator) -> Thing:
    """A cup, mug or vase with a handle whose hole shows what is behind."""
    low = rng.uniform(0.4, 1.0)
    has_handle = happens(rng, 0.7)
    upper = 0.8 * rng.uniform(0.8, 1.2)
    body = lathe(
        (-0.9, 0.8),
        (-0.4, upper),
        (0.3, (0.8 + low) / 2),
        (0.8, low),
        (0.9, low * 0.8),
    )
    # What is behind shows through the handle: the second ring is a hole.
    handle = [
        disc(0.5, at=(0.75, -0.1)),
        ellipse(0.33, 0.35, at=(0.75, -0.1)),
    ]
    levels = rng.uniform(-0.7, 0.7, count(rng, 0, 4))
    bands = [box(-2, y, 2, y + 0.12) for y in levels]
    if not bands:
        # A layer needs an outline: a speck that nobody sees.
        bands.append(box(0, 0, 0.01, 0.01))

    thing = Thing("cup", standing=True)
    if has_handle:
        thing.add("china", handle, label="handle")
    side = thing.add("china", body)
    thing.add("bright", *bands, inside=side)
    thing.add("liquid", ellipse(0.8, rng.uniform(0.08, 0.25), at=(0, -0.9)))
    return thing


def carton(rng: Generator) -> Thing:
    """A box in perspective: three faces, and a band about it."""
    width = rng.uniform(0.5, 1.2)
    depth = rng.uniform(0.3, 0.9)
    height = rng.uniform(0.4, 1.5)
    near = np.zeros(2)
    # The edges of the box that start at its nearest corner, in perspective.
    right = np.array([width, -width * rng.uniform(0.1, 0.4)])
    left = np.array([-depth, -depth * rng.uniform(0.2, 0.5)])
    up = np.array([0, -height])
    band = polygon(
        up * 0.6,
        right + up * 0.6,
        right + up * 0.3,
        up * 0.3,
    )
    label = either(rng, 0.5, "label", "")

    thing = Thing("box", standing=True)
    thing.add("box", polygon(near, left, left + up, up))
    front = thing.add("box2", polygon(near, right, right + up, up))
    thing.add(
        "box3",
        polygon(
            up,
            right + up,
            right + left + up,
            left + up,
        ),
    )
    thing.add("paper", band, label=label, inside=front)
    return thing


def bag(rng: Generator) -> Thing:
    """A bag with a handle."""
    width = rng.uniform(0.6, 1.1)
    height = rng.uniform(0.5, 1.0)
    corners = polygon(
        (-width, -height),
        (width, -height),
        (width * rng.uniform(0.8, 1.3), height),
        (-width * rng.uniform(0.8, 1.3), height),
    )
    handle = [
        ellipse(width * 0.5, 0.5, at=(0, -height)),
        ellipse(width * 0.4, 0.4, at=(0, -height)),
    ]
    pocket = box(
        x0=-width * 0.6,
        y0=-height * 0.3,
        x1=width * 0.6,
        y1=height * 0.4,
        corner=0.1,
    )

    thing = Thing("bag", standing=True)
    thing.add("leather2", handle, label="handle")
    body = thing.add("leather", rounded(corners, 0.12))
    thing.add("leather2", pocket, inside=body)
    thing.add("chrome", disc(0.08, at=(0, -height * 0.2)))
    return thing


def device(rng: Generator) -> Thing:
    """A screen, phone, book or remote control: a slab with things on it."""
    width = rng.uniform(0.4, 1.3)
    height = rng.uniform(0.5, 1.0)
    columns = np.arange(-width + 0.1, width - 0.2, 0.2)
    rows = np.arange(height * 0.4, height - 0.12, 0.14)
    keys = []
    for x in columns:
        keys += [
            box(
                x0=x,
                y0=y,
                x1=x + 0.12,
                y1=y + 0.08,
                corner=0.02,
            )
            for y in rows
        ]
    screen = box(
        x0=-width * 0.9,
        y0=-height * 0.9,
        x1=width * 0.9,
        y1=height * 0.3,
    )
    slab = box(
        x0=-width,
        y0=-height,
        x1=width,
        y1=height,
        corner=rng.uniform(0, 0.15),
    )

    thing = Thing("device")
    body = thing.add("plastic", slab)
    thing.add("screen", screen, label="screen", inside=body)
    # Small slabs have no room for keys.
    if keys:
        thing.add("plastic2", *keys, inside=body)
    return thing


def clock(rng: Generator) -> Thing:
    """A round dial with hands and marks, or a plate."""
    hours = np.arange(12) * np.pi / 6
    marks = [disc(0.05, at=point_at(turn, 0.75)) for turn in hours]
    hands = []
    for length in (0.6, 0.4):
        tip = point_at(rng.uniform(0, 6), length)
        hands.append(capsule((0, 0), tip, r0=0.05, r1=0.03))

    thing = Thing("clock")
    plate = thing.add("metal", disc(1))
    dial = thing.add("white", disc(0.88), label="dial", inside=plate)
    if happens(rng, 0.7):
        thing.add("dark", *marks, *hands, inside=dial)
    return thing
