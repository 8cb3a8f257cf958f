"""Things in their natural materials, stood on the ground or laid flat, and hard to cut out."""

import numpy as np
from numpy.random import Generator

from curate.records import Box
from examples.scenes.canvas import Canvas, paint
from examples.scenes.coverage import clipped_box, pixels_of
from examples.scenes.disguise import accompany, mark, tones_about
from examples.scenes.painting import darken
from examples.scenes.sampling import happens
from examples.scenes.scenery import behind
from examples.scenes.textures import palette
from examples.scenes.things import Thing, place, random_bend
from examples.scenes.wardrobe import Dress, dresser


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
