"""Painted pictures with exact masks, the same for the same seed: `paint_scene(seed)`.

Things with parts, textures close to their surroundings, shading, shadows, things in front,
neighbours of one kind, blur, noise and compression. The base model learns from nothing else: so the
pictures are as unlike each other as photographs, micrographs, aerial views, product shots and
close-ups of surfaces.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from curate.pixels.masks import boundary
from examples.scenes import views
from examples.scenes.camera import Photo, capture, illuminate
from examples.scenes.canvas import Canvas, Entry
from examples.scenes.coverage import pixels_of
from examples.scenes.sampling import log_uniform

_SMALLEST = 64  # px of a mask worth asking for
_NARROWEST = 12  # px: the shorter side of its box
_FAINTEST = 2.5  # levels per px along the outline, on average; below that not even people see it
_SHOWN = 0.3  # share of an object that others must leave to be seen
_SIDES = (240, 960)  # px: the shortest and the longest side of a picture


@dataclass(frozen=True, slots=True)
class SceneObject:
    """Something in the scene.

    `mask`: its visible px, (H, W) bool. `part_of`: index of its whole among the objects, or None.
    """

    mask: NDArray[np.bool_]
    label: str
    part_of: int | None


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture of one kind of view, and its objects; wholes never overlap."""

    image: Photo
    objects: list[SceneObject]
    view: str


def paint_scene(
    seed: int,
    view: str | None = None,
    height: int | None = None,
    width: int | None = None,
) -> Scene:
    """The scene of a seed.

    `view`: one of `views.names()`. What is not given is random; sides have 240 to 960 px.
    """
    rng = np.random.default_rng([seed, 0x5E6C])
    if view is None:
        view = _some_view(rng)
    height = height or int(log_uniform(rng, *_SIDES))
    width = width or int(log_uniform(rng, *_SIDES))
    canvas = views.paint_view(rng, view, height, width)
    image = illuminate(rng, canvas.image, strength=1.0)
    picture = capture(rng, image)
    return Scene(picture, visible(canvas, edges(picture)), view)


def _some_view(rng: Generator) -> str:
    """One of the views, by their shares."""
    shares = np.array(list(views.SHARES.values()))
    chances = shares / shares.sum()
    name = rng.choice(views.names(), p=chances)
    return str(name)


def edges(picture: Photo) -> NDArray[np.float32]:
    """(H, W) float32: how much the colour changes at each px, levels per px; noise aside."""
    soft = cv2.GaussianBlur(picture, (0, 0), 1.2).astype(np.float32)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.125)
    steepness = np.sqrt(down**2 + across**2)
    return np.asarray(steepness.max(axis=2), np.float32)


def visible(canvas: Canvas, change: NDArray[np.float32]) -> list[SceneObject]:
    """What can be seen of the canvas's entries: enough px, and an outline that shows.

    A part whose whole is gone becomes an object of its own. `change`: see `edges`.
    """
    index_of: dict[int, int] = {}
    objects: list[SceneObject] = []
    for number, entry in enumerate(canvas.entries):
        # Other things may have been painted over it since.
        place = pixels_of(entry.box)
        seen = np.isin(canvas.owner[place], entry.ids)
        if not _is_large_enough(seen, entry):
            continue

        # What has an outline that nobody can see is no object to ask for.
        outline = boundary(seen, (True, True, True, True))
        along_outline = change[place][outline]
        if along_outline.size and along_outline.mean() < _FAINTEST:
            continue

        mask = np.zeros(canvas.size, np.bool_)
        mask[place] = _without_crumbs(seen)
        part_of = None
        if entry.part_of is not None:
            part_of = index_of.get(entry.part_of)
        index_of[number] = len(objects)
        objects.append(SceneObject(mask, entry.label, part_of))
    return objects


def _is_large_enough(seen: NDArray[np.bool_], entry: Entry) -> bool:
    """Whether enough px of an entry are seen, and not in a strip only."""
    if seen.sum() < max(_SMALLEST, _SHOWN * entry.area):
        return False
    rows, columns = np.nonzero(seen)
    height = np.ptp(rows) + 1
    width = np.ptp(columns) + 1
    return bool(min(height, width) >= _NARROWEST)


def _without_crumbs(seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without the regions of a few px that other things' edges leave."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        seen.astype(np.uint8),
        connectivity=8,
    )
    if count <= 2:
        return seen
    areas = stats[:, cv2.CC_STAT_AREA]
    least = max(6, 0.002 * seen.sum())
    is_kept = areas >= least
    is_kept[0] = False  # the background
    return np.asarray(is_kept[labels], np.bool_)
