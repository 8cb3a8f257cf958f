"""Where things stand: backgrounds, clutter, and setting a thing into the picture."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from examples import animals, buildings, forms, furniture, plants, vehicles, wares
from examples.canvas import Canvas, Thing, bender, paint, place
from examples.outlines import blob, box
from examples.textures import Pixels, ground, palette, plain, render
from examples.wardrobe import dresser

Generator = np.random.Generator
Maker = Callable[[Generator], Thing]
LIVING: tuple[Maker, ...] = (*animals.KINDS, *plants.KINDS)
MADE: tuple[Maker, ...] = (*vehicles.KINDS, *wares.KINDS, *furniture.KINDS, *buildings.KINDS)
ANY: tuple[Maker, ...] = (*LIVING, *MADE, *forms.KINDS, *forms.KINDS)


def backdrop(
    rng: Generator, colours: NDArray[np.float64], height: int, width: int, busy: float
) -> Pixels:
    """Ground, perhaps with a horizon, fields of other ground, and a slope of light."""
    image = render(rng, ground(rng, colours, busy), height, width)
    if rng.random() < 0.5:
        level = int(height * rng.uniform(0.2, 0.8))
        image[level:] = render(rng, ground(rng, colours, busy), height - level, width)
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.6 else 0):
        mask = np.zeros((height, width), np.uint8)
        ring = blob(rng, 0.5) if rng.random() < 0.5 else box(-1, -1, 1, rng.uniform(0, 1))
        ring = ring * rng.uniform(0.15, 0.7) * max(height, width) + rng.uniform(0, 1, 2) * (
            width,
            height,
        )
        cv2.fillPoly(mask, [(ring * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        alpha = mask[..., None].astype(np.float32) / 255
        image += alpha * (render(rng, ground(rng, colours, busy), height, width) - image)
    return image


def new_canvas(rng: Generator, image: Pixels) -> Canvas:
    """A canvas over the backdrop, with a light of its own."""
    turn = rng.uniform(-np.pi, 0) if rng.random() < 0.85 else rng.uniform(0, np.pi)
    steep = rng.uniform(0.35, 1.3)
    light = (float(np.cos(turn)), float(np.sin(turn)), float(steep))
    softness = float(rng.choice([0.0, 0.4, 0.7, 1.1], p=[0.3, 0.35, 0.25, 0.1]))
    return Canvas(image, light, float(rng.uniform(0.25, 0.85)), softness)


def start(
    rng: Generator, height: int, width: int, busy: float | None = None
) -> tuple[Canvas, NDArray[np.float64]]:
    """A canvas with backdrop and the palette of the whole picture."""
    colours = palette(rng)
    busy = float(rng.beta(1.6, 1.1)) if busy is None else busy
    return new_canvas(rng, backdrop(rng, colours, height, width, busy)), colours


def wall(rng: Generator, tone: NDArray[np.float64], height: int, width: int) -> Pixels:
    """A wall of one tone with hardly any grain."""
    return render(rng, plain(tone, "cloud", rng.uniform(1, 9), rng.uniform(1, 3)), height, width)


def log_size(rng: Generator, low: float, high: float) -> float:
    """px, evenly over the logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def behind(canvas: Canvas, x: float, y: float, size: float) -> NDArray[np.float64]:
    """The mean colour of the picture about x, y."""
    height, width = canvas.size
    x0, x1 = sorted(int(np.clip(x + s * size / 2, 0, width - 2)) for s in (-1, 1))
    y0, y1 = sorted(int(np.clip(y + s * size / 2, 0, height - 2)) for s in (-1, 1))
    step = max(1, int(size / 24))
    colour: NDArray[np.float64] = (
        canvas.image[y0 : y1 + 1 : step, x0 : x1 + 1 : step].reshape(-1, 3).mean(0).astype(float)
    )
    return colour


def put(
    canvas: Canvas,
    rng: Generator,
    thing: Thing,
    colours: NDArray[np.float64],
    size: float,
    at: tuple[float, float],
    *,
    turn: float = 0.15,
    realism: float = 0.5,
    closeness: float = 0.35,
    bend: float = 1.0,
    hidden: bool = False,
    shadow: float | None = None,
) -> int | None:
    """Set one thing into the picture, about `size` px long, bent a little, in clothes that suit the place."""
    wobble = bender(rng, bend) if bend else None
    placed = place(thing, at, size, float(rng.normal(0, turn)), bool(rng.random() < 0.5), wobble)
    dress = dresser(rng, colours, realism, behind(canvas, *at, size), closeness)
    dark = (rng.uniform(0.2, 0.7) if rng.random() < 0.55 else 0.0) if shadow is None else shadow
    return paint(canvas, rng, placed, dress, shadow=float(dark), hidden=hidden)


def anywhere(rng: Generator, canvas: Canvas, margin: float = 0.0) -> tuple[float, float]:
    """A place in the picture; `margin` is the share of each side kept free (negative: beyond it)."""
    height, width = canvas.size
    return float(width * rng.uniform(margin, 1 - margin)), float(
        height * rng.uniform(margin, 1 - margin)
    )


def clutter(
    canvas: Canvas,
    rng: Generator,
    colours: NDArray[np.float64],
    count: int,
    sizes: tuple[float, float],
    makers: Sequence[Maker] = ANY,
) -> None:
    """Things that belong to the background: nobody asks for them."""
    for _ in range(count):
        thing = makers[rng.integers(len(makers))](rng)
        put(
            canvas,
            rng,
            thing,
            colours,
            log_size(rng, *sizes),
            anywhere(rng, canvas, -0.05),
            turn=1.0,
            hidden=True,
        )


def defocus(canvas: Canvas, rng: Generator, chance: float) -> None:
    """Now and then blur what is there: it lies out of focus."""
    if rng.random() < chance:
        canvas.image = cv2.GaussianBlur(canvas.image, (0, 0), float(rng.uniform(1.0, 5.0)))


def in_front(canvas: Canvas, rng: Generator, colours: NDArray[np.float64], chance: float) -> None:
    """Now and then wires, stems, leaves or a blurred thing before everything."""
    if rng.random() > chance:
        return
    for _ in range(int(rng.integers(1, 4))):
        thing = (forms.wire, forms.ring, plants.leafy, plants.single_leaf, forms.solid)[
            rng.integers(5)
        ](rng)
        put(
            canvas,
            rng,
            thing,
            colours,
            log_size(rng, 60, 400),
            anywhere(rng, canvas),
            turn=2.0,
            hidden=True,
        )
