"""Boxes answered without torch: `python -m examples.onnx_boxes MODEL.onnx PHOTO x0,y0,x1,y1`.

`python -m pipelines export-onnx base MODEL.onnx` writes the model; docs/onnx.md explains each step.
"""

import math
import sys

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from PIL import Image, ImageOps

PADDING = 0.12  # of the box, beyond each of its sides
LARGE = 300_000  # px; the network has learnt no larger windows
REDUCED = 50_000  # px, of a large window


Corners = NDArray[np.float64]
"""(4,): x0, y0, x1, y1 in px of the picture."""


def main(model: str, photo: str, boxes: list[str]) -> None:
    """Write the mask of each box beside the photo, as PHOTO_1.png, PHOTO_2.png …"""
    session = InferenceSession(model)
    picture = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    stem, _, _ = photo.rpartition(".")
    for number, text in enumerate(boxes, start=1):
        drawn = drawn_box(text, picture)
        mask = answer(session, picture, drawn)
        path = f"{stem}_{number}.png"
        Image.fromarray(mask).save(path)
        print(f"{path}: {np.count_nonzero(mask):,} px")


def drawn_box(text: str, picture: Image.Image) -> Corners:
    """The box of x0,y0,x1,y1, in whole px inside the picture."""
    box = np.array(text.split(","), np.float64)
    top_left = np.floor(box[:2]).clip(min=0)
    bottom_right = np.ceil(box[2:]).clip(max=picture.size)
    if (top_left >= bottom_right).any():
        size = f"{picture.width} x {picture.height} px"
        sys.exit(f"{text}: nothing of this box is in the picture, which has {size}")
    return np.concatenate((top_left, bottom_right))


def answer(
    session: InferenceSession, picture: Image.Image, drawn: Corners
) -> NDArray[np.bool_]:
    """The mask, (H, W) bool."""
    left, top, right, bottom = window_of(drawn, picture)
    window = picture.crop((left, top, right, bottom))

    # The model is asked about a smaller copy of a large window.
    pixels = window.width * window.height
    factor = 1
    if pixels > LARGE:
        factor = math.ceil((pixels / REDUCED) ** 0.5)
    copy = np.asarray(window.reduce(factor))
    in_window = drawn - (left, top, left, top)
    in_copy = (in_window / factor).astype(np.float32)

    # (h, w) float32: how likely each px of the copy is the object.
    (found,) = session.run(None, {"window": copy, "drawn": in_copy})
    enlarged = Image.fromarray(found).resize(window.size, Image.Resampling.BILINEAR)

    mask = np.zeros((picture.height, picture.width), np.bool_)
    mask[top:bottom, left:right] = np.asarray(enlarged) >= 0.5
    return mask


def window_of(drawn: Corners, picture: Image.Image) -> list[int]:
    """x0, y0, x1, y1 of the window: the drawn box and some of what is around it."""
    top_left = drawn[:2]
    bottom_right = drawn[2:]
    padding = np.rint(PADDING * (bottom_right - top_left)).clip(min=2)
    start = np.maximum(top_left - padding, 0)
    end = np.minimum(bottom_right + padding, picture.size)
    window: list[int] = np.concatenate((start, end)).astype(int).tolist()
    return window


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
