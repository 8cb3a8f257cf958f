"""Kinds of views: what is where in a picture, how many things, how alike they are."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from examples.scenes.canvas import Canvas
from examples.scenes.catalogue import ANY, FORMS, LIVING, MADE
from examples.scenes.flat_things import document, flat
from examples.scenes.forms import limbs, solid, stack
from examples.scenes.fronts import house_front
from examples.scenes.places import aerial, facade
from examples.scenes.sampling import count, happens, log_uniform, one_of
from examples.scenes.scenery import Painter, new_canvas, start, wall
from examples.scenes.specimens import cells, surface, vegetation
from examples.scenes.textures import blurred, grey, near, one_of_palette, palette
from examples.scenes.things import Maker

View = Callable[[Generator, int, int], Canvas]
"""Paints a picture of a height and width, before the camera."""

_CLOSE: tuple[Maker, ...] = (*LIVING, *MADE, stack, limbs, solid)
_PRODUCTS: tuple[Maker, ...] = (*MADE, *MADE, *LIVING, *FORMS)


def paint_view(rng: Generator, view: str, height: int, width: int) -> Canvas:
    """The painted canvas of a view, one of `names()`."""
    return _VIEWS[view](rng, height, width)


def names() -> tuple[str, ...]:
    """The kinds of views."""
    return tuple(SHARES)


def _photo(rng: Generator, height: int, width: int) -> Canvas:
    """Some things of any kind before a cluttered ground, nearer ones lower and larger."""
    painter = start(rng, height, width)
    painter.clutter(int(rng.gamma(1.5, 6)), sizes=(15, 220))
    painter.defocus(0.35)
    # From the farthest to the nearest, so that near things hide far ones.
    depths = np.sort(rng.random(count(rng, 1, 8)))
    realism = rng.uniform(0.2, 1.0)
    closeness = rng.uniform(0.0, 0.7)
    largest = 1.1 * min(height, width)
    for depth in depths:
        thing = one_of(rng, ANY)(rng)
        size = log_uniform(rng, 48, largest) * (0.6 + 0.6 * depth)
        x = width * rng.uniform(-0.02, 1.02)
        y = height * np.clip(rng.normal(0.35 + 0.4 * depth, 0.18), 0, 1)
        painter.put(
            thing,
            size,
            at=(x, y),
            realism=realism,
            closeness=closeness,
        )
    painter.in_front(0.3)
    return painter.canvas


def _closeup(rng: Generator, height: int, width: int) -> Canvas:
    """One thing that fills the picture or leaves it, maybe with another behind."""
    painter = start(rng, height, width)
    painter.clutter(count(rng, 0, 10), sizes=(20, 200))
    painter.defocus(0.5)
    shares = [0.5, 1.0]
    if happens(rng, 0.5):
        shares = [1.0]
    for share in shares:
        thing = one_of(rng, _CLOSE)(rng)
        size = max(height, width) * rng.uniform(0.5, 1.15) * share
        x = width * rng.normal(0.5, 0.12)
        y = height * rng.normal(0.5, 0.12)
        painter.put(
            thing,
            size,
            at=(x, y),
            turn=0.3,
            realism=rng.uniform(0.3, 1),
            closeness=0.4,
        )
    painter.in_front(0.25)
    return painter.canvas


def _studio(rng: Generator, height: int, width: int) -> Canvas:
    """Products before a plain or softly shaded wall."""
    colours = palette(rng)
    tone = near(rng, grey(one_of(rng, (250.0, 225.0, 120.0, 30.0))), 12)
    image = wall(rng, tone, height, width)
    if happens(rng, 0.4):
        level = int(height * rng.uniform(0.5, 0.85))
        image[level:] = wall(
            rng,
            near(rng, tone, 15),
            height - level,
            width,
        )
    painter = Painter(new_canvas(rng, image), rng, colours)
    products = count(rng, 1, 4)
    for number in range(products):
        thing = one_of(rng, _PRODUCTS)(rng)
        size = min(height, width) * rng.uniform(0.35, 0.9) / products**0.5
        x = width * (number + rng.uniform(0.3, 0.7)) / products
        y = height * rng.uniform(0.4, 0.65)
        painter.put(
            thing,
            size,
            at=(x, y),
            realism=0.7,
            closeness=one_of(rng, (0.0, 0.6)),
        )
    return painter.canvas


def _shapes(rng: Generator, height: int, width: int) -> Canvas:
    """Nameless forms over anything, often hardly different from it."""
    painter = start(rng, height, width)
    painter.clutter(count(rng, 0, 16), (10, 120), FORMS)
    painter.defocus(0.2)
    closeness = one_of(rng, (0.1, 0.5, 0.95))
    for _ in range(count(rng, 2, 12)):
        thing = one_of(rng, FORMS)(rng)
        size = log_uniform(rng, 26, min(height, width))
        painter.put(
            thing,
            size,
            at=painter.anywhere(-0.03),
            turn=2.0,
            realism=0.0,
            closeness=closeness,
        )
    painter.in_front(0.3)
    return painter.canvas


def _herd(rng: Generator, height: int, width: int) -> Canvas:
    """Many of one kind, alike in colour, that touch and hide each other."""
    painter = start(rng, height, width)
    painter.clutter(count(rng, 0, 5), (15, 100))
    painter.defocus(0.25)
    kind = one_of(rng, ANY)
    # Two coats for all of them.
    coats = [near(rng, one_of_palette(rng, painter.colours), 10) for _ in range(2)]
    herd_painter = replace(painter, colours=np.stack(coats))
    number = count(rng, 4, 26)
    size = log_uniform(rng, 36, 190)
    centre = np.array(painter.anywhere(0.3))
    spread = rng.uniform(0.6, 1.5) * size * number**0.5 * 0.45
    spots = centre + rng.normal(0, 1, (number, 2)) * spread
    realism = float(happens(rng, 0.5))
    first = kind(rng)
    from_back_to_front = spots[np.argsort(spots[:, 1])]
    for x, y in from_back_to_front:
        # Half of them are the very same thing.
        thing = first
        if not happens(rng, 0.5):
            thing = kind(rng)
        herd_painter.put(
            thing,
            size * rng.uniform(0.75, 1.3),
            at=(x, y),
            turn=0.5,
            realism=realism,
            closeness=0.0,
        )
    painter.in_front(0.2)
    return painter.canvas


def _murky(rng: Generator, height: int, width: int) -> Canvas:
    """Things in haze or under water: soft edges, and hardly any contrast."""
    canvas = one_of(rng, (_photo, _closeup, _herd))(rng, height, width)
    tone = near(rng, one_of_palette(rng, palette(rng)), 20).astype(np.float32)
    haze = np.float32(rng.uniform(0.1, 0.6))
    hazy = canvas.image * (1 - haze) + tone * haze
    canvas.image = blurred(hazy, rng.uniform(0.5, 2.2))
    return canvas


_VIEWS: dict[str, View] = {
    "photo": _photo,
    "closeup": _closeup,
    "studio": _studio,
    "shapes": _shapes,
    "herd": _herd,
    "cells": cells,
    "aerial": aerial,
    "facade": facade,
    "front": house_front,
    "surface": surface,
    "plants": vegetation,
    "document": document,
    "flat": flat,
    "murky": _murky,
}
SHARES = {
    "photo": 0.27,
    "closeup": 0.20,
    "studio": 0.10,
    "shapes": 0.10,
    "herd": 0.08,
    "cells": 0.05,
    "aerial": 0.06,
    "facade": 0.06,
    "front": 0.06,
    "surface": 0.04,
    "plants": 0.06,
    "document": 0.05,
    "flat": 0.06,
    "murky": 0.07,
}
"""How often each view is chosen, relative to the sum."""
