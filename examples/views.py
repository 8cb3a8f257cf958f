"""Kinds of views, each with its own statistics: what stands where, how many, how alike."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from examples import forms, living, made
from examples.canvas import Canvas, Piece, Thing, place
from examples.outlines import blob, box, ellipse, ribbon, wander
from examples.scenery import (
    ANY, Maker, anywhere, clutter, defocus, in_front, log_size, new_canvas, put, start,
)  # fmt: skip
from examples.textures import near, palette, plain
from examples.textures import render as texture

Generator = np.random.Generator


def render(rng: Generator, view: str, height: int, width: int) -> Canvas:
    """The painted canvas of a view."""
    return _VIEWS[view](rng, height, width)


def names() -> tuple[str, ...]:
    """The kinds of views."""
    return tuple(SHARES)


def _photo(rng: Generator, height: int, width: int) -> Canvas:
    """Some things of any kind before a cluttered ground, nearer ones lower and larger."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.gamma(1.5, 6)), (15, 220))
    defocus(canvas, rng, 0.35)
    depths = np.sort(rng.random(int(rng.integers(1, 8))))
    realism, closeness = rng.uniform(0.2, 1.0), rng.uniform(0.0, 0.7)
    largest = min(420, 1.1 * min(height, width))
    for depth in depths:
        thing = ANY[rng.integers(len(ANY))](rng)
        size = log_size(rng, 32, largest) * (0.6 + 0.6 * depth)
        at = (width * rng.uniform(-0.02, 1.02), height * np.clip(rng.normal(0.35 + 0.4 * depth, 0.18), 0, 1))
        put(canvas, rng, thing, colours, size, at, realism=realism, closeness=closeness)
    in_front(canvas, rng, colours, 0.3)
    return canvas


def _closeup(rng: Generator, height: int, width: int) -> Canvas:
    """One thing that fills the picture or leaves it, maybe with another behind."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.integers(0, 10)), (20, 200))
    defocus(canvas, rng, 0.5)
    for share in (0.5, 1.0)[int(rng.random() < 0.5) :]:
        makers = (*living.KINDS, *made.KINDS, forms.stack, forms.limbs, forms.solid)
        thing = makers[rng.integers(len(makers))](rng)
        size = max(height, width) * rng.uniform(0.5, 1.15) * share
        at = (width * rng.normal(0.5, 0.12), height * rng.normal(0.5, 0.12))
        put(canvas, rng, thing, colours, size, at, turn=0.3, realism=rng.uniform(0.3, 1), closeness=0.4)
    in_front(canvas, rng, colours, 0.25)
    return canvas


def _studio(rng: Generator, height: int, width: int) -> Canvas:
    """Products before a plain or softly shaded wall."""
    colours = palette(rng)
    tone = near(rng, np.full(3, rng.choice([250.0, 225.0, 120.0, 30.0])), 12)
    image = render_plain(rng, tone, height, width)
    if rng.random() < 0.4:
        level = int(height * rng.uniform(0.5, 0.85))
        image[level:] = render_plain(rng, near(rng, tone, 15), height - level, width)
    canvas = new_canvas(rng, image)
    makers = (*made.KINDS, *made.KINDS, *living.KINDS, *forms.KINDS)
    count = int(rng.integers(1, 4))
    for number in range(count):
        thing = makers[rng.integers(len(makers))](rng)
        size = min(height, width) * rng.uniform(0.35, 0.9) / count**0.5
        at = (width * (number + rng.uniform(0.3, 0.7)) / count, height * rng.uniform(0.4, 0.65))
        put(canvas, rng, thing, colours, size, at, realism=0.7, closeness=rng.choice([0.0, 0.6]))
    return canvas


def render_plain(rng: Generator, tone: NDArray[np.float64], height: int, width: int) -> NDArray[np.float32]:
    """A wall of one tone with hardly any grain."""
    return texture(rng, plain(tone, "cloud", rng.uniform(1, 9), rng.uniform(1, 3)), height, width)


def _shapes(rng: Generator, height: int, width: int) -> Canvas:
    """Nameless forms over anything, often hardly different from it."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.integers(0, 16)), (10, 120), forms.KINDS)
    defocus(canvas, rng, 0.2)
    closeness = rng.choice([0.1, 0.5, 0.95])
    for _ in range(int(rng.integers(2, 12))):
        thing = forms.KINDS[rng.integers(len(forms.KINDS))](rng)
        size = log_size(rng, 18, min(400, min(height, width)))
        put(canvas, rng, thing, colours, size, anywhere(rng, canvas, -0.03), turn=2.0, realism=0.0, closeness=closeness)
    in_front(canvas, rng, colours, 0.3)
    return canvas


def _herd(rng: Generator, height: int, width: int) -> Canvas:
    """Many of one kind, alike in colour, touching and hiding each other."""
    canvas, colours = start(rng, height, width)
    clutter(canvas, rng, colours, int(rng.integers(0, 5)), (15, 100))
    defocus(canvas, rng, 0.25)
    kind = ANY[rng.integers(len(ANY))]
    coats = np.stack([near(rng, colours[rng.integers(len(colours))], 10) for _ in range(2)])
    count, size = int(rng.integers(4, 26)), log_size(rng, 28, 150)
    centre, spread = np.array(anywhere(rng, canvas, 0.3)), rng.uniform(0.6, 1.5) * size * count**0.5 * 0.45
    spots = centre + rng.normal(0, 1, (count, 2)) * spread
    realism, one = float(rng.random() < 0.5), kind(rng)
    for x, y in spots[np.argsort(spots[:, 1])]:
        thing = one if rng.random() < 0.5 else kind(rng)
        put(canvas, rng, thing, coats, size * rng.uniform(0.75, 1.3), (x, y), turn=0.5, realism=realism, closeness=0.0)
    in_front(canvas, rng, colours, 0.2)
    return canvas


def _cells(rng: Generator, height: int, width: int) -> Canvas:
    """A micrograph: cells or grains, dark or bright, round or ragged, touching."""
    dark = rng.random() < 0.4
    tone = near(rng, np.full(3, 25.0 if dark else 215.0) * rng.uniform(0.7, 1.1, 3), 12)
    name = str(rng.choice(["cloud", "grain", "smoke", "stone"]))
    image = texture(rng, plain(tone, name, rng.uniform(2, 18), rng.uniform(0.5, 2)), height, width)
    canvas = new_canvas(rng, image)
    canvas.softness = float(rng.uniform(0.3, 1.8))
    kin = near(rng, np.full(3, 140.0), 45) if dark else near(rng, tone * rng.uniform(0.35, 0.9), 18)
    colours = np.stack([near(rng, kin, 12) for _ in range(4)])
    waves, roughness, nucleus = int(rng.integers(1, 9)), rng.uniform(0.05, 0.7), rng.random() < 0.4
    size = log_size(rng, 16, 90)
    count = int(min(70, height * width / size**2 * rng.uniform(0.05, 0.7)))
    for _ in range(max(3, count)):
        body = blob(rng, roughness, waves)
        pieces = [Piece("a", [[body]])]
        if nucleus:
            pieces.append(Piece("b", [[blob(rng, 0.2, 4) * 0.45]], "nucleus", 0))
        put(canvas, rng, Thing("cell", pieces), colours, size * rng.lognormal(0, 0.25), anywhere(rng, canvas, -0.02),
            turn=2.0, realism=0.0, closeness=0.15, shadow=0.0)  # fmt: skip
    return canvas


def _aerial(rng: Generator, height: int, width: int) -> Canvas:
    """From above: fields, roads, roofs at one common angle, trees, vehicles, water."""
    canvas, colours = start(rng, height, width, busy=float(rng.uniform(0.1, 0.8)))
    grid = rng.uniform(0, np.pi)
    unit = log_size(rng, 22, 90)
    for _ in range(int(rng.integers(0, 4))):
        road = Thing("wire", [Piece("a", [[ribbon(wander(rng, 4, 0.25), np.full(2, rng.uniform(0.08, 0.3)))]])])
        put(
            canvas,
            rng,
            road,
            colours,
            max(height, width) * 1.4,
            anywhere(rng, canvas),
            turn=2,
            realism=0,
            closeness=0.6,
            shadow=0,
        )
    for _ in range(int(rng.integers(4, 22))):
        kind = rng.random()
        at, size = anywhere(rng, canvas, -0.03), unit * rng.uniform(0.6, 2.2)
        if kind < 0.55:
            thing, turn = _roof(rng), 0.0
            thing = _turned(thing, grid + rng.choice([0, np.pi / 2]))
        elif kind < 0.8:
            crown = [
                [blob(rng, 0.6, 9) * rng.uniform(0.5, 1) + rng.normal(0, 0.3, 2)] for _ in range(rng.integers(1, 5))
            ]
            thing, turn = Thing("tree", [Piece("foliage", crown)]), 2.0
        else:
            wide = rng.uniform(0.35, 0.55)
            pieces = [
                Piece("paint", [[box(-1, -wide, 1, wide, 0.2)]]),
                Piece(
                    "glass",
                    [[box(-0.6, -wide * 0.8, -0.2, wide * 0.8, 0.05)], [box(0.3, -wide * 0.8, 0.55, wide * 0.8, 0.05)]],
                ),
            ]
            thing, turn, size = _turned(Thing("car", pieces), grid), 0.1, unit * 0.45
        put(
            canvas,
            rng,
            thing,
            colours,
            size,
            at,
            turn=turn,
            realism=0.3,
            closeness=0.4,
            bend=0.2,
            shadow=rng.uniform(0, 0.7),
        )
    return canvas


def _roof(rng: Generator) -> Thing:
    w, h, cut = 1.0, rng.uniform(0.35, 1.0), rng.uniform(0.3, 0.7)
    if rng.random() < 0.3:
        plan = np.array(
            [(-w, -h), (w, -h), (w, h * cut - h / 2), (w * cut - 0.2, h * cut - h / 2), (w * cut - 0.2, h), (-w, h)]
        )
        return Thing("building", [Piece("roof", [[plan]]), Piece("metal", [[box(-0.6, -0.3, -0.4, -0.1)]])])
    ridge = h * rng.uniform(-0.1, 0.1)
    sides = [Piece("roof", [[box(-w, -h, w, ridge)]]), Piece("roof2", [[box(-w, ridge, w, h)]])]
    return Thing(
        "building",
        sides
        + [
            Piece("metal", [[box(x, -h * 0.5, x + 0.15, -h * 0.5 + 0.15)]])
            for x in rng.uniform(-0.8, 0.7, rng.integers(0, 4))
        ],
    )


def _turned(thing: Thing, angle: float) -> Thing:
    return place(thing, (0.0, 0.0), 2.0, angle)


def _facade(rng: Generator, height: int, width: int) -> Canvas:
    """A wall with rows of the same windows, doors, signs; trees and wires before it."""
    canvas, colours = start(rng, height, width, busy=float(rng.uniform(0, 0.5)))
    one, pitch = made.window(rng), log_size(rng, 40, 170)
    size, tilt = pitch * rng.uniform(0.4, 0.85), rng.normal(0, 0.05)
    pieces = [
        Piece("wood", [[box(-0.5, -1, 0.5, 1)]]),
        Piece("glass", [[box(-0.35, -0.8, 0.35, -0.1)]], "", 0),
        Piece("chrome", [[ellipse(0.38, 0.1, 0.05, 0.05)]]),
    ]
    wardrobe = np.stack([near(rng, colours[rng.integers(len(colours))], 8) for _ in range(3)])
    realism, closeness = float(rng.random() < 0.5), rng.choice([0.0, 0.5])
    state = rng.integers(2**31)
    for y in np.arange(pitch * rng.uniform(0.2, 0.7), height + size / 2, pitch * rng.uniform(0.9, 1.3)):
        for x in np.arange(pitch * rng.uniform(0.0, 0.6), width + size / 2, pitch):
            if rng.random() < 0.08:
                continue
            thing, local = (Thing("door", pieces), rng) if rng.random() < 0.06 else (one, np.random.default_rng(state))
            put(
                canvas,
                local,
                thing,
                wardrobe,
                size,
                (x, y + tilt * x),
                turn=0.02,
                realism=realism,
                closeness=closeness,
                bend=0.15,
            )
    clutter(
        canvas,
        rng,
        colours,
        int(rng.integers(0, 4)),
        (50, 260),
        (living.tree, forms.wire, living.person, made.sign, made.lamp),
    )
    return canvas


def _surface(rng: Generator, height: int, width: int) -> Canvas:
    """A surface with faults: stains, scratches, cracks, dents, holes; often faint."""
    tone = near(rng, np.full(3, rng.uniform(40, 210)), 15)
    name = str(rng.choice(["brushed", "grain", "stone", "sand", "cloud", "weave", "wood", "cracks", "marble"]))
    image = texture(rng, plain(tone, name, rng.uniform(3, 35), rng.uniform(0.5, 2.5)), height, width)
    canvas = new_canvas(rng, image)
    canvas.softness = float(rng.uniform(0.2, 2.2))
    gap = rng.uniform(8, 70)
    colours = np.stack([near(rng, tone, gap) for _ in range(4)])
    makers: tuple[Maker, ...] = (forms.wire, forms.patch, forms.solid, forms.cluster, forms.wire)
    for _ in range(int(rng.integers(1, 8))):
        thing = makers[rng.integers(len(makers))](rng)
        put(
            canvas,
            rng,
            thing,
            colours,
            log_size(rng, 24, 400),
            anywhere(rng, canvas),
            turn=2,
            realism=0,
            closeness=0.3,
            shadow=0.0,
        )
    return canvas


def _plants(rng: Generator, height: int, width: int) -> Canvas:
    """Leaves over leaves, stems, fruit, flowers."""
    canvas, colours = start(rng, height, width)
    makers: tuple[Maker, ...] = (
        living.single_leaf,
        living.leafy,
        living.flower,
        living.fruit,
        living.tree,
        living.mushroom,
        forms.wire,
        living.insect,
    )
    clutter(canvas, rng, colours, int(rng.integers(2, 14)), (30, 200), makers)
    defocus(canvas, rng, 0.6)
    kinds = [makers[k] for k in rng.integers(0, len(makers), 2)]
    size = log_size(rng, 40, 260)
    for _ in range(int(rng.integers(2, 14))):
        thing = kinds[rng.integers(2)](rng)
        put(
            canvas,
            rng,
            thing,
            colours,
            size * rng.uniform(0.5, 1.5),
            anywhere(rng, canvas),
            turn=1.2,
            realism=0.8,
            closeness=0.4,
        )
    in_front(canvas, rng, colours, 0.3)
    return canvas


_VIEWS: dict[str, Callable[[Generator, int, int], Canvas]] = {
    "photo": _photo, "closeup": _closeup, "studio": _studio, "shapes": _shapes, "herd": _herd, "cells": _cells,
    "aerial": _aerial, "facade": _facade, "surface": _surface, "plants": _plants,
}  # fmt: skip
SHARES = {"photo": 0.27, "closeup": 0.12, "studio": 0.09, "shapes": 0.14, "herd": 0.09, "cells": 0.07, "aerial": 0.07,
          "facade": 0.05, "surface": 0.04, "plants": 0.06}  # fmt: skip
"""Of a hundred seeds, how many show which view."""
