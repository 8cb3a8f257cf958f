"""Boxes answered without torch: `python -m examples.onnx_boxes MODEL.onnx PHOTO x0,y0,x1,y1`.

`python -m pipelines export-onnx base MODEL.onnx` writes the model; docs/onnx.md explains each step.
"""

import sys
from math import ceil, floor, sqrt
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession
from PIL import Image, ImageOps

PADDING = 0.12  # of the box, beyond each of its sides
LARGE = 300_000  # px; the network has learnt no larger windows
REDUCED = 50_000  # px, of a large window
Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in px of the picture


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
        whole = (floor(x0), floor(y0), ceil(x1), ceil(y1))
    except (ValueError, OverflowError):  # the latter of inf
        sys.exit(f"{text}: a box is x0,y0,x1,y1 in px, such as 10,20,110,140")
    box = clipped(whole, picture)
    if box[0] >= box[2] or box[1] >= box[3]:
        sys.exit(f"{text}: nothing of this box is in the picture")
    return box


def clipped(box: Box, picture: Image.Image) -> Box:
    """What of a box is in the picture."""
    x0, y0, x1, y1 = box
    return max(x0, 0), max(y0, 0), min(x1, picture.width), min(y1, picture.height)


def answer(session: InferenceSession, picture: Image.Image, drawn: Box) -> Image.Image:
    """The mask of what is in a drawn box: black and white, as large as the picture."""
    # The window: the box and some of what is around it.
    x0, y0, x1, y1 = drawn
    beside = max(2, round(PADDING * (x1 - x0)))
    above = max(2, round(PADDING * (y1 - y0)))
    around = (x0 - beside, y0 - above, x1 + beside, y1 + above)
    left, top, right, bottom = clipped(around, picture)
    window = picture.crop((left, top, right, bottom))

    # The model is asked about a smaller copy of a large window.
    pixels = window.width * window.height
    factor = 1
    if pixels > LARGE:
        factor = ceil(sqrt(pixels / REDUCED))
    copy = np.asarray(window.reduce(factor))
    in_window = np.array([x0 - left, y0 - top, x1 - left, y1 - top], np.float32)
    (found,) = session.run(None, {"window": copy, "drawn": in_window / factor})

    # Enlarged before it is decided, so that the edge is smooth.
    enlarged = Image.fromarray(found).resize(window.size, Image.Resampling.BILINEAR)
    is_object = np.asarray(enlarged) >= 0.5
    mask = Image.new("1", picture.size)
    mask.paste(Image.fromarray(is_object), (left, top))
    return mask


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
