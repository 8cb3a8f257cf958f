"""Houses, windows, signs. Each function makes one, in units of its own."""

from itertools import pairwise

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import Outline, box, full_turn, polar, polygon
from examples.scenes.sampling import count, happens, one_of
from examples.scenes.things import Thing
from examples.scenes.traced_outlines import GLYPH_SIDE, glyph


def sign(rng: Generator) -> Thing:
    """A traffic sign on a post: plate, rim, letter or bar."""
    corners = one_of(rng, (3, 4, 8, 40))
    # The first corner of a plate is at its top; a square has level sides.
    start = -np.pi / 2
    if corners == 4:
        start = np.pi / 4
    plate = polar(full_turn(corners) + start)
    bar = box(-0.5, -0.13, 0.5, 0.13)
    mark: Outline = [bar]
    if happens(rng, 0.6):
        mark = [ring / GLYPH_SIDE * 1.5 - 0.75 for ring in glyph(rng)]

    thing = Thing("sign", standing=True)
    pole = box(-0.06, 0, 0.06, rng.uniform(2, 4))
    thing.add("chrome", pole, label="pole")
    rim = thing.add("bright", plate)
    thing.add("white", plate * 0.8, inside=rim)
    thing.add("dark", mark, inside=rim)
    return thing


def house(rng: Generator) -> Thing:
    """A building from the front: wall, roof, rows of windows, a door."""
    columns = count(rng, 1, 6)
    rows = count(rng, 1, 6)
    width = columns * 0.5 + 0.2
    height = rows * 0.6 + 0.2

    thing = Thing("building")
    wall = box(
        x0=-width / 2,
        y0=-height,
        x1=width / 2,
        y1=0,
    )
    thing.add("wall", wall)
    if happens(rng, 0.6):
        _add_roof(thing, rng, width, height)
    for row in range(rows):
        for column in range(columns):
            x = -width / 2 + 0.2 + column * 0.5
            y = -height + 0.15 + row * 0.6
            # The door takes the place of a window, in the middle of the ground floor.
            is_lowest = row == rows - 1
            if is_lowest and column == columns // 2:
                door = box(x, y, x + 0.3, 0, corner=0.02)
                thing.add("wood", door, label="door")
            else:
                _add_window(thing, x, y)
    return thing


def _add_roof(thing: Thing, rng: Generator, width: float, height: float) -> None:
    """A roof with a ridge that may lie to one side."""
    peak = rng.uniform(0.2, 0.7)
    roof = polygon(
        (-width / 2 - 0.1, -height),
        (width / 2 + 0.1, -height),
        (rng.uniform(-0.5, 0.5) * width * 0.6, -height - peak),
        (-0.1 * width, -height - peak),
    )
    thing.add("roof", roof, label="roof")


def _add_window(thing: Thing, x: float, y: float) -> None:
    """A white frame with two panes; its upper left corner is at x, y."""
    whole = box(x, y, x + 0.3, y + 0.4)
    left = box(
        x0=x + 0.03,
        y0=y + 0.03,
        x1=x + 0.14,
        y1=y + 0.37,
    )
    right = box(
        x0=x + 0.16,
        y0=y + 0.03,
        x1=x + 0.27,
        y1=y + 0.37,
    )
    frame = thing.add("white", whole, label="window")
    thing.add("glass", left, right, inside=frame)


def window(rng: Generator) -> Thing:
    """A window with frame and panes."""
    width = rng.uniform(0.5, 1.2)
    height = rng.uniform(0.7, 1.4)
    bar = rng.uniform(0.03, 0.1)
    columns = np.linspace(-width, width, count(rng, 1, 4) + 1)
    rows = np.linspace(-height, height, count(rng, 1, 5) + 1)
    panes = []
    for left, right in pairwise(columns):
        for top, bottom in pairwise(rows):
            pane = box(
                x0=left + bar,
                y0=top + bar,
                x1=right - bar,
                y1=bottom - bar,
            )
            panes.append(pane)

    thing = Thing("window")
    # The bars between the panes are what the panes leave of the frame.
    frame = thing.add("white", box(-width, -height, width, height))
    thing.add("glass", *panes, inside=frame)
    return thing
