"""Boxes answered without torch: `python -m examples.onnx_boxes MODEL.onnx PHOTO x0,y0,x1,y1`.

`python -m pipelines export-onnx base MODEL.onnx` writes the model; docs/onnx.md explains each step.
"""

import math
import sys

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageOps

PADDING = 0.12  # of the box, beyond each of its sides
LARGE = 300_000  # px; the network has learnt no larger windows
REDUCED = 50_000  # px, of a large window


def main(model: str, photo: str, boxes: list[str]) -> None:
    """Write the mask of each box beside the photo, as PHOTO_1.png, PHOTO_2.png …"""
    session = onnxruntime.InferenceSession(model)
    picture = ImageOps.exif_transpose(Image.open(photo)).convert("RGB")
    stem, _, _ = photo.rpartition(".")
    for number, box in enumerate(boxes, start=1):
        mask = answer(session, picture, np.array(box.split(","), np.float64))
        Image.fromarray(mask).save(f"{stem}_{number}.png")
        print(f"{stem}_{number}.png: {np.count_nonzero(mask):,} px")


def answer(
    session: onnxruntime.InferenceSession,
    picture: Image.Image,
    box: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """The mask, (H, W) bool. `box`: (4,) x0, y0, x1, y1 in px of the picture."""
    first = np.maximum(np.floor(box[:2]), 0)
    last = np.minimum(np.ceil(box[2:]), picture.size)

    # The window: the box and some of what is around it.
    reach = np.maximum(np.rint(PADDING * (last - first)), 2)
    start = np.maximum(first - reach, 0).astype(int)
    end = np.minimum(last + reach, picture.size).astype(int)
    window = picture.crop((*start, *end))

    # The model is asked about a smaller copy of a large window.
    pixels = window.width * window.height
    factor = 1
    if pixels > LARGE:
        factor = math.ceil((pixels / REDUCED) ** 0.5)
    drawn = np.concatenate((first - start, last - start)) / factor
    inputs = {"window": np.asarray(window.reduce(factor)), "drawn": np.float32(drawn)}
    (found,) = session.run(None, inputs)

    enlarged = Image.fromarray(found).resize(window.size, Image.Resampling.BILINEAR)
    mask = np.zeros((picture.height, picture.width), np.bool_)
    mask[start[1] : end[1], start[0] : end[0]] = np.asarray(enlarged) >= 0.5
    return mask


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
