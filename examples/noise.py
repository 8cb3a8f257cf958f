"""A bank of grey fields, made once per process from fixed seeds, that textures are cut from.

Dead leaves (shapes of power-law size that hide each other) and 1/f noise have the statistics of
photographs; cells, cracks, wood, bricks and weaves have those of surfaces.
"""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 512
Field = NDArray[np.uint8]
"""(SIDE, SIDE) uint8, tones spread over 0 to 255."""


@cache
def field(name: str) -> Field:
    """The field of a name; KeyError for another."""
    make = _MAKERS[name]
    return make(np.random.default_rng([sum(name.encode()), len(name)]))


def names() -> tuple[str, ...]:
    """The fields' names."""
    return tuple(_MAKERS)


def spectral(
    rng: np.random.Generator, exponent: float, stretch: float = 1.0
) -> NDArray[np.float32]:
    """Tileable noise, mean 0, deviation 1: amplitude falls as frequency ** -exponent; `stretch` drags it along x."""
    fy, fx = np.fft.fftfreq(SIDE)[:, None] * SIDE, np.fft.rfftfreq(SIDE)[None] * SIDE
    radius = np.hypot(fy, fx * stretch)
    radius[0, 0] = 1.0
    wave = np.fft.rfft2(rng.standard_normal((SIDE, SIDE))) / radius**exponent
    wave[0, 0] = 0.0
    noise = np.fft.irfft2(wave, s=(SIDE, SIDE))
    return (noise / noise.std()).astype(np.float32)


def _spread(values: NDArray[np.float32] | NDArray[np.float64]) -> Field:
    low, high = np.percentile(values, [1, 99])
    return (np.clip((values - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)


def _noise(exponent: float, stretch: float = 1.0) -> Callable[[np.random.Generator], Field]:
    return lambda rng: _spread(spectral(rng, exponent, stretch))


def _ridges(rng: np.random.Generator) -> Field:
    return _spread(-np.abs(spectral(rng, 1.8)) - 0.4 * np.abs(spectral(rng, 1.3)))


def _grid() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    return x, y


def _wood(rng: np.random.Generator) -> Field:
    x, y = _grid()
    rings = np.hypot(x * 0.12 - 30, y - 250) / 9 + 0.9 * spectral(rng, 2.0, 3.0)
    return _spread(np.sin(rings) + 0.5 * spectral(rng, 1.0, 12.0))


def _marble(rng: np.random.Generator) -> Field:
    x, y = _grid()
    return _spread(np.sin((x + y) / 40 + 2.4 * spectral(rng, 2.0)) + 0.15 * spectral(rng, 1.0))


def _voronoi(
    rng: np.random.Generator, points: int
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    seeds = np.full((SIDE, SIDE), 255, np.uint8)
    seeds[tuple(rng.integers(0, SIDE, (2, points)))] = 0
    distance, labels = cv2.distanceTransformWithLabels(
        seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    return distance, labels


def _cells(points: int) -> Callable[[np.random.Generator], Field]:
    def make(rng: np.random.Generator) -> Field:
        _, labels = _voronoi(rng, points)
        return rng.integers(0, 256, int(labels.max()) + 1).astype(np.uint8)[labels]

    return make


def _pebbles(points: int) -> Callable[[np.random.Generator], Field]:
    def make(rng: np.random.Generator) -> Field:
        distance, labels = _voronoi(rng, points)
        tone = rng.uniform(0.5, 1.0, int(labels.max()) + 1)[labels]
        return _spread(-distance * tone)

    return make


def _cracks(rng: np.random.Generator) -> Field:
    _, labels = _voronoi(rng, 90)
    same = (labels == np.roll(labels, 1, 0)) & (labels == np.roll(labels, 1, 1))
    depth = cv2.distanceTransform(same.astype(np.uint8), cv2.DIST_L2, 5)
    return _spread(np.minimum(depth, 6) + 0.8 * spectral(rng, 1.2))


def _dead_leaves(
    count: int, smallest: float, corners: int
) -> Callable[[np.random.Generator], Field]:
    def make(rng: np.random.Generator) -> Field:
        canvas = np.full((SIDE, SIDE), 128, np.uint8)
        sizes = smallest / np.sqrt(rng.uniform((smallest / 150) ** 2, 1.0, count))
        turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        for size in sizes:
            angles = turns + rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.15, corners)
            around = np.stack([np.cos(angles), np.sin(angles) * rng.uniform(0.3, 1.0)], 1) * size
            spin = rng.uniform(0, np.pi)
            turn = np.array([[np.cos(spin), -np.sin(spin)], [np.sin(spin), np.cos(spin)]])
            ring = around @ turn + rng.uniform(-20, SIDE + 20, 2)
            cv2.fillPoly(
                canvas, [(ring * 16).astype(np.int32)], int(rng.integers(0, 256)), cv2.LINE_AA, 4
            )
        shade = spectral(rng, 1.4) * 16
        return np.clip(canvas + shade, 0, 255).astype(np.uint8)

    return make


def _stripes(rng: np.random.Generator) -> Field:
    _, y = _grid()
    return _spread(np.sign(np.sin(2 * np.pi * y / 32)) + 0.2 * spectral(rng, 1.2))


def _waves(rng: np.random.Generator) -> Field:
    _, y = _grid()
    return _spread(
        np.sin(2 * np.pi * y / 25.6 + 1.5 * spectral(rng, 2.4)) + 0.2 * spectral(rng, 0.8)
    )


def _checks(rng: np.random.Generator) -> Field:
    x, y = _grid()
    return _spread(((x // 32 + y // 32) % 2) + 0.1 * spectral(rng, 1.2))


def _plaid(rng: np.random.Generator) -> Field:
    x, y = _grid()
    one, two = (rng.normal(0, 1, 16)[(v // 4).astype(int) % 16] for v in (x, y))
    return _spread(one + two + 0.15 * spectral(rng, 0.6))


def _bricks(rng: np.random.Generator) -> Field:
    x, y = _grid()
    row = (y // 32).astype(int)
    column = ((x + (row % 2) * 32) // 64).astype(int)
    mortar = ((y % 32) < 4) | (((x + (row % 2) * 32) % 64) < 4)
    tone = rng.uniform(0.45, 1.0, (17, 17))[row % 17, column % 17]
    return _spread(np.where(mortar, 0.1, tone) + 0.06 * spectral(rng, 1.0))


def _dots(rng: np.random.Generator) -> Field:
    x, y = _grid()
    row = y // 32
    gap = np.hypot((x + 16 * (row % 2)) % 32 - 16, y % 32 - 16)
    return _spread(np.clip(10 - gap, -1, 1) + 0.1 * spectral(rng, 1.0))


def _weave(rng: np.random.Generator) -> Field:
    x, y = _grid()
    over = ((x // 8 + y // 8) % 2) > 0
    return _spread(
        np.where(over, np.sin(np.pi * (x % 8) / 8), np.sin(np.pi * (y % 8) / 8))
        + 0.2 * spectral(rng, 0.7)
    )


def _blades(rng: np.random.Generator) -> Field:
    canvas = np.full((SIDE, SIDE), 60, np.uint8)
    for _ in range(2600):
        foot = rng.uniform(0, SIDE, 2)
        tip = foot + (rng.normal(0, 9), -rng.uniform(12, 42))
        tone, wide = int(rng.integers(0, 256)), int(rng.integers(1, 4))
        for shift in [
            (x, y) for x in (-SIDE, 0, SIDE) for y in (0, SIDE) if -50 < foot[0] + x < SIDE + 50
        ]:
            line = ((np.stack([foot, tip]) + shift) * 16).astype(
                np.int32
            )  # what leaves one side comes in at the other
            cv2.line(canvas, line[0].tolist(), line[1].tolist(), tone, wide, cv2.LINE_AA, 4)
    return canvas


def _specks(rng: np.random.Generator) -> Field:
    spots = (rng.random((SIDE, SIDE)) > 0.992).astype(np.float32)
    grown = cv2.dilate(spots, np.ones((3, 3), np.uint8)) * rng.uniform(
        0.3, 1.0, (SIDE, SIDE)
    ).astype(np.float32)
    return _spread(cv2.GaussianBlur(grown, (0, 0), 0.9) * 3 + 0.15 * spectral(rng, 0.8))


_MAKERS: dict[str, Callable[[np.random.Generator], Field]] = {
    "cloud": _noise(2.4),
    "smoke": _noise(1.8),
    "stone": _noise(1.4),
    "grain": _noise(1.0),
    "sand": _noise(0.4),
    "brushed": _noise(0.8, 14.0),
    "fur": _noise(1.1, 5.0),
    "water": _noise(1.8, 0.25),
    "ridges": _ridges,
    "wood": _wood,
    "marble": _marble,
    "patches": _cells(140),
    "mosaic": _cells(900),
    "pebbles": _pebbles(260),
    "scales": _pebbles(1100),
    "cracks": _cracks,
    "foliage": _dead_leaves(3500, 5.0, 7),
    "litter": _dead_leaves(1600, 9.0, 16),
    "rubble": _dead_leaves(1400, 8.0, 4),
    "crowd": _dead_leaves(500, 18.0, 12),
    "stripes": _stripes,
    "waves": _waves,
    "checks": _checks,
    "plaid": _plaid,
    "bricks": _bricks,
    "dots": _dots,
    "weave": _weave,
    "blades": _blades,
    "specks": _specks,
}
