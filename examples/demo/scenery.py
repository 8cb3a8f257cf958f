"""What the demo's views share: their light, where things are, and the regions behind them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.canvas import Canvas
from examples.scenes.light import Light
from examples.scenes.sampling import one_of
from examples.scenes.staging import stand
from examples.scenes.textures import Pixels
from examples.scenes.things import Maker

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
