"""Grey fields of many scattered things: cells, pebbles, cracks, fallen leaves, grass."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.noise import SIDE, Field, FieldMaker, Noise, spectral, spread
from examples.scenes.outlines import full_turn, polar, rotate
from examples.scenes.painting import SUBPIXEL_BITS, fill

_LARGEST_LEAF = 150  # px: its radius
_BLADES = 2600


def cells(points: int) -> FieldMaker:
    """A maker of `points` cells with sharp borders, each in one tone."""

    def make(rng: Generator) -> Field:
        _, owner = _nearest(rng, points)
        number = int(owner.max()) + 1
        tones = rng.integers(0, 256, number)
        bytes_of_tones = tones.astype(np.uint8)
        return bytes_of_tones[owner]

    return make


def pebbles(points: int) -> FieldMaker:
    """A maker of `points` cells, each bright in its middle and dark at its border."""

    def make(rng: Generator) -> Field:
        distance, owner = _nearest(rng, points)
        number = int(owner.max()) + 1
        tones = rng.uniform(0.5, 1.0, number)
        return spread(-distance * tones[owner])

    return make


def cracks(rng: Generator) -> Field:
    """Dry mud: dark lines between cells."""
    # Cracks are where the cell is another one than above or to the left.
    _, owner = _nearest(rng, 90)
    above = np.roll(owner, 1, axis=0)
    to_the_left = np.roll(owner, 1, axis=1)
    is_inside = owner == above
    is_inside &= owner == to_the_left

    distance = cv2.distanceTransform(is_inside.astype(np.uint8), cv2.DIST_L2, 5)
    depth = np.minimum(distance, 6)
    noise = 0.8 * spectral(rng, 1.2)
    return spread(depth + noise)


def _nearest(rng: Generator, points: int) -> tuple[Noise, NDArray[np.int32]]:
    """For each px the distance to the nearest of random points, and that point's number."""
    seeds = np.full((SIDE, SIDE), 255, np.uint8)
    y, x = rng.integers(0, SIDE, (2, points))
    seeds[y, x] = 0
    distance, owner = cv2.distanceTransformWithLabels(
        seeds,
        cv2.DIST_L2,
        5,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    return np.asarray(distance, np.float32), np.asarray(owner, np.int32)


def dead_leaves(number: int, smallest: float, corners: int) -> FieldMaker:
    """A maker of polygons of all sizes that hide each other, from a radius of `smallest` px on.

    Sizes follow a power law, as those of things in photographs do (Lee, Mumford and Huang, 2001).
    """

    def make(rng: Generator) -> Field:
        canvas = np.full((SIDE, SIDE), 128, np.uint8)
        least = (smallest / _LARGEST_LEAF) ** 2
        # So many leaves of each size that all sizes cover equal areas.
        sizes = smallest / np.sqrt(rng.uniform(least, 1.0, number))
        for size in sizes:
            leaf = _dead_leaf(rng, corners) * size
            angle = -rng.uniform(0, np.pi)
            turned = rotate(leaf, angle)
            at = rng.uniform(-20, SIDE + 20, 2)
            tone = int(rng.integers(0, 256))
            fill(canvas, turned + at, (tone,))
        shade = spectral(rng, 1.4) * 16
        shaded = np.clip(canvas + shade, 0, 255)
        tones: Field = shaded.astype(np.uint8)
        return tones

    return make


def _dead_leaf(rng: Generator, corners: int) -> NDArray[np.float64]:
    """(corners, 2): an irregular polygon about the origin, flattened, with a radius of 1."""
    start = rng.uniform(0, 2 * np.pi)
    jitter = rng.normal(0, 0.15, corners)
    turns = full_turn(corners) + start + jitter
    height = rng.uniform(0.3, 1.0)
    return polar(turns) * (1, height)


def blades(rng: Generator) -> Field:
    """Grass: thin strokes that lean to either side."""
    canvas = np.full((SIDE, SIDE), 60, np.uint8)
    for _ in range(_BLADES):
        foot = rng.uniform(0, SIDE, 2)
        lean = rng.normal(0, 9)
        tip = foot + (lean, -rng.uniform(12, 42))
        tone = int(rng.integers(0, 256))
        thickness = int(rng.integers(1, 4))
        # What leaves the field at one side comes in at the other, so that the field can be tiled.
        for x in (-SIDE, 0, SIDE):
            for y in (0, SIDE):
                line = np.stack([foot, tip]) + (x, y)
                _stroke(canvas, line, tone, thickness)
    return canvas


def _stroke(
    canvas: Field, line: NDArray[np.float64], tone: int, thickness: int
) -> None:
    """A straight line, (2, 2) px, with smooth edges."""
    fixed = line * 2**SUBPIXEL_BITS
    start, end = fixed.astype(np.int32).tolist()
    cv2.line(
        canvas,
        start,
        end,
        (tone,),
        thickness,
        cv2.LINE_AA,
        shift=SUBPIXEL_BITS,
    )
