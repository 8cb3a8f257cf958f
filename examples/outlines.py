"""Outlines: rings of points, from which things are put together."""

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.noise import field

Ring = NDArray[np.float64]
"""(n, 2) float64: x to the right, y down, in the units of its thing."""
Group = list[list[Ring]]
"""Lists of rings; each list is filled even-odd, and their union is meant."""


def ellipse(x: float, y: float, rx: float, ry: float, angle: float = 0.0, points: int = 48) -> Ring:
    """An ellipse about x, y, turned by `angle` radians."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return rotate(np.stack([rx * np.cos(turn), ry * np.sin(turn)], 1), angle) + (x, y)


def rotate(ring: Ring, angle: float) -> Ring:
    """The ring turned about the origin."""
    cos, sin = np.cos(angle), np.sin(angle)
    return ring @ np.array([[cos, sin], [-sin, cos]])


def blob(
    rng: np.random.Generator, roughness: float = 0.35, waves: int = 7, points: int = 120
) -> Ring:
    """A smooth closed curve about the origin, radius about 1: random Fourier radii."""
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = np.ones(points)
    for wave in range(2, 2 + waves):
        radius += roughness * rng.normal() / wave * np.cos(wave * turn + rng.uniform(0, 2 * np.pi))
    radius = np.clip(radius, 0.25, None)
    ring = np.stack([radius * np.cos(turn), radius * np.sin(turn) * rng.uniform(0.45, 1.0)], 1)
    return rotate(ring, rng.uniform(0, np.pi))


def convex(rng: np.random.Generator, corners: int) -> Ring:
    """A convex polygon on an ellipse."""
    turn = np.sort(rng.uniform(0, 2 * np.pi, corners))
    ring = np.stack([np.cos(turn), np.sin(turn) * rng.uniform(0.4, 1.0)], 1)
    return rotate(ring, rng.uniform(0, np.pi))


def star(rng: np.random.Generator, corners: int, depth: float, jitter: float = 0.1) -> Ring:
    """A star of `corners` points; `depth` 0 to 1: how deep it is cut in."""
    turn = np.linspace(0, 2 * np.pi, 2 * corners, endpoint=False) + rng.normal(
        0, jitter / corners, 2 * corners
    )
    radius = np.where(np.arange(2 * corners) % 2 == 0, 1.0, 1.0 - depth) * (
        1 + rng.normal(0, jitter, 2 * corners)
    )
    return rotate(
        np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1), rng.uniform(0, np.pi)
    )


def box(x0: float, y0: float, x1: float, y1: float, corner: float = 0.0) -> Ring:
    """A rectangle, its corners rounded by the radius `corner`."""
    if corner <= 0:
        return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)
    corner = min(corner, (x1 - x0) / 2, (y1 - y0) / 2)
    turn = np.linspace(0, np.pi / 2, 8)
    arcs = []
    for x, y, start in (
        (x1 - corner, y1 - corner, 0),
        (x0 + corner, y1 - corner, 1),
        (x0 + corner, y0 + corner, 2),
        (x1 - corner, y0 + corner, 3),
    ):
        angle = turn + start * np.pi / 2
        arcs.append(np.stack([x + corner * np.cos(angle), y + corner * np.sin(angle)], 1))
    return np.concatenate(arcs)


def rounded(ring: Ring, share: float) -> Ring:
    """The polygon with its corners cut, twice over."""
    for _ in range(2):
        ahead, behind = np.roll(ring, -1, 0), np.roll(ring, 1, 0)
        near = [ring + (behind - ring) * share * 2, ring + (ahead - ring) * share * 2]
        ring = np.stack(near, 1).reshape(-1, 2)
    return ring


def capsule(start: tuple[float, float], end: tuple[float, float], r0: float, r1: float) -> Ring:
    """A limb from start to end with round ends of radii r0 and r1."""
    a, b = np.array(start, float), np.array(end, float)
    angle = np.arctan2(*(b - a)[::-1])
    half = np.linspace(np.pi / 2, 3 * np.pi / 2, 14)
    back = np.stack([np.cos(angle + half), np.sin(angle + half)], 1) * r0 + a
    front = np.stack([np.cos(angle + half + np.pi), np.sin(angle + half + np.pi)], 1) * r1 + b
    return np.concatenate([back, front])


def ribbon(points: NDArray[np.float64], widths: NDArray[np.float64]) -> Ring:
    """A curved band through the points, half as wide as `widths` to each side."""
    steps = np.linspace(0, len(points) - 1, 12 * len(points))
    line = np.stack([_smooth(points[:, axis], steps) for axis in (0, 1)], 1)
    width = np.interp(steps, np.linspace(0, len(points) - 1, len(widths)), widths)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    side = np.stack([-along[:, 1], along[:, 0]], 1) * width[:, None] / 2
    return np.concatenate([line + side, (line - side)[::-1]])


def _smooth(values: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Catmull-Rom through the values, read at fractional indices."""
    padded = np.concatenate([[2 * values[0] - values[1]], values, [2 * values[-1] - values[-2]]])
    whole = np.minimum(steps.astype(int), len(values) - 2)
    t = steps - whole
    a, b, c, d = (padded[whole + offset] for offset in range(4))
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def wander(rng: np.random.Generator, steps: int, bend: float) -> NDArray[np.float64]:
    """(steps, 2) points of a walk that turns by about `bend` radians at each step."""
    angles = np.cumsum(rng.normal(0, bend, steps)) + rng.uniform(0, 2 * np.pi)
    return np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1), 0)


def lathe(heights: NDArray[np.float64], radii: NDArray[np.float64]) -> Ring:
    """The side view of a turned body: radii at heights, smoothed, mirrored about x = 0."""
    steps = np.linspace(0, len(heights) - 1, 10 * len(heights))
    y, r = (
        np.interp(steps, np.arange(len(heights)), heights),
        np.maximum(_smooth(radii, steps), 0.01),
    )
    return np.concatenate([np.stack([r, y], 1), np.stack([-r, y], 1)[::-1]])


def leaf(
    rng: np.random.Generator, x: float, y: float, length: float, angle: float, width: float = 0.35
) -> Ring:
    """A pointed leaf from x, y outwards."""
    t = np.linspace(0, 1, 24)
    half = width * length * np.sin(np.pi * t ** rng.uniform(0.6, 1.1)) * 0.5
    bend = rng.normal(0, 0.12) * length * t**2
    ring = np.concatenate(
        [np.stack([t * length, half + bend], 1), np.stack([t * length, bend - half], 1)[::-1]]
    )
    return rotate(ring, angle) + (x, y)


def rough(rng: np.random.Generator, ring: Ring, amount: float, step: float) -> Ring:
    """The ring with points every `step` and moved by about `amount`: fur, bark, foliage, torn edges."""
    closed = np.concatenate([ring, ring[:1]])
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = int(np.clip(length[-1] / step, 8, 1500))
    at = np.linspace(0, length[-1], count, endpoint=False)
    dense = np.stack([np.interp(at, length, closed[:, axis]) for axis in (0, 1)], 1)
    return dense + rng.normal(0, amount, dense.shape)


def glyph(rng: np.random.Generator) -> list[Ring]:
    """A letter or digit: outlines and holes, filled even-odd."""
    fonts = (
        cv2.FONT_HERSHEY_SIMPLEX,
        cv2.FONT_HERSHEY_DUPLEX,
        cv2.FONT_HERSHEY_TRIPLEX,
        cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
    )
    canvas = np.zeros((200, 200), np.uint8)
    letter = str(rng.choice(list("ABCDEFGHKLMNPRSTUXZ023456789&?")))
    cv2.putText(
        canvas,
        letter,
        (40, 150),
        int(rng.choice(fonts)),
        4.5,
        255,
        int(rng.integers(8, 26)),
        cv2.LINE_AA,
    )
    return _contours(canvas)


def noise_shape(rng: np.random.Generator) -> list[Ring]:
    """A ragged patch with holes: what noise leaves above a level inside a blob."""
    side = 160
    x, y = rng.integers(0, 350, 2)
    tones = field(str(rng.choice(["cloud", "smoke", "marble"])))[y : y + side, x : x + side].astype(
        np.float32
    )
    canvas = np.zeros((side, side), np.uint8)
    cv2.fillPoly(canvas, [(blob(rng, 0.5) * side * 0.3 + side / 2).astype(np.int32)], 255)
    tones = cv2.GaussianBlur(tones, (0, 0), rng.uniform(1, 4))
    level = np.percentile(tones[canvas > 0], rng.uniform(15, 60))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        ((tones > level) & (canvas > 0)).astype(np.uint8)
    )
    if count < 2:
        return [blob(rng)]
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return _contours((labels == largest).astype(np.uint8) * 255)


def _contours(canvas: NDArray[np.uint8]) -> list[Ring]:
    found, _ = cv2.findContours(
        (canvas > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1
    )
    return [ring[:, 0].astype(float) for ring in found if len(ring) > 4]
