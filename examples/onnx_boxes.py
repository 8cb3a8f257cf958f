"""Boxes answered without torch: `python -m examples.onnx_boxes MODEL.onnx PHOTO x0,y0,x1,y1`.

`python -m pipelines export-onnx base MODEL.onnx` writes the model; docs/onnx.md explains each step.
"""

import sys
from math import ceil, floor

import numpy as np
from onnxruntime import InferenceSession
from PIL import Image, ImageOps

PADDING = 0.12  # of the box, beyond each of its sides
LARGE = 300_000  # px; the network has learnt no larger windows
REDUCED = 50_000  # px, of a large window


def main(model: str, photo: str, boxes: list[str]) -> None:
    """Write the mask of each box beside the photo, as PHOTO_1.png, PHOTO_2.png …"""
    session = InferenceSession(model)
    picture = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    stem, _, _ = photo.rpartition(".")
    for number, text in enumerate(boxes, start=1):
        x0, y0, x1, y1 = np.array(text.split(","), float).clip(0, picture.size * 2)
        if x0 >= x1 or y0 >= y1:
            sys.exit(f"{text}: nothing of this box is in the picture")
        mask = answer(session, picture, (floor(x0), floor(y0), ceil(x1), ceil(y1)))
        mask.save(f"{stem}_{number}.png")
        print(f"{stem}_{number}.png: {mask.histogram()[-1]:,} px")


def answer(
    session: InferenceSession, picture: Image.Image, drawn: tuple[int, ...]
) -> Image.Image:
    """The mask of what is in a drawn box: black and white, as large as the picture."""
    # The window: the box and some of what is around it.
    x0, y0, x1, y1 = drawn
    beside = max(2, round(PADDING * (x1 - x0)))
    above = max(2, round(PADDING * (y1 - y0)))
    left, top = max(x0 - beside, 0), max(y0 - above, 0)
    right, bottom = min(x1 + beside, picture.width), min(y1 + above, picture.height)
    window = picture.crop((left, top, right, bottom))

    # The model is asked about a smaller copy of a large window.
    pixels = window.width * window.height
    factor = 1
    if pixels > LARGE:
        factor = ceil((pixels / REDUCED) ** 0.5)
    copy = np.asarray(window.reduce(factor))
    sides = np.array([x0 - left, y0 - top, x1 - left, y1 - top], np.float32)
    (found,) = session.run(None, {"window": copy, "drawn": sides / factor})

    enlarged = Image.fromarray(found).resize(window.size, Image.Resampling.BILINEAR)
    mask = Image.new("1", picture.size)
    mask.paste(Image.fromarray(np.asarray(enlarged) >= 0.5), (left, top))
    return mask


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
