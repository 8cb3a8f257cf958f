"""Cars and lorries from the side. Each function makes one, in units of its own."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from examples.scenes.outlines import (
    Point,
    Ring,
    box,
    capsule,
    disc,
    ellipse,
    point_at,
    polygon,
    rounded,
)
from examples.scenes.sampling import count, either, happens
from examples.scenes.things import Thing

_SILL = 0.35  # y of a car's lower edge
_BELT = -0.1  # y of the lower edge of a car's windows


@dataclass(frozen=True, slots=True)
class _Cabin:
    """A car's cabin: x of its back and front, y of its roof, x of the post between the doors."""

    back: float
    front: float
    roof: float
    post: float


def car(rng: Generator) -> Thing:
    """A car from the side, from flat to tall."""
    length = rng.uniform(1.7, 2.4)
    roof = rng.uniform(0.55, 1.0)
    front = length - rng.uniform(0.35, 1.0)
    back = -length + rng.uniform(0.0, 0.8)
    # The post is about half-way between the ends of the roof.
    middle = (back + 0.35 + front - 0.55) / 2
    post = middle + rng.uniform(-0.2, 0.2)
    cabin = _Cabin(back, front, roof, post)
    radius = rng.uniform(0.3, 0.4)
    # Either a stripe along the sill, or the line between the doors.
    line = either(rng, 0.5, _trim(length), _seam(post))
    underside = box(
        x0=-length * 0.9,
        y0=0.1,
        x1=length * 0.9,
        y1=_SILL + 0.1,
    )
    outline = rounded(_car_body(length, cabin), 0.06)
    headlight = ellipse(0.12, 0.08, at=(length - 0.1, _BELT + 0.17))
    brake_light = box(
        x0=-length,
        y0=_BELT + 0.05,
        x1=-length + 0.12,
        y1=_BELT + 0.22,
        corner=0.03,
    )

    thing = Thing("car", standing=True)
    thing.add("rubber", underside)
    body = thing.add("paint", outline)
    for pane in _car_windows(cabin):
        thing.add("glass", pane, label="car window")
    thing.add("paint2", line, inside=body)
    thing.add("chrome", _handle(post))
    thing.add("lamp", headlight, label="headlight")
    thing.add("brake", brake_light)
    for x in (-length * 0.62, length * 0.62):
        _add_wheel(thing, rng, (x, _SILL + 0.02), radius)
    return thing


def _car_body(length: float, cabin: _Cabin) -> Ring:
    """The outline of the sheet metal, from the lower back upwards."""
    return polygon(
        (-length, _SILL),
        (-length - 0.03, _BELT + 0.08),
        (-length + 0.1, _BELT - 0.02),
        (cabin.back, _BELT - 0.05),
        (cabin.back + 0.35, -cabin.roof),
        (cabin.front - 0.55, -cabin.roof),
        (cabin.front, _BELT - 0.03),
        (length - 0.15, _BELT + 0.05),
        (length, _BELT + 0.2),
        (length, _SILL),
    )


def _car_windows(cabin: _Cabin) -> list[Ring]:
    """The panes behind and before the post."""
    top = -cabin.roof + 0.1
    low = _BELT - 0.03
    rear = polygon(
        (cabin.back + 0.42, top),
        (cabin.post - 0.05, top),
        (cabin.post - 0.05, low),
        (cabin.back + 0.14, low),
    )
    front = polygon(
        (cabin.post + 0.05, top),
        (cabin.front - 0.6, top),
        (cabin.front - 0.14, low),
        (cabin.post + 0.05, low),
    )
    return [rear, front]


def _trim(length: float) -> Ring:
    """A stripe along the lower edge."""
    return box(
        x0=-length * 0.95,
        y0=_SILL - 0.1,
        x1=length * 0.97,
        y1=_SILL,
    )


def _seam(post: float) -> Ring:
    """The line between two doors."""
    return box(
        x0=post - 0.01,
        y0=_BELT - 0.03,
        x1=post + 0.01,
        y1=_SILL,
    )


def _handle(post: float) -> Ring:
    """The handle of the rear door."""
    return box(
        x0=post - 0.3,
        y0=_BELT + 0.1,
        x1=post - 0.12,
        y1=_BELT + 0.14,
    )


def _add_wheel(thing: Thing, rng: Generator, at: Point, radius: float) -> None:
    """A tyre, and in it spokes or a disc."""
    hub = [disc(radius * 0.62, at)]
    if not happens(rng, 0.5):
        hub = _spokes(rng, at, radius)
    tyre = thing.add("rubber", disc(radius, at), label="wheel")
    thing.add("chrome", *hub, inside=tyre)


def _spokes(rng: Generator, at: Point, radius: float) -> list[Ring]:
    """Four to eight spokes and the nave."""
    number = count(rng, 4, 9)
    first = rng.random()
    spokes = []
    for turn in 2 * np.pi * (np.arange(number) + first) / number:
        end = point_at(turn, radius * 0.62, at)
        spokes.append(capsule(at, end, radius * 0.12, radius * 0.09))
    spokes.append(disc(radius * 0.2, at))
    return spokes


def lorry(rng: Generator) -> Thing:
    """A lorry, van or bus: a box, a cab, wheels."""
    high = rng.uniform(0.9, 1.5)
    cab = rng.uniform(0.5, 0.9)
    front = polygon(
        (1.05, -high * 0.75),
        (1.0 + cab * 0.7, -high * 0.75),
        (1.05 + cab, -0.1),
        (1.05 + cab, 0.4),
        (1.05, 0.4),
    )
    windscreen = box(
        x0=1.2,
        y0=-high * 0.65,
        x1=1.05 + cab * 0.72,
        y1=-0.15,
        corner=0.05,
    )

    thing = Thing("truck", standing=True)
    thing.add("dark", box(-1.7, 0.35, 1.9, 0.5))
    load = thing.add(
        "paint",
        box(-1.8, -high, 1.0, 0.4, corner=0.05),
    )
    thing.add("paint2", rounded(front, 0.08), label="cab")
    is_bus = happens(rng, 0.4)
    if is_bus:
        for pane in _bus_windows(high):
            thing.add("glass", pane, label="car window")
    thing.add("glass", windscreen, label="car window")
    stripe = box(
        x0=-1.8,
        y0=-0.2,
        x1=1.0,
        y1=rng.uniform(-0.1, 0.2),
    )
    thing.add("paint3", stripe, inside=load)
    axles = (-1.3, -0.7, 1.4)
    # Two axles or three.
    for x in axles[rng.integers(0, 2) :]:
        _add_wheel(thing, rng, (x, 0.48), radius=0.28)
    return thing


def _bus_windows(high: float) -> list[Ring]:
    """A row of panes along a side that is so high."""
    panes = []
    for x in np.arange(-1.65, 0.6, 0.45):
        pane = box(
            x0=x,
            y0=-high + 0.2,
            x1=x + 0.35,
            y1=-high + 0.6,
            corner=0.04,
        )
        panes.append(pane)
    return panes
