"""Crops and masks of shards decode to what Pillow decodes, and damaged ones say so."""

from io import BytesIO

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from curate.pixels import images, png, stored

RNG = np.random.default_rng(0)
SMOOTH = np.asarray(
    Image.fromarray(RNG.integers(0, 256, (5, 7, 3), np.uint8)).resize((83, 61))
)


def encoded(**options: object) -> bytes:
    file = BytesIO()
    Image.fromarray(SMOOTH).save(file, **options)  # type: ignore[arg-type]
    return file.getvalue()


CROPS = {
    "4:4:4": encoded(format="JPEG", subsampling=0),
    "4:2:2": encoded(format="JPEG", subsampling=1),
    "4:2:0": encoded(format="JPEG", subsampling=2),
    "progressive": encoded(format="JPEG", progressive=True),
    "webp": encoded(format="WEBP", lossless=True),
    "png": encoded(format="PNG"),
}


@pytest.mark.parametrize("kind", CROPS)
def test_crops_have_the_pixels_that_pillow_decodes(kind: str) -> None:
    pixels = stored.decode_crop(pa.py_buffer(CROPS[kind]))
    assert np.array_equal(pixels, images.decode_crop(CROPS[kind]))


def test_grey_crops_become_rgb() -> None:
    file = BytesIO()
    Image.fromarray(SMOOTH).convert("L").save(file, "JPEG")
    pixels = stored.decode_crop(file.getvalue())
    assert np.array_equal(pixels, images.decode_crop(file.getvalue()))


@pytest.mark.parametrize("kind", CROPS)
def test_cut_off_crops_are_refused(kind: str) -> None:
    for size in (0, 10, len(CROPS[kind]) // 2):
        with pytest.raises(stored.Undecodable):
            stored.decode_crop(CROPS[kind][:size])


@pytest.mark.parametrize("shape", [(1, 1), (3, 8), (5, 9), (40, 33)])
def test_masks_are_read_as_they_were_written(shape: tuple[int, int]) -> None:
    mask = RNG.random(shape) < 0.5
    data = png.encode_mask_png(mask)
    assert png.decode_mask_png(memoryview(data)) is not None
    read = stored.decode_mask(pa.py_buffer(data))
    assert read.dtype == np.bool_
    assert np.array_equal(read, mask)
    assert np.array_equal(images.decode_mask_png(data), mask)


def test_masks_of_other_writers_are_read() -> None:
    mask = RNG.random((21, 30)) < 0.5
    mask[:, :15] = True  # so that the writer filters rows
    for picture in (Image.fromarray(mask), Image.fromarray(mask).convert("L")):
        file = BytesIO()
        picture.save(file, "PNG")
        assert np.array_equal(stored.decode_mask(file.getvalue()), mask)


def test_damaged_masks_are_refused() -> None:
    data = png.encode_mask_png(RNG.random((40, 33)) < 0.5)
    for damaged in (b"", data[:30], data[:60], data.replace(b"IDAT", b"IDAX")):
        with pytest.raises(stored.Undecodable):
            stored.decode_mask(damaged)
