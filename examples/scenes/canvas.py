"""Painting things onto a picture, back to front, and knowing at every pixel whose it is."""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from curate.records import Box
from examples.scenes.coverage import Cover, box_around, coverage, pixels_of
from examples.scenes.light import Light, cast_shadow, shaded
from examples.scenes.painting import blend
from examples.scenes.textures import Material, Pixels, blurred, render
from examples.scenes.things import Layer, Thing
from examples.scenes.wardrobe import Dress

_MARGIN = 3  # px around a thing that its soft edge may reach
_SMALL = 120  # px: outlines of smaller things are painted on a finer grid
_SHARP = 0.2  # px: less softness is not seen


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on the canvas that an annotator could ask for: the px owned by any of `ids`.

    `area`: its px before others hid it. `part_of`: index of the whole among the entries.
    """

    label: str
    ids: tuple[int, ...]
    box: Box
    area: float
    part_of: int | None = None


@dataclass(slots=True)
class Canvas:
    """The picture so far; `owner` is the id of the layer at each px, 0 where it is background.

    `softness`: deviation of the blur of all edges, px.
    """

    image: Pixels
    light: Light
    softness: float
    owner: NDArray[np.int32] = field(init=False)
    entries: list[Entry] = field(default_factory=list)
    next_id: int = 1

    def __post_init__(self) -> None:
        self.owner = np.zeros(self.image.shape[:2], np.int32)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.owner.shape
        return height, width


def paint(
    canvas: Canvas,
    rng: Generator,
    thing: Thing,
    dress: Dress,
    shadow: float = 0.0,
    hidden: bool = False,
) -> None:
    """Paint a placed thing, and enter it and its named parts in the canvas's entries.

    `shadow`: 0 to 1, how dark it shades what is there already. A `hidden` thing is not entered:
    it belongs to the background, and nobody asks for it.
    """
    box = box_around(thing.outlines, canvas.size, _MARGIN)
    if box is None:
        return
    # Small things need finer outlines than large ones.
    extent = float(np.ptp(thing.points, axis=0).max())
    fine = 4 if extent < _SMALL else 2
    if shadow > 0:
        cast_shadow(canvas.image, rng, canvas.light, thing, shadow)

    first = canvas.next_id
    covers: dict[int, Cover] = {}
    for number, layer in enumerate(thing.layers):
        cover = _paint_layer(
            canvas,
            rng,
            layer,
            dress(layer.material),
            covers,
            fine,
        )
        if cover is not None:
            covers[number] = cover
    if hidden:
        owner = canvas.owner[pixels_of(box)]
        # What hidden things cover belongs to nobody.
        owner[owner >= first] = 0
    else:
        whole = coverage(thing.outlines, box, fine)
        _enter(canvas, thing, first, whole, covers)


def _enter(
    canvas: Canvas,
    thing: Thing,
    first: int,
    whole: Cover,
    covers: dict[int, Cover],
) -> None:
    """Entries for a thing whose layers have the ids from `first` on, and for its named parts."""
    index = len(canvas.entries)
    ids = tuple(range(first, first + len(thing.layers)))
    area = float(whole.mask.sum())
    canvas.entries.append(Entry(thing.label, ids, whole.box, area))
    for number, cover in covers.items():
        layer = thing.layers[number]
        if not layer.label:
            continue
        inside = [
            first + n for n, other in enumerate(thing.layers) if other.inside == number
        ]
        part = Entry(
            layer.label,
            ids=(first + number, *inside),
            box=cover.box,
            area=float(cover.mask.sum()),
            part_of=index,
        )
        canvas.entries.append(part)


def _paint_layer(
    canvas: Canvas,
    rng: Generator,
    layer: Layer,
    material: Material,
    covers: dict[int, Cover],
    fine: int,
) -> Cover | None:
    """Paint one layer and return what it covers, None where nothing of it is seen.

    `covers`: what the layers below it cover, by their index.
    """
    number = canvas.next_id
    canvas.next_id += 1
    box = box_around(layer.outlines, canvas.size, _MARGIN)
    if box is None:
        return None
    cover = coverage(layer.outlines, box, fine)
    if layer.inside is not None:
        if layer.inside not in covers:
            return None
        below = covers[layer.inside].read(box)
        # Clipped to the layer that it belongs to.
        cover = Cover(box, cover.alpha * below)

    pixels = render(rng, material, box.height, box.width)
    if material.relief > 0:
        pixels = shaded(pixels, cover.mask, canvas.light, material)
    lay(canvas, number, cover, pixels, material.opacity)
    return cover


def lay(
    canvas: Canvas, number: int, cover: Cover, pixels: Pixels, opacity: float = 1.0
) -> None:
    """Blend pixels (h, w, 3) into the picture where they cover it; they become layer `number`'s."""
    ink = cover.alpha
    if canvas.softness > _SHARP:
        ink = blurred(ink, canvas.softness)
    place = pixels_of(cover.box)
    blend(canvas.image[place], pixels, ink * opacity)
    # A px belongs to whoever covers half of it or more.
    canvas.owner[place][cover.mask] = number
