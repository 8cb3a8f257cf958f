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


def main(model: str, photo: str, boxes: list[str]) -> None:
    """Write the mask of each box beside the photo, as PHOTO_1.png, PHOTO_2.png …"""
    session = InferenceSession(model)
    picture = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    stem, _, _ = photo.rpartition(".")
    for number, text in enumerate(boxes, start=1):
        box = np.array(text.split(","), np.float64)
        mask = answer(session, picture, box)
        Image.fromarray(mask).save(f"{stem}_{number}.png")
        print(f"{stem}_{number}.png: {np.count_nonzero(mask):,} px")


def answer(
    session: InferenceSession, picture: Image.Image, box: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The mask, (H, W) bool. `box`: (4,) x0, y0, x1, y1 in px of the picture."""
    # The box in whole px, inside the picture.
    top_left = np.floor(box[:2]).clip(min=0)
    bottom_right = np.ceil(box[2:]).clip(max=picture.size)

    # The window: the box and some of what is around it.
    sides = bottom_right - top_left
    padding = np.rint(PADDING * sides).clip(min=2)
    start = np.maximum(top_left - padding, 0)
    end = np.minimum(bottom_right + padding, picture.size)
    left, top = start.astype(int)
    right, bottom = end.astype(int)
    window = picture.crop((left, top, right, bottom))

    # The model is asked about a smaller copy of a large window.
    pixels = window.width * window.height
    factor = 1
    if pixels > LARGE:
        factor = math.ceil((pixels / REDUCED) ** 0.5)
    copy = np.asarray(window.reduce(factor))
    in_window = np.concatenate([top_left - start, bottom_right - start])
    drawn = np.float32(in_window / factor)
    (found,) = session.run(None, {"window": copy, "drawn": drawn})

    # Its answer, (h, w) probabilities, goes back to its place in the picture.
    answer = Image.fromarray(found)
    enlarged = answer.resize(window.size, Image.Resampling.BILINEAR)
    mask = np.zeros((picture.height, picture.width), np.bool_)
    mask[top:bottom, left:right] = np.asarray(enlarged) >= 0.5
    return mask


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
