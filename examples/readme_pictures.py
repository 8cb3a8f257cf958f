"""Draws the README's pictures from a finished demo build: `python -m examples.readme_pictures`.

docs/demo.jpg: pictures of the demo's exports with the outlines of their objects. docs/result.jpg: pictures of its
test split, each box answered by the demo's model.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
from numpy.typing import NDArray

from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from model.predict import Segmenter

_BUILD = Path("build/demo")
_HEIGHT, _WIDTH = 230, 1180  # px of a row of pictures
_HUES = 12


class Picture(NamedTuple):
    """A picture and the rows of its objects."""

    pixels: Pixels
    rows: list[dict[str, Any]]


def pictures(rows: pa.Table, per_export: int) -> Iterator[Picture]:
    """Of each export the pictures with the most objects, no two of one group."""
    by_image: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_pylist():
        by_image.setdefault(row["image_file"], []).append(row)
    taken: dict[str, set[str]] = {}
    for file, objects in sorted(by_image.items(), key=lambda item: (-len(item[1]), item[0])):
        groups = taken.setdefault(objects[0]["export"], set())
        if len(groups) < per_export and objects[0]["group_id"] not in groups:
            groups.add(objects[0]["group_id"])
            yield Picture(images.decode(Path(file).read_bytes(), 10**8), objects)


def outlined(picture: Picture) -> Pixels:
    """The picture with its objects' outlines."""
    canvas = picture.pixels.copy()
    for number, row in enumerate(picture.rows):
        height, width = row["image_height"], row["image_width"]
        _outline(
            canvas,
            masks.decode(run_lengths.parse(row["counts"], height, width)),
            number,
        )
    return canvas


def answered(picture: Picture, model: Segmenter) -> Pixels:
    """The picture with the boxes of its objects, and the model's masks in them."""
    canvas = picture.pixels.copy()
    boxes = [tuple(row[f"box_{side}"] for side in ("x0", "y0", "x1", "y1")) for row in picture.rows]
    for number, (box, mask) in enumerate(
        zip(boxes, model.segment(picture.pixels, boxes), strict=True)
    ):
        canvas[mask] = (0.6 * canvas[mask] + 0.4 * _colour(number)).astype(np.uint8)
        _outline(canvas, mask, number)
        cv2.rectangle(canvas, box[:2], (box[2] - 1, box[3] - 1), (255, 255, 255), 1)
    return canvas


def montage(shown: list[Pixels], rows: int) -> Pixels:
    """Pictures in rows of one height, each row cut to the page's width."""
    lines = [np.full((_HEIGHT, 0, 3), 255, np.uint8) for _ in range(rows)]
    gap = np.full((_HEIGHT, 6, 3), 255, np.uint8)
    for number, picture in enumerate(shown):
        width = round(picture.shape[1] * _HEIGHT / picture.shape[0])
        small = cv2.resize(picture, (width, _HEIGHT), interpolation=cv2.INTER_AREA)
        lines[number % rows] = np.concatenate(
            (lines[number % rows], np.asarray(small, np.uint8), gap), axis=1
        )
    width = min(_WIDTH, *(line.shape[1] for line in lines))
    gap = np.full((6, width, 3), 255, np.uint8)
    return np.concatenate([part for line in lines for part in (line[:, :width], gap)])


def _outline(canvas: Pixels, mask: Mask, number: int) -> None:
    lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(canvas, lines, -1, _colour(number).tolist(), 2, cv2.LINE_AA)


def _colour(number: int) -> NDArray[np.uint8]:
    hue = np.array([[[number * 5 % _HUES * 180 // _HUES, 200, 255]]], np.uint8)
    colour: NDArray[np.uint8] = np.asarray(cv2.cvtColor(hue, cv2.COLOR_HSV2RGB), np.uint8)[0, 0]
    return colour


def _save(path: Path, picture: Pixels) -> None:
    path.write_bytes(
        cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    )


def main() -> None:
    """Draw both."""
    rows = ds.dataset(_BUILD / "balance" / "segments").to_table()
    _save(Path("docs/demo.jpg"), montage([outlined(each) for each in pictures(rows, 2)], 3))
    model = Segmenter.load(_BUILD / "train" / "model.safetensors")
    test = rows.filter(ds.field("split") == "test")
    _save(
        Path("docs/result.jpg"), montage([answered(each, model) for each in pictures(test, 1)], 2)
    )


if __name__ == "__main__":
    main()
