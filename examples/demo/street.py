"""The demo's street: houses, a pavement, a road; cars, lorries, people, bicycles, signs, trees."""

import numpy as np
from numpy.random import Generator

from examples.demo.scenery import Choice, View, daylight
from examples.scenes.backgrounds import band, floor, sky
from examples.scenes.buildings import house, sign
from examples.scenes.canvas import Canvas
from examples.scenes.cars import car, lorry
from examples.scenes.outlines import polygon
from examples.scenes.painting import fill
from examples.scenes.people import person
from examples.scenes.plants import tree
from examples.scenes.quadrupeds import quadruped
from examples.scenes.sampling import count, happens, one_of
from examples.scenes.staging import stand
from examples.scenes.textures import Pixels, grey, near, plain
from examples.scenes.vehicles import bicycle

_KERB = 0.50  # where the houses end and the pavement begins, as a share of the height
_ROAD = 0.60  # where the road begins
_ON_PAVEMENT: tuple[Choice, ...] = (
    (person, 0.42),
    (person, 0.42),
    (tree, 0.75),
    (sign, 0.55),
    (bicycle, 0.28),
    (quadruped, 0.16),
)
_ON_ROAD: tuple[Choice, ...] = (
    (person, 0.42),
    (bicycle, 0.28),
    (sign, 0.6),
)
_LANE_MARK = (205.0, 205.0, 200.0)


def street(rng: Generator, height: int, width: int) -> View:
    """A street along the picture."""
    canvas = daylight(rng, sky(rng, height, width))
    _build_houses(canvas, rng)
    _pave(canvas, rng)
    feet = rng.uniform(_KERB + 0.03, 0.99, count(rng, 5, 11))
    for foot in np.sort(feet).tolist():
        _put_something(canvas, rng, foot)
    regions = [
        ("sky", band(height, width, 0, _KERB)),
        ("pavement", band(height, width, _KERB, _ROAD)),
        ("road", band(height, width, _ROAD, 1)),
    ]
    return View(canvas, regions)


def _build_houses(canvas: Canvas, rng: Generator) -> None:
    """Houses side by side, and some trees in gaps."""
    height, width = canvas.size
    x = -20.0
    while x < width:
        tall = height * rng.uniform(0.26, 0.5)
        if happens(rng, 0.15):
            stand(
                canvas,
                rng,
                tree(rng),
                (x + 40, height * _KERB),
                tall,
                shadow=0.1,
            )
            x += 70
            continue
        # x is the left edge; a usual house is about 110 px wide.
        at = (x + 55, height * _KERB)
        stand(
            canvas,
            rng,
            house(rng),
            at,
            tall,
            shadow=0.0,
            company=0,
        )
        end = max(entry.box.x1 for entry in canvas.entries)
        x = max(x + 40, end - rng.uniform(0, 12))


def _pave(canvas: Canvas, rng: Generator) -> None:
    """The pavement, the kerb and the road, over whatever is there."""
    height, width = canvas.size
    top = round(_KERB * height)
    low = round(_ROAD * height)
    paving = plain(
        near(rng, grey(165.0), 12),
        "bricks",
        scale=rng.uniform(0.5, 1.0),
    )
    asphalt = plain(near(rng, grey(88.0), 10), "sand", contrast=14, scale=0.9)
    canvas.image[top:low] = floor(rng, paving, low - top, width)
    canvas.image[low:] = floor(rng, asphalt, height - low, width)
    # What was below the kerb is paved over: it is not asked for.
    canvas.owner[top:] = 0
    canvas.image[low : low + 4] = near(rng, grey(190.0), 8)
    _mark_lanes(canvas.image, rng, low)


def _mark_lanes(image: Pixels, rng: Generator, top: int) -> None:
    """White dashes that run towards the vanishing point, below y = `top`."""
    height, width = image.shape[:2]
    vanishing_x = width * rng.uniform(0.3, 0.7)
    for lane in (-0.9, 0.35, 1.6):
        slant = lane - 0.35
        for near_end in np.geomspace(0.12, 1.0, 6):
            y0 = top + (height - top) * near_end * 0.72
            y1 = top + (height - top) * near_end
            x0 = vanishing_x + slant * (y0 - top + 25) * width / height
            x1 = vanishing_x + slant * (y1 - top + 25) * width / height
            far_width = 2 + 7 * near_end * 0.7
            near_width = 2 + 9 * near_end
            dash = polygon(
                (x0, y0),
                (x0 + far_width, y0),
                (x1 + near_width, y1),
                (x1, y1),
            )
            fill(image, dash, _LANE_MARK)


def _put_something(canvas: Canvas, rng: Generator, foot: float) -> None:
    """Something that fits the place; `foot`: where it is, as a share of the height."""
    height, width = canvas.size
    nearness = 0.35 + 1.3 * (foot - 0.5)
    x = rng.uniform(0.02, 0.98) * width
    kind = rng.random()
    if foot < _ROAD:
        choices = _ON_PAVEMENT
    elif kind < 0.6:
        choices = ((car, 0.26),)
    elif kind < 0.75:
        choices = ((lorry, 0.42),)
    else:
        choices = _ON_ROAD
    make, share = one_of(rng, choices)
    thing = make(rng)
    tall = share * nearness * height * rng.uniform(0.9, 1.15)
    stand(
        canvas,
        rng,
        thing,
        (x, foot * height),
        max(30.0, tall),
    )
