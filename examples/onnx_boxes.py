"""Boxes answered without torch: `python -m examples.onnx_boxes MODEL.onnx PHOTO x0,y0,x1,y1`.

`python -m pipelines export-onnx base MODEL.onnx` writes the model; docs/onnx.md explains each step.
"""

import sys
from math import ceil, floor, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from PIL import Image, ImageOps

PADDING = 0.12  # of the box, beyond each of its sides
LARGE = 300_000  # px; the network has learnt no larger windows
REDUCED = 50_000  # px, of a large window
Box = NDArray[np.int64]  # x0, y0, x1, y1 in px of the picture


def main(model: str, photo: Path, boxes: list[str]) -> None:
    """Write the mask of each box beside the photo, as PHOTO_1.png, PHOTO_2.png …"""
    session = InferenceSession(model)
    picture = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    for number, text in enumerate(boxes, start=1):
        mask = answer(session, picture, drawn_box(text, picture))
        path = photo.with_name(f"{photo.stem}_{number}.png")
        mask.save(path)
        print(f"{path}: {np.count_nonzero(np.asarray(mask)):,} px")


def drawn_box(text: str, picture: Image.Image) -> Box:
    """The box of `x0,y0,x1,y1`, rounded outwards and clipped to the picture."""
    try:
        x0, y0, x1, y1 = map(float, text.split(","))
        whole = np.array([floor(x0), floor(y0), ceil(x1), ceil(y1)])
    except (ValueError, OverflowError):  # the latter of inf
        sys.exit(f"{text}: a box is x0,y0,x1,y1 in px, such as 10,20,110,140")
    box = clipped(whole, picture)
    if box[0] >= box[2] or box[1] >= box[3]:
        sys.exit(f"{text}: nothing of this box is in the picture")
    return box


def clipped(box: Box, picture: Image.Image) -> Box:
    """What of a box is in the picture."""
    return np.clip(box, 0, picture.size * 2)


def window_around(drawn: Box, picture: Image.Image) -> Box:
    """A drawn box and some of what is around it."""
    x0, y0, x1, y1 = drawn
    beside = max(2, round(PADDING * (x1 - x0)))
    above = max(2, round(PADDING * (y1 - y0)))
    return clipped(drawn + [-beside, -above, beside, above], picture)


def answer(session: InferenceSession, picture: Image.Image, drawn: Box) -> Image.Image:
    """The mask of what is in a drawn box: black and white, as large as the picture."""
    around = window_around(drawn, picture)
    window = picture.crop(around.tolist())
    in_window = drawn - np.tile(around[:2], 2)

    # The model is asked about a smaller copy of a large window.
    pixels = window.width * window.height
    factor = ceil(sqrt(pixels / REDUCED)) if pixels > LARGE else 1
    copy = np.asarray(window.reduce(factor))
    in_copy = np.float32(in_window / factor)
    (found,) = session.run(None, {"window": copy, "drawn": in_copy})

    # Enlarged before it is decided, so that the edge is smooth.
    enlarged = Image.fromarray(found).resize(window.size, Image.Resampling.BILINEAR)
    is_object = np.asarray(enlarged) >= 0.5
    mask = Image.new("1", picture.size)
    mask.paste(Image.fromarray(is_object), around.tolist())
    return mask


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
