"""The demo's pictures: painted, captured, cut into frames, copied with small changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from curate.pixels import masks
from curate.pixels.run_lengths import RunLengths
from curate.records import Box
from examples.demo.views import VIEWS
from examples.scenes.camera import capture, decode, encode, illuminate
from examples.scenes.coverage import pixels_of
from examples.scenes.scene import SceneObject, edges, visible

_FILL = 0.35  # share of its box that a solid thing covers
_LEAST_AREA = 64  # px of a mask worth marking
_QUALITY = 88  # of the JPEG files


@dataclass(frozen=True, slots=True)
class Marked:
    """What an annotator marked: our name, and its mask. `is_part`: it belongs to a whole thing."""

    label: str
    runs: RunLengths
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture and all that can be marked in it.

    `regions` are behind the objects; both are listed from back to front.
    """

    name: str
    data: bytes
    height: int
    width: int
    objects: list[Marked]
    regions: list[Marked]

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return Path(self.name).stem


def paint_frames(
    view: str,
    seed: int,
    names: list[str],
    height: int,
    width: int,
    step: int = 0,
) -> Iterator[Picture]:
    """Frames of one scene; from each to the next the camera moves by `step` px to the right."""
    rng = np.random.default_rng([seed, len(view), ord(view[0])])
    scene_width = width + step * (len(names) - 1)
    painted = VIEWS[view](rng, height, scene_width)
    lit = illuminate(rng, painted.canvas.image, strength=0.8)
    image = capture(rng, lit, plainly=True)
    objects = []
    for number, each in enumerate(visible(painted.canvas, edges(image))):
        if _is_marked(each, number):
            runs = masks.encode(each.mask)
            objects.append(Marked(each.label, runs, each.part_of is not None))
    regions = [Marked(label, masks.encode(mask)) for label, mask in painted.regions]
    for number, name in enumerate(names):
        window = Box(
            x0=number * step,
            y0=0,
            x1=number * step + width,
            y1=height,
        )
        frame = image[pixels_of(window)]
        yield Picture(
            name,
            data=encode(frame, _QUALITY),
            height=height,
            width=width,
            objects=_without_crumbs(_cut(objects, window)),
            regions=_cut(regions, window),
        )


def _is_marked(each: SceneObject, number: int) -> bool:
    """Whether an annotator marks an object.

    No leaves of a plant; of lacy and thin things, which take too long, one in six.
    """
    if each.label == "leaf" and each.part_of is not None:
        return False
    box = masks.box(masks.encode(each.mask))
    fills_its_box = each.mask.sum() >= _FILL * (box.height * box.width)
    return bool(fills_its_box) or number % 6 == 0


def reencoded(picture: Picture, name: str, gain: float = 1.06) -> Picture:
    """The same picture a little brighter and saved again: other bytes, the same scene."""
    # Saved again, a JPEG has other bytes even where it looks the same.
    brighter = decode(picture.data).astype(np.float32) * gain
    image = np.clip(brighter, 0, 255).astype(np.uint8)
    return replace(picture, name=name, data=encode(image, quality=70))


def cropped(picture: Picture, name: str) -> Picture:
    """The same picture with a few px cut off at the left and the top."""
    window = Box(3, 2, picture.width, picture.height)
    image = decode(picture.data)
    return Picture(
        name,
        data=encode(image[pixels_of(window)], _QUALITY),
        height=window.height,
        width=window.width,
        objects=_without_crumbs(_cut(picture.objects, window)),
        regions=_without_crumbs(_cut(picture.regions, window)),
    )


def _cut(marked: list[Marked], window: Box) -> list[Marked]:
    """The same objects in a window of their picture."""
    cut = []
    for each in marked:
        runs = masks.encode(masks.decode_window(each.runs, window))
        cut.append(replace(each, runs=runs))
    return cut


def _without_crumbs(marked: list[Marked]) -> list[Marked]:
    """Those of which enough is seen."""
    return [each for each in marked if masks.area(each.runs) >= _LEAST_AREA]
