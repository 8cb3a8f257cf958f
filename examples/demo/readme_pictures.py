"""Paints the README's pictures: `python -m examples.demo.readme_pictures`, after `make demo`.

docs/demo.jpg: pictures of the demo's exports with the outlines of their objects. docs/result.jpg:
pictures of its test split, each box answered by the demo's model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from numpy.typing import NDArray

from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from examples.scenes.camera import encode
from model.predict import Segmenter

_BUILD = Path("build/demo")
_DOCS = Path("docs")
_LARGEST = 10**8  # px of an image
_HEIGHT = 230  # px of a row of pictures
_WIDTH = 1180  # px of the page
_GAP = 6  # px between pictures
_HUES = 12
_WHITE = (255, 255, 255)


class _Object(msgspec.Struct, frozen=True):
    """The columns of an object's row that are needed here."""

    image_file: str
    image_height: int
    image_width: int
    export: str
    group_id: str
    counts: str
    box_x0: int
    box_y0: int
    box_x1: int
    box_y1: int

    @property
    def mask(self) -> Mask:
        """(H, W) bool."""
        runs = run_lengths.parse(self.counts, self.image_height, self.image_width)
        return masks.decode(runs)

    @property
    def box(self) -> Box:
        """The tight box."""
        return Box(self.box_x0, self.box_y0, self.box_x1, self.box_y1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and its objects."""

    pixels: Pixels
    objects: list[_Object]


def pictures(rows: pa.Table, per_export: int) -> Iterator[Picture]:
    """The pictures with the most objects of each export, no two from one group."""
    columns = rows.select(_Object.__struct_fields__)
    objects = msgspec.convert(columns.to_pylist(), list[_Object])
    objects.sort(key=lambda each: each.image_file)
    by_image = []
    for _, group in groupby(objects, lambda each: each.image_file):
        by_image.append(list(group))
    by_image.sort(key=len, reverse=True)

    taken: dict[str, set[str]] = {}
    for of_image in by_image:
        first = of_image[0]
        groups = taken.setdefault(first.export, set())
        if len(groups) == per_export or first.group_id in groups:
            continue
        groups.add(first.group_id)
        data = Path(first.image_file).read_bytes()
        yield Picture(images.decode(data, _LARGEST), of_image)


def outlined(picture: Picture) -> Pixels:
    """The picture with its objects' outlines."""
    canvas = picture.pixels.copy()
    for number, each in enumerate(picture.objects):
        _outline(canvas, each.mask, number)
    return canvas


def answered(picture: Picture, model: Segmenter) -> Pixels:
    """The picture with the boxes of its objects, and the model's masks in them."""
    canvas = picture.pixels.copy()
    boxes = [each.box for each in picture.objects]
    answers = model.segment(picture.pixels, boxes)
    for number, (box, mask) in enumerate(zip(boxes, answers, strict=True)):
        mixed = 0.6 * canvas[mask] + 0.4 * _colour(number)
        canvas[mask] = mixed.astype(np.uint8)
        _outline(canvas, mask, number)
        last_px = (box.x1 - 1, box.y1 - 1)
        cv2.rectangle(canvas, (box.x0, box.y0), last_px, _WHITE, thickness=1)
    return canvas


def montage(shown: list[Pixels], rows: int) -> Pixels:
    """Pictures in rows of one height, each row cut to the page's width."""
    lines = [_white(_HEIGHT, 0) for _ in range(rows)]
    for number, picture in enumerate(shown):
        height, width = picture.shape[:2]
        size = (round(width * _HEIGHT / height), _HEIGHT)
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        row = number % rows
        lines[row] = np.hstack([lines[row], small, _white(_HEIGHT, _GAP)])

    width = min(_WIDTH, *(line.shape[1] for line in lines))
    page = []
    for line in lines:
        page.append(line[:, :width])
        page.append(_white(_GAP, width))
    return np.vstack(page)


def _white(height: int, width: int) -> Pixels:
    """Nothing but white."""
    return np.full((height, width, 3), 255, np.uint8)


def _outline(canvas: Pixels, mask: Mask, number: int) -> None:
    """The outline of a mask; `number` chooses its colour."""
    lines, _ = cv2.findContours(
        mask.astype(np.uint8),
        cv2.RETR_CCOMP,
        cv2.CHAIN_APPROX_NONE,
    )
    colour = _colour(number).tolist()
    cv2.drawContours(
        canvas,
        lines,
        contourIdx=-1,
        color=colour,
        thickness=2,
        lineType=cv2.LINE_AA,
    )


def _colour(number: int) -> NDArray[np.uint8]:
    """(3,) RGB: neighbours in the list have hues that are far apart."""
    hue = number * 5 % _HUES * 180 // _HUES  # OpenCV's hues go from 0 to 180
    pixel = np.array([[[hue, 200, 255]]], np.uint8)
    rgb = cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)
    return np.asarray(rgb[0, 0], np.uint8)


def main() -> None:
    """Paint both."""
    rows = ds.dataset(_BUILD / "balance" / "segments").to_table()
    marked = [outlined(picture) for picture in pictures(rows, per_export=2)]
    _write("demo.jpg", montage(marked, rows=3))

    model = Segmenter.load(_BUILD / "train" / "model.safetensors")
    test = rows.filter(ds.field("split") == "test")
    results = [answered(picture, model) for picture in pictures(test, per_export=1)]
    _write("result.jpg", montage(results, rows=2))


def _write(name: str, page: Pixels) -> None:
    """Write a page of pictures among the documents."""
    data = encode(page, quality=85)
    (_DOCS / name).write_bytes(data)


if __name__ == "__main__":
    main()
