"""The demo's pictures: drawn, captured, cut into frames, copied with small changes; masks as run-lengths."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.run_lengths import RunLengths
from examples.camera import capture, illuminate
from examples.demo_views import VIEWS
from examples.scenes import SceneObject, edges, visible

_FILL = 0.35  # share of its box that a solid thing covers


@dataclass(frozen=True)
class Marked:
    """What an annotator marked: a name in our words, its mask as run-lengths; `part`: it belongs to a whole thing."""

    label: str
    runs: RunLengths
    part: bool = False


@dataclass(frozen=True)
class Picture:
    """An encoded picture and all that can be marked in it; `regions` lie behind the objects, back to front."""

    name: str
    data: bytes
    height: int
    width: int
    objects: list[Marked]
    regions: list[Marked]


def draw_frames(
    view: str, seed: int, names: list[str], height: int, width: int, step: int
) -> Iterator[Picture]:
    """Frames of one scene, the camera moved by `step` px to the right from each to the next."""
    rng = np.random.default_rng([seed, len(view), ord(view[0])])
    painted = VIEWS[view](rng, height, width + step * (len(names) - 1))
    image = capture(rng, illuminate(rng, painted.canvas.image, 0.8), plainly=True)
    seen = [each for n, each in enumerate(visible(painted.canvas, edges(image))) if _asked(each, n)]
    for number, name in enumerate(names):
        part = slice(number * step, number * step + width)
        objects = [
            Marked(each.label, masks.encode(each.mask[:, part]), each.part_of is not None)
            for each in seen
            if np.count_nonzero(each.mask[:, part]) >= 64
        ]
        regions = [Marked(label, masks.encode(mask[:, part])) for label, mask in painted.regions]
        yield Picture(name, encode(image[:, part], 88), height, width, objects, regions)


def _asked(each: SceneObject, number: int) -> bool:
    """Whether an annotator marks it: no leaves of a plant; of lacy and thin things, which take too long, one in six."""
    if each.label == "leaf" and each.part_of is not None:
        return False
    rows, columns = np.flatnonzero(each.mask.any(1)), np.flatnonzero(each.mask.any(0))
    room = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return bool(each.mask.sum() >= _FILL * room) or number % 6 == 0


def encode(image: NDArray[np.uint8], quality: int) -> bytes:
    """JPEG of an RGB picture."""
    data: bytes = cv2.imencode(
        ".jpg", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )[1].tobytes()
    return data


def decode(data: bytes) -> NDArray[np.uint8]:
    """RGB of an encoded picture."""
    return np.ascontiguousarray(
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    )


def reencoded(picture: Picture, name: str, gain: float = 1.06, quality: int = 70) -> Picture:
    """The same picture a little brighter and saved again: other bytes, the same scene."""
    image = np.clip(decode(picture.data).astype(np.float32) * gain, 0, 255).astype(np.uint8)
    return replace(picture, name=name, data=encode(image, quality))


def cropped(picture: Picture, name: str, left: int = 3, top: int = 2) -> Picture:
    """The same picture with a few px cut off at the left and the top."""
    window = (left, top, picture.width, picture.height)

    def cut(marked: list[Marked]) -> list[Marked]:
        parts = [masks.decode_window(each.runs, window) for each in marked]
        return [
            replace(e, runs=masks.encode(part))
            for e, part in zip(marked, parts, strict=True)
            if part.sum() >= 64
        ]

    image = decode(picture.data)[top:, left:]
    height, width = image.shape[:2]
    return Picture(
        name, encode(image, 88), height, width, cut(picture.objects), cut(picture.regions)
    )
