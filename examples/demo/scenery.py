"""What the demo's views share: things on the ground, skies, floors, regions behind the things."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from curate.records import Box
from examples.demo.disguise import accompany, mark, tones_about
from examples.scenes.canvas import Canvas, paint
from examples.scenes.coverage import clipped_box, pixels_of
from examples.scenes.light import Light
from examples.scenes.painting import darken
from examples.scenes.sampling import happens, one_of
from examples.scenes.scenery import behind
from examples.scenes.textures import Pixels, palette
from examples.scenes.things import Maker, Thing, place, random_bend
from examples.scenes.wardrobe import Dress, dresser

Choice = tuple[Maker, float]
"""A kind of thing, and its usual height as a share of the picture's."""


@dataclass(frozen=True, slots=True)
class View:
    """A painted picture before the camera.

    `regions`: what is behind the things, our name and (H, W) bool, back first.
    """

    canvas: Canvas
    regions: list[tuple[str, NDArray[np.bool_]]]


def daylight(rng: Generator, image: Pixels) -> Canvas:
    """A canvas under a high light from one side."""
    side = one_of(rng, (-1, 1)) * rng.uniform(0.3, 0.8)
    up = rng.uniform(0.7, 1.1)
    ambient = rng.uniform(0.5, 0.7)
    light = Light(side, -0.6, up, ambient)
    return Canvas(image, light, softness=0.5)


def stand(
    canvas: Canvas,
    rng: Generator,
    thing: Thing,
    at: tuple[float, float],
    tall: float,
    *,
    shadow: float = 0.45,
    mirrored: bool | None = None,
    company: int = 4,
) -> None:
    """Put a thing upright onto the ground, in its natural materials.

    `at`: x and y of its foot. `tall`: its height in px. `company`: how many like it are behind it.
    """
    x, foot = at
    width, height = np.ptp(thing.points, axis=0).tolist()
    scale = tall / height
    if mirrored is None:
        mirrored = happens(rng, 0.5)
    placed = place(
        thing,
        centre=(x, foot - tall / 2),
        size=scale * max(width, height),
        angle=rng.normal(0, 0.01),
        mirrored=mirrored,
        bend=random_bend(rng, 0.12),
    )
    _shade_ground(canvas, at, scale * width, shadow)
    dress = dresser(rng, palette(rng), realism=1.0)
    _disguised(canvas, rng, placed, dress, shadow * 0.6, company, upright=True)


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
    """Lay a thing flat, turned by up to `turn` radians.

    `realism`, `closeness`: see `dresser`. `company`: how many like it are under it.
    """
    placed = place(
        thing,
        centre=at,
        size=size,
        angle=rng.uniform(-turn, turn),
        mirrored=happens(rng, 0.5),
        bend=random_bend(rng, 0.4),
    )
    colour = behind(canvas, at, size)
    dress = dresser(rng, palette(rng), realism, colour, closeness)
    _disguised(canvas, rng, placed, dress, shadow, company, upright=False)


def stand_all(
    canvas: Canvas,
    rng: Generator,
    choices: Sequence[Choice],
    feet: NDArray[np.float64],
    margin: float,
    farthest: float,
) -> None:
    """Put something onto the ground at each of the feet, given as shares of the picture's height.

    `margin`: share of the width that is kept free at either side. `farthest`: the scale of what is
    at the upper edge of the picture; what is nearer is larger.
    """
    height, width = canvas.size
    for foot in np.sort(feet).tolist():
        make, share = one_of(rng, choices)
        thing = make(rng)
        x = rng.uniform(margin, 1 - margin) * width
        tall = share * height * (farthest + 0.7 * foot)
        stand(canvas, rng, thing, (x, foot * height), tall)


def somewhere(
    rng: Generator,
    canvas: Canvas,
    across: tuple[float, float],
    down: tuple[float, float],
) -> tuple[float, float]:
    """A place in the picture, x and y; the limits are shares of its width and height."""
    height, width = canvas.size
    x = rng.uniform(*across) * width
    y = rng.uniform(*down) * height
    return x, y


def _disguised(
    canvas: Canvas,
    rng: Generator,
    placed: Thing,
    dress: Dress,
    shadow: float,
    company: int,
    upright: bool,
) -> None:
    """Paint a placed thing with marks in the colours behind it, and company in its own colours."""
    box = _box_of(placed, canvas)
    if box is None:
        return
    tones = tones_about(canvas, rng, box)
    # The ids of its layers begin here.
    first = canvas.next_id
    paint(canvas, rng, placed, dress, shadow)
    mark(canvas, rng, box, first, tones)
    accompany(canvas, rng, box, first, company, upright)


def _box_of(placed: Thing, canvas: Canvas) -> Box | None:
    """The px of the canvas that a placed thing reaches, None where they are too few."""
    height, width = canvas.size
    points = placed.points
    left, top = points.min(axis=0) - 2
    right, bottom = points.max(axis=0) + 3
    box = Box(
        x0=max(int(left), 0),
        y0=max(int(top), 0),
        x1=min(int(right), width),
        y1=min(int(bottom), height),
    )
    if box.width <= 4 or box.height <= 4:
        return None
    return box


def _shade_ground(
    canvas: Canvas,
    at: tuple[float, float],
    wide: float,
    strength: float,
) -> None:
    """The dark that gathers where a thing, `wide` px wide, touches the ground."""
    x, y = at
    rx = max(2.0, wide * 0.52)
    ry = max(1.5, wide * 0.07)
    box = clipped_box(
        x0=x - 1.6 * rx,
        y0=y - 3 * ry,
        x1=x + 1.6 * rx,
        y1=y + 3 * ry,
        size=canvas.size,
    )
    if box.width < 2 or box.height < 2:
        return
    across = (np.arange(box.x0, box.x1) - x) / rx
    down = (np.arange(box.y0, box.y1) - y) / ry
    distance = np.hypot(across, down[:, None])
    near = np.clip(1.35 - distance, 0, 1).astype(np.float32)
    darken(canvas.image[pixels_of(box)], near * np.float32(strength))
