"""Small crops fit their size and show the object's outline; a photo is decoded once."""

from io import BytesIO

import numpy as np
from PIL import Image

from curate.pixels import masks, run_lengths
from curate.pixels.small_crops import SmallCropRequest, paint_small_crops
from curate.records import Box


def test_each_crop_fits_and_has_an_outline() -> None:
    photo = np.full((400, 600, 3), 90, np.uint8)
    mask = np.zeros((400, 600), bool)
    mask[100:300, 200:260] = True
    counts = run_lengths.compress(masks.encode(mask))
    file = BytesIO()
    Image.fromarray(photo).save(file, "PNG")

    whole = SmallCropRequest(Box(0, 0, 600, 400), counts)
    near = SmallCropRequest(Box(190, 90, 270, 310), counts)
    wide, tall = paint_small_crops(file.getvalue(), [whole, near], 10**6, 132, 176, 90)
    with Image.open(BytesIO(wide)) as picture:
        assert picture.size == (176, 117)
    with Image.open(BytesIO(tall)) as picture:
        assert picture.size == (48, 132)
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels[66, 6, 0] > pixels[66, 24, 0] + 60  # the yellow line, and the inside
