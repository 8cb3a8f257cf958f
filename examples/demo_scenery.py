"""What the demo's views share: things that stand on the ground, skies, floors, and regions behind the things."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.canvas import Canvas, Thing, Window, bender, paint, place
from examples.demo_disguise import accompany, mark, tones_about
from examples.scenery import behind
from examples.textures import Material, Pixels, palette, plain, render
from examples.wardrobe import Dress, dresser

Generator = np.random.Generator


@dataclass(frozen=True)
class View:
    """A painted picture before the camera.

    `regions`: what lies behind the things, name and (H, W) bool, back first.
    """

    canvas: Canvas
    regions: list[tuple[str, NDArray[np.bool_]]]


def daylight(rng: Generator, image: Pixels) -> Canvas:
    """A canvas under a high light from one side."""
    side = float(rng.choice([-1, 1]) * rng.uniform(0.3, 0.8))
    return Canvas(
        image, (side, -0.6, float(rng.uniform(0.7, 1.1))), float(rng.uniform(0.5, 0.7)), 0.5
    )


def extent(thing: Thing) -> tuple[float, float]:
    """Width and height of a thing in its own units."""
    points = np.concatenate(
        [ring for piece in thing.pieces for group in piece.groups for ring in group]
    )
    width, height = np.ptp(points, axis=0)
    return float(width), float(height)


def stand(
    canvas: Canvas,
    rng: Generator,
    thing: Thing,
    x: float,
    foot: float,
    tall: float,
    *,
    shadow: float = 0.45,
    flip: bool | None = None,
    company: int = 4,
) -> None:
    """Set a thing upright on the ground: its foot at x, foot; `tall` px high; in its natural materials.

    `company`: how many like it stand behind it.
    """
    width, height = extent(thing)
    size = tall / height * max(width, height)
    turned = bool(rng.random() < 0.5) if flip is None else flip
    placed = place(
        thing, (x, foot - tall / 2), size, float(rng.normal(0, 0.01)), turned, bender(rng, 0.12)
    )
    _ground_shade(canvas, x, foot, tall / height * width, shadow)
    _disguised(
        canvas, rng, placed, dresser(rng, palette(rng), 1.0), shadow * 0.6, company, upright=True
    )


def lay(
    canvas: Canvas,
    rng: Generator,
    thing: Thing,
    at: tuple[float, float],
    size: float,
    *,
    turn: float = 3.0,
    shadow: float = 0.5,
    realism: float = 1.0,
    closeness: float = 0.0,
    company: int = 4,
) -> None:
    """Lay a thing flat, turned by up to about `turn` radians; `company`: how many like it lie under it."""
    placed = place(
        thing, at, size, float(rng.uniform(-turn, turn)), bool(rng.random() < 0.5), bender(rng, 0.4)
    )
    dress = dresser(rng, palette(rng), realism, behind(canvas, *at, size), closeness)
    _disguised(canvas, rng, placed, dress, shadow, company, upright=False)


def _disguised(
    canvas: Canvas,
    rng: Generator,
    placed: Thing,
    dress: Dress,
    shadow: float,
    company: int,
    *,
    upright: bool,
) -> None:
    """Paint a placed thing that bears the colours of what is behind it, and has company of its own colours."""
    window = _seen(canvas, placed)
    if window is None:
        return
    tones, first = tones_about(canvas, rng, window), canvas.next_id
    paint(canvas, rng, placed, dress, shadow=shadow)
    mark(canvas, rng, window, first, tones)
    accompany(canvas, rng, window, first, company, upright)


def _seen(canvas: Canvas, placed: Thing) -> Window | None:
    """The px of the canvas that a placed thing reaches."""
    points = np.concatenate(
        [ring for piece in placed.pieces for group in piece.groups for ring in group]
    )
    height, width = canvas.size
    (x0, y0), (x1, y1) = points.min(0) - 2, points.max(0) + 3
    window = max(int(x0), 0), max(int(y0), 0), min(int(x1), width), min(int(y1), height)
    return window if window[2] - window[0] > 4 and window[3] - window[1] > 4 else None


def _ground_shade(canvas: Canvas, x: float, foot: float, wide: float, strength: float) -> None:
    """The dark that gathers where a thing touches the ground."""
    rx, ry = max(2.0, wide * 0.52), max(1.5, wide * 0.07)
    height, width = canvas.size
    x0, x1 = (int(np.clip(v, 0, width)) for v in (x - 1.6 * rx, x + 1.6 * rx))
    y0, y1 = (int(np.clip(v, 0, height)) for v in (foot - 3 * ry, foot + 3 * ry))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    far = np.hypot((np.arange(x0, x1)[None] - x) / rx, (np.arange(y0, y1)[:, None] - foot) / ry)
    dark = strength * np.clip(1.35 - far, 0, 1).astype(np.float32)
    canvas.image[y0:y1, x0:x1] *= (1 - dark)[..., None]


def slope(top: NDArray[np.float64], bottom: NDArray[np.float64], height: int, width: int) -> Pixels:
    """From one colour above to another below."""
    t = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    return np.repeat(top.astype(np.float32) * (1 - t) + bottom.astype(np.float32) * t, width, 1)


def sky(rng: Generator, height: int, width: int) -> Pixels:
    """A sky with clouds, blue, grey or at dusk."""
    tones = [
        ((90, 140, 200), (205, 222, 235)),
        ((160, 170, 182), (215, 218, 220)),
        ((70, 90, 150), (240, 190, 140)),
    ]
    top, bottom = (np.array(tone, float) for tone in tones[rng.integers(3)])
    image = slope(top, bottom, height, width)
    clouds = render(
        rng, plain(np.full(3, 128.0), "cloud", 128, rng.uniform(1.0, 2.5)), height, width
    )[..., :1]
    return image + np.clip((clouds - 130) / 110, 0, 1) * 0.8 * (248 - image)


def floor(rng: Generator, material: Material, height: int, width: int) -> Pixels:
    """A level floor seen at a slant: its pattern grows towards the viewer."""
    flat = render(rng, material, height * 2, width * 2)
    x = np.arange(width, dtype=np.float32)[None] - width / 2
    t = np.linspace(0.25, 1.0, height, dtype=np.float32)[:, None]
    source_x = np.clip(x / t * 0.5 + width, 0, 2 * width - 1).astype(np.float32)
    source_y = np.repeat((2 * height - 1) * (1 - 0.25 / t) / 0.75, width, 1).astype(np.float32)
    return cv2.remap(flat, source_x, np.ascontiguousarray(source_y), cv2.INTER_AREA)


def band(height: int, width: int, top: float, bottom: float) -> NDArray[np.bool_]:
    """Px between two levels, shares of the height."""
    mask = np.zeros((height, width), np.bool_)
    mask[round(top * height) : round(bottom * height)] = True
    return mask
