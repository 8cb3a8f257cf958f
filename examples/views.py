"""Kinds of views, each with its own statistics: what stands where, how many, how alike."""

from collections.abc import Callable

import numpy as np

from examples import forms, places, specimens
from examples.canvas import Canvas
from examples.scenery import (
    ANY,
    LIVING,
    MADE,
    anywhere,
    clutter,
    defocus,
    in_front,
    log_size,
    new_canvas,
    put,
    start,
    wall,
)
from examples.textures import near, palette


def paint(rng: np.random.Generator, view: str, height: int, width: int) -> Canvas:
    """The painted canvas of a view."""
    return _VIEWS[view](rng, height, width)


def names() -> tuple[str, ...]:
    """The kinds of views."""
    return tuple(SHARES)


def _photo(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """Some things of any kind before a cluttered ground, nearer ones lower and larger."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.gamma(1.5, 6)), (15, 220))
    defocus(canvas, rng, 0.35)
    depths = np.sort(rng.random(int(rng.integers(1, 8))))
    realism, closeness = rng.uniform(0.2, 1.0), rng.uniform(0.0, 0.7)
    largest = 1.1 * min(height, width)
    for depth in depths:
        thing = ANY[rng.integers(len(ANY))](rng)
        size = log_size(rng, 48, largest) * (0.6 + 0.6 * depth)
        at = (
            width * rng.uniform(-0.02, 1.02),
            height * np.clip(rng.normal(0.35 + 0.4 * depth, 0.18), 0, 1),
        )
        put(canvas, rng, thing, colours, size, at, realism=realism, closeness=closeness)
    in_front(canvas, rng, colours, 0.3)
    return canvas


def _closeup(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """One thing that fills the picture or leaves it, maybe with another behind."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.integers(0, 10)), (20, 200))
    defocus(canvas, rng, 0.5)
    for share in (0.5, 1.0)[int(rng.random() < 0.5) :]:
        makers = (*LIVING, *MADE, forms.stack, forms.limbs, forms.solid)
        thing = makers[rng.integers(len(makers))](rng)
        size = max(height, width) * rng.uniform(0.5, 1.15) * share
        at = (width * rng.normal(0.5, 0.12), height * rng.normal(0.5, 0.12))
        put(
            canvas,
            rng,
            thing,
            colours,
            size,
            at,
            turn=0.3,
            realism=rng.uniform(0.3, 1),
            closeness=0.4,
        )
    in_front(canvas, rng, colours, 0.25)
    return canvas


def _studio(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """Products before a plain or softly shaded wall."""
    colours = palette(rng)
    tone = near(rng, np.full(3, rng.choice([250.0, 225.0, 120.0, 30.0])), 12)
    image = wall(rng, tone, height, width)
    if rng.random() < 0.4:
        level = int(height * rng.uniform(0.5, 0.85))
        image[level:] = wall(rng, near(rng, tone, 15), height - level, width)
    canvas = new_canvas(rng, image)
    makers = (*MADE, *MADE, *LIVING, *forms.KINDS)
    count = int(rng.integers(1, 4))
    for number in range(count):
        thing = makers[rng.integers(len(makers))](rng)
        size = min(height, width) * rng.uniform(0.35, 0.9) / count**0.5
        at = (width * (number + rng.uniform(0.3, 0.7)) / count, height * rng.uniform(0.4, 0.65))
        put(canvas, rng, thing, colours, size, at, realism=0.7, closeness=rng.choice([0.0, 0.6]))
    return canvas


def _shapes(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """Nameless forms over anything, often hardly different from it."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.integers(0, 16)), (10, 120), forms.KINDS)
    defocus(canvas, rng, 0.2)
    closeness = rng.choice([0.1, 0.5, 0.95])
    for _ in range(int(rng.integers(2, 12))):
        thing = forms.KINDS[rng.integers(len(forms.KINDS))](rng)
        size = log_size(rng, 26, min(height, width))
        put(
            canvas,
            rng,
            thing,
            colours,
            size,
            anywhere(rng, canvas, -0.03),
            turn=2.0,
            realism=0.0,
            closeness=closeness,
        )
    in_front(canvas, rng, colours, 0.3)
    return canvas


def _herd(rng: np.random.Generator, height: int, width: int) -> Canvas:
    """Many of one kind, alike in colour, touching and hiding each other."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.integers(0, 5)), (15, 100))
    defocus(canvas, rng, 0.25)
    kind = ANY[rng.integers(len(ANY))]
    coats = np.stack([near(rng, colours[rng.integers(len(colours))], 10) for _ in range(2)])
    count, size = int(rng.integers(4, 26)), log_size(rng, 36, 190)
    centre, spread = (
        np.array(anywhere(rng, canvas, 0.3)),
        rng.uniform(0.6, 1.5) * size * count**0.5 * 0.45,
    )
    spots = centre + rng.normal(0, 1, (count, 2)) * spread
    realism, one = float(rng.random() < 0.5), kind(rng)
    for x, y in spots[np.argsort(spots[:, 1])]:
        thing = one if rng.random() < 0.5 else kind(rng)
        put(
            canvas,
            rng,
            thing,
            coats,
            size * rng.uniform(0.75, 1.3),
            (x, y),
            turn=0.5,
            realism=realism,
            closeness=0.0,
        )
    in_front(canvas, rng, colours, 0.2)
    return canvas


_VIEWS: dict[str, Callable[[np.random.Generator, int, int], Canvas]] = {
    "photo": _photo,
    "closeup": _closeup,
    "studio": _studio,
    "shapes": _shapes,
    "herd": _herd,
    "cells": specimens.cells,
    "aerial": places.aerial,
    "facade": places.facade,
    "surface": specimens.surface,
    "plants": specimens.vegetation,
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
    "surface": 0.04,
    "plants": 0.06,
}
"""Of a hundred seeds, how many show which view."""
