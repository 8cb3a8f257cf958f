"""A house front seen square on: windows in rows and columns, and what adorns a wall.

Nearly all of it is rectangles that lie level, often hardly different from the wall. Lengths are in
px; a size is width and height, a place is x and y.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.canvas import Canvas
from examples.scenes.outlines import Ring, box, ellipse
from examples.scenes.sampling import count, happens, log_uniform, one_of
from examples.scenes.scenery import Painter, start
from examples.scenes.textures import near, one_of_palette
from examples.scenes.things import Thing

_Px = NDArray[np.float64]
"""(2,) a size, or a place."""

_MATERIALS = {
    "balcony": ("metal", "dark"),
    "cornice": ("wall", "clay"),
    "door": ("wood", "glass"),
    "molding": ("wall", "clay"),
    "ornament": ("wall", "clay"),
    "pillar": ("wall", "clay"),
    "shop": ("paint", "glass"),
    "shutter": ("paint", "paint2"),
    "window": ("white", "glass"),
    "window sill": ("wall", "clay"),
}
"""The materials of each kind of thing, and of what is set into it."""

_EXTRAS = (
    "balcony",
    "cornice",
    "hood",
    "molding",
    "ornament",
    "pillar",
    "shutters",
    "sill",
    "street",
)
_FURNISHED = 0.45  # how often a front has each of these
_OPEN = 0.95  # share of the windows that are not walled up


@dataclass(frozen=True, slots=True)
class _Front:
    """How a front repeats itself."""

    painter: Painter
    seed: int
    """All things of a kind are painted from it, so that they are alike."""

    storey: float
    bay: float
    window: _Px
    panes: tuple[int, int]
    extras: frozenset[str]
    realism: float
    closeness: float

    def put(self, thing: Thing, at: _Px) -> None:
        """Put a thing whose outlines are in px, level and unbent, its middle at a place."""
        kind = zlib.crc32(thing.label.encode())
        alike = replace(self.painter, rng=np.random.default_rng([self.seed, kind]))
        size = float(np.ptp(thing.points, axis=0).max())
        x, y = at.tolist()
        alike.put(
            thing,
            size,
            at=(x, y),
            turn=0,
            realism=self.realism,
            closeness=self.closeness,
            bend=0,
        )


def house_front(rng: Generator, height: int, width: int) -> Canvas:
    """The view: storeys from the street upwards, until the picture ends."""
    front = _some_front(rng, height, width)
    left = -front.bay * rng.uniform(0, 0.6)
    top = height - front.storey * rng.uniform(0.6, 1.0)
    is_ground = "street" in front.extras
    while top > -front.storey:
        _bands(front, width, top)
        for x in np.arange(left, width + front.bay, front.bay):
            if is_ground:
                _entrance(front, rng, x, top)
            elif happens(rng, _OPEN):
                _bay(front, rng, x, top)
        is_ground = False
        top -= front.storey
    return front.painter.canvas


def _some_front(rng: Generator, height: int, width: int) -> _Front:
    """A front with few tones for all that it has."""
    busy = rng.uniform(0, 0.5)
    painter = start(rng, height, width, busy=busy)
    tones = []
    for _ in range(4):
        colour = one_of_palette(rng, painter.colours)
        tones.append(near(rng, colour, 8))
    storey = log_uniform(rng, 70, 300)
    bay = storey * rng.uniform(0.4, 1.0)
    seed = count(rng, 0, 2**31)
    window_width = bay * rng.uniform(0.35, 0.7)
    window_height = storey * rng.uniform(0.4, 0.66)
    return _Front(
        painter=replace(painter, colours=np.stack(tones)),
        seed=seed,
        storey=storey,
        bay=bay,
        window=np.array([window_width, window_height]),
        panes=(count(rng, 1, 3), count(rng, 1, 4)),
        extras=frozenset(extra for extra in _EXTRAS if happens(rng, _FURNISHED)),
        realism=one_of(rng, (0.0, 0.5, 1.0)),
        closeness=one_of(rng, (0.0, 0.5, 0.9)),
    )


def _bands(front: _Front, width: float, top: float) -> None:
    """What goes along a whole storey: a cornice above it, a molding below its windows."""
    size = np.array([width * 1.1, front.storey * 0.08])
    place = np.array([width / 2, top])
    if "cornice" in front.extras:
        cornice = _ledge("cornice", size)
        front.put(cornice, place)
    if "molding" in front.extras:
        molding = _ledge("molding", size * (1, 0.5))
        below = front.storey * 0.9
        front.put(molding, place + (0, below))


def _bay(front: _Front, rng: Generator, x: float, top: float) -> None:
    """A window, what is about it, and a pillar beside it."""
    window = front.window
    middle = np.array([x, top + front.storey * 0.48])
    if "pillar" in front.extras:
        size = np.array([front.bay * 0.14, front.storey * 0.8])
        pillar = _pillar(size)
        front.put(pillar, middle + (front.bay / 2, 0))
    if "hood" in front.extras:
        hood = _ledge("cornice", window * (1.2, 0.16))
        front.put(hood, middle - window * (0, 0.6))
    if "ornament" in front.extras:
        ornament = _ornament(window * (0.9, 0.24))
        front.put(ornament, middle + window * (0, 0.7))

    panes = _paned("window", window, *front.panes)
    front.put(panes, middle)
    if "shutters" in front.extras:
        _shutters(front, rng, middle)
    if "sill" in front.extras:
        sill = _ledge("window sill", window * (1.15, 0.12))
        front.put(sill, middle + window * (0, 0.55))
    if "balcony" in front.extras and happens(rng, 0.5):
        balcony = _paned("balcony", window * (1.3, 0.35), 9, 1)
        front.put(balcony, middle + window * (0, 0.45))


def _shutters(front: _Front, rng: Generator, middle: _Px) -> None:
    """One at either side of a window, or one that is let down before it."""
    if happens(rng, 0.4):
        share = rng.uniform(0.25, 0.9)
        blind = _paned("shutter", front.window * (1, share), 1, 9)
        up = (1 - share) / 2
        front.put(blind, middle - front.window * (0, up))
        return
    shutter = _paned("shutter", front.window * (0.45, 1), 1, 9)
    aside = front.window * (0.74, 0)
    front.put(shutter, middle - aside)
    front.put(shutter, middle + aside)


def _entrance(front: _Front, rng: Generator, x: float, top: float) -> None:
    """What is on the ground floor: a shop, a door or a window."""
    tall = front.storey * 0.8
    middle = np.array([x, top + front.storey - tall / 2])
    kind = one_of(rng, ("shop", "door", "window"))
    if kind == "window":
        _bay(front, rng, x, top)
    elif kind == "door":
        size = np.array([front.window[0], tall])
        door = _paned("door", size, 2, 3)
        front.put(door, middle)
    else:
        size = np.array([front.bay * 0.85, tall])
        shop = _paned("shop", size, count(rng, 1, 4), 1)
        front.put(shop, middle)


def _ledge(label: str, size: _Px) -> Thing:
    """A level strip of stone with a groove along it."""
    return _slab(label, size, [_rectangle(size * (1, 0.3))])


def _pillar(size: _Px) -> Thing:
    """An upright strip of stone with a groove along it."""
    return _slab("pillar", size, [_rectangle(size * (0.4, 1))])


def _ornament(size: _Px) -> Thing:
    """A field of a wall with a medallion."""
    rx, ry = size * (0.25, 0.4)
    return _slab("ornament", size, [ellipse(rx, ry)])


def _paned(label: str, size: _Px, across: int, down: int) -> Thing:
    """Panes, panels, slats or bars in rows and columns, and a frame that shows between them."""
    width, height = size
    pitch_x = width / across
    pitch_y = height / down
    bar = 0.12 * min(pitch_x, pitch_y)
    panes = []
    for row in range(down):
        for column in range(across):
            x0 = column * pitch_x - width / 2
            y0 = row * pitch_y - height / 2
            x1 = x0 + pitch_x
            y1 = y0 + pitch_y
            pane = box(x0 + bar, y0 + bar, x1 - bar, y1 - bar)
            panes.append(pane)
    return _slab(label, size, panes)


def _slab(label: str, size: _Px, inlays: list[Ring]) -> Thing:
    """A rectangle with other outlines let into it."""
    material, inlay = _MATERIALS[label]
    thing = Thing(label)
    whole = thing.add(material, _rectangle(size))
    thing.add(inlay, *inlays, inside=whole)
    return thing


def _rectangle(size: _Px) -> Ring:
    """A rectangle about 0, 0."""
    x, y = size / 2
    return box(-x, -y, x, y)
