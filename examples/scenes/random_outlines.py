"""Outlines that are different each time: blobs, stars, leaves, limbs, torn edges."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.outlines import (
    Point,
    Ring,
    from_xy,
    full_turn,
    polar,
    ribbon,
    rotate,
)


def blob(rng: Generator, roughness: float = 0.35, waves: int = 7) -> Ring:
    """A smooth closed curve about the origin, radius about 1: a circle with random waves."""
    turn = full_turn(120)
    radius = np.ones(len(turn))
    for wave in range(2, 2 + waves):
        height = roughness * rng.normal() / wave
        phase = rng.uniform(0, 2 * np.pi)
        around = wave * turn + phase
        radius += height * np.cos(around)

    bounded = np.maximum(radius, 0.25)
    ring = polar(turn, bounded)
    return _flattened(rng, ring, least=0.45)


def convex(rng: Generator, corners: int) -> Ring:
    """A convex polygon: its corners lie on an ellipse about the origin."""
    turns = rng.uniform(0, 2 * np.pi, corners)
    ring = polar(np.sort(turns))
    return _flattened(rng, ring, least=0.4)


def _flattened(rng: Generator, ring: Ring, least: float) -> Ring:
    """The ring with its height reduced, to a share of `least` to 1, and turned by any angle."""
    height = rng.uniform(least, 1.0)
    angle = rng.uniform(0, np.pi)
    flat = ring * (1, height)
    return rotate(flat, angle)


def star(rng: Generator, corners: int, depth: float, jitter: float = 0.1) -> Ring:
    """A star of `corners` points; `depth` 0 to 1: how deep it is cut in between them."""
    points = 2 * corners
    turn = full_turn(points)
    turn += rng.normal(0, jitter / corners, points)

    # Points and notches take turns.
    radius = np.ones(points)
    radius[1::2] = 1.0 - depth
    stretch = 1 + rng.normal(0, jitter, points)
    ring = polar(turn, radius * stretch)
    angle = rng.uniform(0, np.pi)
    return rotate(ring, angle)


def wander(rng: Generator, steps: int, bend: float) -> NDArray[np.float64]:
    """(steps, 2) points of a walk that turns by about `bend` radians at each step."""
    bends = rng.normal(0, bend, steps)
    turns = np.cumsum(bends)
    start = rng.uniform(0, 2 * np.pi)
    moves = polar(turns + start)
    return np.cumsum(moves, axis=0)


def leaf(
    rng: Generator,
    foot: Point,
    length: float,
    angle: float,
    width: float = 0.35,
) -> Ring:
    """A pointed leaf that grows from `foot` in the direction `angle`, in radians.

    `width` is a share of its length.
    """
    # Along the leaf, 0 at its foot and 1 at its tip.
    t = np.linspace(0, 1, 24)
    along = t * length

    # The exponent moves the widest place towards the foot or the tip.
    exponent = rng.uniform(0.6, 1.1)
    bulge = np.sin(np.pi * t**exponent)
    half_width = width * length * bulge * 0.5
    bend = rng.normal(0, 0.12) * length * t**2

    one_edge = from_xy(along, half_width + bend)
    other_edge = from_xy(along, bend - half_width)
    ring = np.concatenate([one_edge, other_edge[::-1]])
    return rotate(ring, angle) + foot


def limb(
    rng: Generator,
    start: Point,
    end: Point,
    r0: float,
    r1: float,
) -> Ring:
    """An arm or a leg from `start` to `end`, a little bent at its middle; radii at both ends."""
    first = np.array(start)
    last = np.array(end)
    middle = (first + last) / 2
    knee = middle + rng.normal(0, 0.06, 2)
    # Limbs are a little thicker at the knee than a straight cone.
    radii = np.array([r0, (r0 + r1) * 0.55, r1])
    return ribbon([first, knee, last], radii * 2)


def rough(rng: Generator, ring: Ring, amount: float, step: float) -> Ring:
    """The ring with a point every `step`, each moved by about `amount`: fur, bark, torn edges."""
    dense = _in_steps(ring, step)
    return dense + rng.normal(0, amount, dense.shape)


def _in_steps(ring: Ring, step: float) -> Ring:
    """Points on the closed line of a ring, all about `step` apart; 8 at least, 1,500 at most."""
    closed = np.concatenate([ring, ring[:1]])
    x, y = closed.T
    dx = np.diff(x)
    dy = np.diff(y)
    lengths = np.hypot(dx, dy)
    passed = np.zeros(len(closed))
    passed[1:] = np.cumsum(lengths)

    whole = passed[-1]
    points = int(np.clip(whole / step, 8, 1500))
    at = np.linspace(0, whole, points, endpoint=False)
    x_at = np.interp(at, passed, x)
    y_at = np.interp(at, passed, y)
    return from_xy(x_at, y_at)
