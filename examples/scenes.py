"""Drawn pictures with exact masks, the same for the same seed: `draw(seed)`.

Things with parts, textures near to their surroundings, shading, shadows, things in front, neighbours of one kind,
blur, noise and compression. The base model learns from nothing else: so the pictures are as unlike each other as
photographs, micrographs, aerial views, product shots and close-ups of surfaces are.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import boundary
from examples import views
from examples.camera import capture, illuminate
from examples.canvas import Canvas
from examples.scenery import log_size

_SMALLEST = 64  # px of a mask worth asking for
_NARROWEST = 11  # px of its box, less one
_FAINTEST = 2.5  # levels per px along the outline, on average; below that not even people see it
_SHOWN = 0.3  # share of an object that others must leave to be seen


@dataclass(frozen=True)
class SceneObject:
    """Something in the scene: its visible px (H, W) bool; `part_of`: index of its whole among the objects, or None."""

    mask: NDArray[np.bool_]
    label: str
    part_of: int | None


@dataclass(frozen=True)
class Scene:
    """A picture (H, W, 3) uint8 RGB of one kind of view, and its objects; wholes never overlap."""

    image: NDArray[np.uint8]
    objects: list[SceneObject]
    view: str


def draw(
    seed: int, view: str | None = None, height: int | None = None, width: int | None = None
) -> Scene:
    """The scene of a seed: of one of `views.names()`, 240 to 960 px a side, where not given."""
    rng = np.random.default_rng([seed, 0x5E6C])
    if view is None:
        kinds, shares = zip(*views.SHARES.items(), strict=True)
        view = str(rng.choice(kinds, p=np.array(shares) / sum(shares)))
    height = height or int(log_size(rng, 240, 960))
    width = width or int(log_size(rng, 240, 960))
    canvas = views.paint(rng, view, height, width)
    image = illuminate(rng, canvas.image, 1.0)
    picture = capture(rng, image)
    return Scene(picture, visible(canvas, edges(picture)), view)


def edges(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much the colour changes at each px, levels per px, (H, W) float32; a little noise aside."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.2).astype(np.float32)
    steps = [cv2.Sobel(soft, cv2.CV_32F, dx, 1 - dx, scale=0.125) for dx in (0, 1)]
    return np.sqrt(steps[0] ** 2 + steps[1] ** 2).max(2)


def visible(canvas: Canvas, change: NDArray[np.float32]) -> list[SceneObject]:
    """What can be seen of the canvas's entries: those with enough px left and an outline that shows somewhere.

    Parts of what is gone stand alone. `change`: how much the finished picture changes at each px.
    """
    kept: dict[int, int] = {}
    objects: list[SceneObject] = []
    for number, entry in enumerate(canvas.entries):
        x0, y0, x1, y1 = entry.window
        seen = np.isin(canvas.owner[y0:y1, x0:x1], entry.ids)
        if (
            seen.sum() < max(_SMALLEST, _SHOWN * entry.drawn)
            or min(np.ptp(np.nonzero(seen), axis=1)) < _NARROWEST
        ):
            continue
        outline = boundary(seen, (True, True, True, True))
        if outline.any() and change[y0:y1, x0:x1][outline].mean() < _FAINTEST:
            continue
        mask = np.zeros(canvas.size, np.bool_)
        mask[y0:y1, x0:x1] = _whole(seen)
        kept[number] = len(objects)
        objects.append(
            SceneObject(
                mask, entry.label, kept.get(entry.part_of) if entry.part_of is not None else None
            )
        )
    return objects


def _whole(seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without crumbs of a few px that other things' edges leave."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        seen.astype(np.uint8), connectivity=8
    )
    if count <= 2:
        return seen
    area = stats[:, cv2.CC_STAT_AREA]
    keep = area >= max(6, 0.002 * seen.sum())
    keep[0] = False
    return keep[labels]
