"""The demo's shop: shelves with bottles, boxes, cups and bags in rows, several of each."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.demo.scenery import Choice, View, daylight
from examples.scenes.backgrounds import band
from examples.scenes.canvas import Canvas
from examples.scenes.plants import fruit
from examples.scenes.sampling import count, one_of
from examples.scenes.staging import stand
from examples.scenes.textures import Material, grey, near, plain, render
from examples.scenes.wardrobe import natural
from examples.scenes.wares import bag, bottle, carton, clock, cup

_ON_SHELF: tuple[Choice, ...] = (
    (bottle, 1.0),
    (bottle, 0.85),
    (carton, 0.75),
    (cup, 0.5),
    (bag, 0.8),
    (fruit, 0.35),
    (clock, 0.5),
)
"""Kinds of things, and their heights as shares of the room on a shelf."""


def shop(rng: Generator, height: int, width: int) -> View:
    """Two or three shelves, one above the other."""
    rows = count(rng, 2, 4)
    level = one_of(rng, (70.0, 150.0, 205.0))
    back = plain(near(rng, grey(level), 12), "brushed", contrast=6, scale=2.0)
    canvas = daylight(rng, render(rng, back, height, width))
    # The light of a shop comes from the front.
    canvas.light = replace(canvas.light, x=-0.3, y=-0.5, up=1.0)
    board = natural(rng, one_of(rng, ("wood", "metal", "white")))
    thick = round(height * 0.035)
    shelves = np.zeros((height, width), np.bool_)
    for row in range(rows):
        top = row * height / rows
        foot = (row + 1) * height / rows - thick
        _shade_below(canvas, round(top))
        shelves |= _put_board(canvas, rng, board, round(foot), thick)
        _fill_row(canvas, rng, foot - 2, room=(foot - top) * 0.86)
    regions = [
        ("wall", band(height, width, 0, 1)),
        ("shelf", shelves),
    ]
    return View(canvas, regions)


def _shade_below(canvas: Canvas, top: int) -> None:
    """The shade of the board above y = `top`."""
    height, _ = canvas.size
    deep = round(height * 0.09)
    light = np.linspace(0.45, 1, deep)
    canvas.image[top : top + deep] *= light[:, None, None]


def _put_board(
    canvas: Canvas,
    rng: Generator,
    board: Material,
    foot: int,
    thick: int,
) -> NDArray[np.bool_]:
    """A board on which things have their feet at y = `foot`; (H, W): its px."""
    _, width = canvas.size
    back = slice(foot - 3, foot)
    whole = slice(foot - 3, foot + thick)
    canvas.image[whole] = render(rng, board, thick + 3, width)
    canvas.image[back] *= 0.75
    mask = np.zeros(canvas.size, np.bool_)
    mask[whole] = True
    return mask


def _fill_row(canvas: Canvas, rng: Generator, foot: float, room: float) -> None:
    """Groups of like things along a board at y = `foot`; `room`: px above it."""
    _, width = canvas.size
    x = rng.uniform(-10, 20)
    while x < width:
        make, share = one_of(rng, _ON_SHELF)
        tall = room * share * rng.uniform(0.8, 1.0)
        seed = count(rng, 0, 2**31)
        thing = make(np.random.default_rng(seed))
        thing_width, thing_height = np.ptp(thing.points, axis=0)
        wide = float(thing_width / thing_height) * tall
        for _ in range(count(rng, 1, 4)):
            at = (x + wide / 2, foot + rng.uniform(-2, 2))
            # All of a group are painted from one seed, so that they are alike.
            same = np.random.default_rng(seed)
            stand(canvas, same, thing, at, tall, shadow=0.35, mirrored=False)
            x += wide * rng.uniform(0.85, 1.1)
        x += rng.uniform(2, 30)
