"""Views of flat things: a page that fills the picture; pages, cards and screens seen askew."""

import numpy as np
from numpy.random import Generator

from examples.scenes.canvas import Canvas
from examples.scenes.documents import line_of_letters, page
from examples.scenes.outlines import Ring, box
from examples.scenes.sampling import count, either, happens, log_uniform, one_of
from examples.scenes.scenery import start
from examples.scenes.things import Maker, Thing, moved, place

_BOARDS = ("paper", "white", "screen", "bright", "plastic", "box2")
_INNER_BOARDS = ("screen", "paper", "glass")
_INKS = ("dark", "bright", "bright2", "paint")
_STRONGEST_TILT = 0.45


def document(rng: Generator, height: int, width: int) -> Canvas:
    """A scanned or photographed page that fills the picture, or nearly."""
    painter = start(rng, height, width, busy=rng.uniform(0, 0.6))
    strength = either(rng, 0.5, 0.0, rng.uniform(0, 1))
    x = width * rng.normal(0.5, 0.1)
    y = height * rng.normal(0.5, 0.1)
    painter.put(
        askew(rng, page(rng), strength),
        size=max(height, width) * rng.uniform(0.8, 1.8),
        at=(x, y),
        turn=either(rng, 0.6, 0.01, 0.2),
        realism=rng.uniform(0.6, 1.0),
        closeness=0.1,
        bend=either(rng, 0.6, 0.0, 0.3),
    )
    return painter.canvas


def flat(rng: Generator, height: int, width: int) -> Canvas:
    """Pages, cards, posters and screens, seen askew, on any ground or wall."""
    painter = start(rng, height, width)
    painter.clutter(count(rng, 0, 8), (20, 160))
    painter.defocus(0.3)
    strength = rng.uniform(0.2, 1.5)
    largest = 0.8 * max(height, width)
    for _ in range(count(rng, 1, 8)):
        make = one_of(rng, _FLAT)
        thing = make(rng)
        painter.put(
            askew(rng, thing, strength),
            size=log_uniform(rng, 50, largest),
            at=painter.anywhere(0.05),
            turn=either(rng, 0.5, 0.05, 1.0),
            realism=rng.uniform(0.2, 1.0),
            closeness=0.35,
            bend=either(rng, 0.7, 0.0, 0.3),
        )
    painter.in_front(0.15)
    return painter.canvas


def card(rng: Generator) -> Thing:
    """A card, poster or screen: a plain board, perhaps with a rim, and some forms on it."""
    height = log_uniform(rng, 0.25, 2.5)
    corner = either(rng, 0.5, 0.0, rng.uniform(0.02, 0.2))
    name = one_of(rng, ("card", "poster", "screen"))
    thing = Thing(name)
    material = one_of(rng, _BOARDS)
    board = thing.add(material, box(-1, -height, 1, height, corner=corner))

    # The rim is as broad at the top as at the sides.
    if happens(rng, 0.4):
        x = 1 - rng.uniform(0.02, 0.12)
        y = height - (1 - x)
        material = one_of(rng, _INNER_BOARDS)
        board = thing.add(material, box(-x, -y, x, y))

    for _ in range(count(rng, 0, 6)):
        x = rng.uniform(-0.9, 0.6)
        y = height * rng.uniform(-0.9, 0.6)
        right = x + rng.uniform(0.1, 0.9)
        bottom = y + height * rng.uniform(0.05, 0.6)
        ink = one_of(rng, _INKS)
        thing.add(ink, box(x, y, right, bottom), inside=board)

    end = rng.uniform(-0.4, 0.8)
    y = height * rng.uniform(-0.8, 0.5)
    letter = min(0.15, height * 0.2)
    words = line_of_letters(rng, -0.8, end, y, letter)
    thing.add("dark", *words, inside=board)
    return thing


def askew(rng: Generator, thing: Thing, strength: float) -> Thing:
    """A flat thing seen from one side: what is farther is smaller. `strength`: 0 is from above."""
    upright = place(thing, centre=(0.0, 0.0), size=2.0)
    tilt = rng.normal(0, 0.22 * strength, 2)
    tilt = np.clip(tilt, -_STRONGEST_TILT, _STRONGEST_TILT)
    narrowing = np.abs(rng.normal(0, 0.3 * strength, 2))
    scale = np.exp(-narrowing)
    shear = rng.normal(0, 0.15 * strength)

    def project(ring: Ring) -> Ring:
        depth = 1 + ring @ tilt
        yx = ring[:, ::-1]
        leaning = ring + yx * (shear, 0)
        projected: Ring = leaning * scale / depth[:, None]
        return projected

    seen = Thing(thing.label)
    for layer in upright.layers:
        outlines = moved(layer.outlines, project)
        seen.add(
            layer.material,
            *outlines,
            label=layer.label,
            inside=layer.inside,
        )
    return seen


_FLAT: tuple[Maker, ...] = (page, card, card)
