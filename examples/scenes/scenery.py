"""Where things are: backgrounds, clutter, and how a thing gets into the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.canvas import Canvas, paint
from examples.scenes.catalogue import ANY
from examples.scenes.coverage import clipped_box
from examples.scenes.forms import ring, solid, wire
from examples.scenes.light import Light
from examples.scenes.outlines import Ring, box
from examples.scenes.painting import blend, fill
from examples.scenes.plants import leafy, single_leaf
from examples.scenes.random_outlines import blob
from examples.scenes.sampling import count, either, happens, log_uniform, one_of
from examples.scenes.textures import (
    Colour,
    Palette,
    Pixels,
    blurred,
    ground,
    palette,
    plain,
    render,
)
from examples.scenes.things import Maker, Thing, place, random_bend
from examples.scenes.wardrobe import dresser

_IN_FRONT: tuple[Maker, ...] = (wire, ring, leafy, single_leaf, solid)


@dataclass(frozen=True, slots=True)
class Painter:
    """Puts things onto a canvas, in materials that suit a palette."""

    canvas: Canvas
    rng: Generator
    colours: Palette

    def put(
        self,
        thing: Thing,
        size: float,
        at: tuple[float, float],
        *,
        turn: float = 0.15,
        realism: float = 0.5,
        closeness: float = 0.35,
        bend: float = 1.0,
        hidden: bool = False,
        shadow: float | None = None,
    ) -> None:
        """Paint one thing, about `size` px long, a little bent.

        `turn`: deviation of its angle, in radians. `bend`: see `random_bend`. `realism`,
        `closeness`: see `dresser`. `hidden`, `shadow`: see `paint`.
        """
        rng = self.rng
        bending = None
        if bend:
            bending = random_bend(rng, bend)
        angle = rng.normal(0, turn)
        mirrored = happens(rng, 0.5)
        placed = place(thing, at, size, angle, mirrored, bending)
        # What is there now decides which colours would be faint.
        colour = behind(self.canvas, at, size)
        dress = dresser(rng, self.colours, realism, colour, closeness)
        # About half of all things cast no shadow, as under a cloudy sky.
        if shadow is None:
            shadow = 0.0
            if happens(rng, 0.55):
                shadow = rng.uniform(0.2, 0.7)
        paint(self.canvas, rng, placed, dress, shadow, hidden)

    def anywhere(self, margin: float = 0.0) -> tuple[float, float]:
        """A place in the picture, x and y.

        `margin`: the share of each side that is kept free; below 0 the place may be outside.
        """
        height, width = self.canvas.size
        x = width * self.rng.uniform(margin, 1 - margin)
        y = height * self.rng.uniform(margin, 1 - margin)
        return x, y

    def clutter(
        self,
        number: int,
        sizes: tuple[float, float],
        makers: Sequence[Maker] = ANY,
    ) -> None:
        """Put things that belong to the background: nobody asks for them.

        `sizes`: from, to, in px.
        """
        for _ in range(number):
            thing = one_of(self.rng, makers)(self.rng)
            size = log_uniform(self.rng, *sizes)
            self.put(thing, size, self.anywhere(-0.05), turn=1.0, hidden=True)

    def defocus(self, probability: float) -> None:
        """Now and then blur what is there: it is out of focus."""
        if happens(self.rng, probability):
            deviation = self.rng.uniform(1.0, 5.0)
            self.canvas.image = blurred(self.canvas.image, deviation)

    def in_front(self, probability: float) -> None:
        """Now and then put wires, stems, leaves or another thing in front of everything."""
        if not happens(self.rng, probability):
            return
        for _ in range(count(self.rng, 1, 4)):
            thing = one_of(self.rng, _IN_FRONT)(self.rng)
            size = log_uniform(self.rng, 60, 400)
            self.put(thing, size, self.anywhere(), turn=2.0, hidden=True)


def start(
    rng: Generator, height: int, width: int, busy: float | None = None
) -> Painter:
    """A painter with a canvas that has a backdrop, and a palette for the whole picture."""
    colours = palette(rng)
    if busy is None:
        busy = float(rng.beta(1.6, 1.1))
    image = backdrop(rng, colours, height, width, busy)
    return Painter(new_canvas(rng, image), rng, colours)


def backdrop(
    rng: Generator,
    colours: Palette,
    height: int,
    width: int,
    busy: float,
) -> Pixels:
    """Ground, perhaps with a horizon, and fields of other ground.

    `busy` 0 to 1: how far the tones of each ground are apart.
    """
    image = render(rng, ground(rng, colours, busy), height, width)
    # A horizon, or the edge of a table.
    if happens(rng, 0.5):
        level = int(height * rng.uniform(0.2, 0.8))
        image[level:] = render(
            rng,
            ground(rng, colours, busy),
            height - level,
            width,
        )
    if happens(rng, 0.6):
        for _ in range(count(rng, 0, 4)):
            alpha = _some_field(rng, height, width)
            other = render(rng, ground(rng, colours, busy), height, width)
            blend(image, other, alpha)
    return image


def _some_field(rng: Generator, height: int, width: int) -> NDArray[np.float32]:
    """(H, W), 0 to 1: a blob or a rectangle, anywhere."""
    outline = _blob_or_box(rng)
    size = rng.uniform(0.15, 0.7)
    at = rng.uniform(0, 1, 2) * (width, height)
    placed = outline * size * max(height, width) + at
    mask = np.zeros((height, width), np.uint8)
    fill(mask, placed, (255,))
    return mask.astype(np.float32) / np.float32(255)


def _blob_or_box(rng: Generator) -> Ring:
    """Either of the two, about 1 large."""
    if happens(rng, 0.5):
        return blob(rng, 0.5)
    return box(-1, -1, 1, rng.uniform(0, 1))


def new_canvas(rng: Generator, image: Pixels) -> Canvas:
    """A canvas over the backdrop, with a light of its own, mostly from above."""
    upwards = (-np.pi, 0)
    downwards = (0, np.pi)
    turn = rng.uniform(*either(rng, 0.85, upwards, downwards))
    up = rng.uniform(0.35, 1.3)
    softness = float(rng.choice([0.0, 0.4, 0.7, 1.1], p=[0.3, 0.35, 0.25, 0.1]))
    ambient = rng.uniform(0.25, 0.85)
    x = float(np.cos(turn))
    y = float(np.sin(turn))
    return Canvas(image, Light(x, y, up, ambient), softness)


def wall(rng: Generator, tone: Colour, height: int, width: int) -> Pixels:
    """A wall of one tone with hardly any grain."""
    contrast = rng.uniform(1, 9)
    material = plain(tone, "cloud", contrast, scale=rng.uniform(1, 3))
    return render(rng, material, height, width)


def behind(canvas: Canvas, at: tuple[float, float], size: float) -> Colour:
    """The mean colour of the picture in a square of `size` px about a point."""
    height, width = canvas.size
    x, y = at
    reach = size / 2
    box = clipped_box(
        x0=x - reach,
        y0=y - reach,
        x1=x + reach,
        y1=y + reach,
        size=(height - 2, width - 2),
    )
    # One px more, so that it is never empty.
    seen = canvas.image[box.y0 : box.y1 + 1, box.x0 : box.x1 + 1]
    step = max(1, int(size / 24))  # some hundred px are enough for a mean
    some = seen[::step, ::step].reshape(-1, 3)
    colour: Colour = some.mean(axis=0).astype(np.float64)
    return colour
