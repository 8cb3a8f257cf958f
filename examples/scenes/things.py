"""Things: layers of outlines, each in one material, and how a thing is moved, turned and bent."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.outlines import Outline, Ring, from_xy, rotate

Bend = Callable[[Ring], Ring]
"""Moves the points of a ring that lies within -1 to 1."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The union of outlines in one material.

    `label`: the name of this part of the thing, "" where an annotator has no word for it.
    `inside`: index of an earlier layer that this one is clipped to and belongs to.
    """

    material: str
    outlines: list[Outline]
    label: str = ""
    inside: int | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """Layers in the order of painting; the thing is their union.

    `standing`: its shadow falls on the ground.
    """

    label: str
    layers: list[Layer] = field(default_factory=list)
    standing: bool = False

    def add(
        self,
        material: str,
        *outlines: Ring | Outline,
        label: str = "",
        inside: int | None = None,
    ) -> int:
        """Put a layer on top of the others and return its index.

        An outline is a ring that is filled, or a list of rings that are filled even-odd: one
        about the whole, and holes in it.
        """
        listed: list[Outline] = []
        for outline in outlines:
            if isinstance(outline, list):
                listed.append(outline)
            else:
                listed.append([outline])
        self.layers.append(Layer(material, listed, label, inside))
        return len(self.layers) - 1

    @property
    def outlines(self) -> list[Outline]:
        """The outlines of all layers, in the order of painting."""
        outlines: list[Outline] = []
        for layer in self.layers:
            outlines += layer.outlines
        return outlines

    @property
    def points(self) -> NDArray[np.float64]:
        """(n, 2) float64: the points of all outlines."""
        return all_points(self.outlines)


Maker = Callable[[Generator], Thing]
"""Makes a thing of one kind; no two are alike."""


def all_points(outlines: list[Outline]) -> NDArray[np.float64]:
    """(n, 2) float64: the points of all rings of the outlines."""
    rings: list[Ring] = []
    for outline in outlines:
        rings += outline
    return np.concatenate(rings)


def moved(outlines: list[Outline], move: Callable[[Ring], Ring]) -> list[Outline]:
    """The outlines with each ring moved."""
    return [[move(ring) for ring in outline] for outline in outlines]


def place(
    thing: Thing,
    centre: tuple[float, float],
    size: float,
    angle: float = 0.0,
    mirrored: bool = False,
    bend: Bend | None = None,
) -> Thing:
    """The thing in px of the picture: its longer side is `size` px, its middle at `centre`.

    `bend` is applied first, then the turn by `angle` radians.
    """
    points = thing.points
    low = points.min(axis=0)
    high = points.max(axis=0)
    middle = (low + high) / 2
    longer = float((high - low).max())
    half = max(longer / 2, 1e-9)

    def move(ring: Ring) -> Ring:
        unit = (ring - middle) / half
        if mirrored:
            unit = unit * (-1.0, 1.0)
        if bend:
            unit = bend(unit)
        return rotate(unit, angle) * (size / 2) + centre

    layers = []
    for layer in thing.layers:
        outlines = moved(layer.outlines, move)
        layers.append(replace(layer, outlines=outlines))
    return replace(thing, layers=layers)


def turned(thing: Thing, angle: float) -> Thing:
    """The thing turned by `angle` radians, scaled to lie within -1 to 1."""
    return place(thing, centre=(0.0, 0.0), size=2.0, angle=angle)


def random_bend(rng: Generator, strength: float) -> Bend:
    """A smooth bend with a little perspective; `strength` 1 is clearly visible, 0 does nothing."""
    amount = rng.normal(0, 0.07 * strength, (2, 2))
    phase = rng.uniform(0, 6.3, (2, 2))
    tilt = rng.normal(0, 0.10 * strength, 2)
    stretch = np.exp(rng.normal(0, 0.14 * strength, 2))

    def bend(ring: Ring) -> Ring:
        x, y = ring.T
        # Each coordinate moves by a slow wave over the other one and a fast wave over itself.
        slow_x = amount[0, 0] * np.sin(2.2 * y + phase[0, 0])
        fast_x = amount[0, 1] * np.sin(4.1 * x + phase[0, 1])
        slow_y = amount[1, 0] * np.sin(2.2 * x + phase[1, 0])
        fast_y = amount[1, 1] * np.sin(4.1 * y + phase[1, 1])
        waved = ring + from_xy(slow_x + fast_x, slow_y + fast_y)

        # What is nearer appears larger.
        depth = np.clip(1 + ring @ tilt, 0.5, 2.0)
        bent: Ring = waved * stretch / depth[:, None]
        return bent

    return bend
