"""What a crop is made of: JPEG blocks where the photo has any, lossless WebP elsewhere."""

import hashlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from curate.pixels import images, masks, run_lengths
from curate.pixels.turbojpeg_library import library_file
from curate.reasons import Reason, Refusal
from curate.records import Box
from curate.stages import crop_encoding
from curate.stages.crop_encoding import CropRequest, EncodedCrop, cut_image
from tests.curate.pixels.jpegs import encoded, noise, saved

HEIGHT, WIDTH = 90, 110
LIBRARY = library_file()
BOXES = [Box(20, 30, 61, 70), Box(0, 0, 9, 9), Box(90, 80, 110, 90)]
needs_library = pytest.mark.skipif(
    LIBRARY is None, reason="no libjpeg-turbo with lossless crops"
)


def request(box: Box) -> CropRequest:
    """A crop whose mask is every second row of it."""
    rows = np.arange(box.height) % 2 == 0
    mask = np.repeat(rows[:, None], box.width, axis=1)
    runs = masks.place(mask, box.x0, box.y0, HEIGHT, WIDTH)
    return CropRequest(box, run_lengths.compress(runs))


def cut(data: bytes, library: str | None = LIBRARY) -> list[EncodedCrop]:
    image_id = hashlib.sha256(data).hexdigest()[:32]
    requests = [request(box) for box in BOXES]
    return cut_image(data, image_id, requests, 10**6, 0, library)


def check(data: bytes, crops: list[EncodedCrop], kind: bytes) -> None:
    photo = images.decode(data, 10**6)
    for box, each in zip(BOXES, crops, strict=True):
        assert each.image.startswith(kind)
        pixels = images.decode_crop(each.image)
        mask = images.decode_mask_png(each.mask)
        assert pixels.shape == (each.crop.height, each.crop.width, 3)
        assert mask.shape == pixels.shape[:2]

        left, top = box.x0 - each.crop.x0, box.y0 - each.crop.y0
        rows, columns = slice(top, top + box.height), slice(left, left + box.width)
        assert np.array_equal(
            pixels[rows, columns], photo[box.y0 : box.y1, box.x0 : box.x1]
        )
        assert mask[rows, columns][::2].all()
        assert mask.sum() == mask[rows, columns][::2].size


JPEG, WEBP = b"\xff\xd8\xff", b"RIFF"


@needs_library
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_gives_its_blocks(progressive: bool) -> None:
    data = encoded(noise(HEIGHT, WIDTH), "4:2:0", progressive)
    crops = cut(data)
    check(data, crops, JPEG)
    assert [each.crop for each in crops] == [
        Box(16, 16, 64, 80),
        Box(0, 0, 16, 16),
        Box(80, 64, 110, 90),
    ]
    plain = cut(data, library=None)
    check(data, plain, WEBP)
    assert [each.crop for each in plain] == BOXES


@needs_library
def test_a_progressive_jpeg_without_its_last_scan_is_encoded_anew() -> None:
    data = encoded(noise(HEIGHT, WIDTH), "4:2:0", progressive=True)
    last_scan = data.rindex(b"\xff\xda")
    cut_short = data[:last_scan] + b"\xff\xd9"
    check(cut_short, cut(cut_short), WEBP)


def test_turned_damaged_and_other_photos_are_encoded_anew() -> None:
    picture = Image.fromarray(noise(HEIGHT, WIDTH))
    exif = Image.Exif()
    exif[0x0112] = 3
    png = BytesIO()
    picture.save(png, "PNG")
    without_end = encoded(noise(HEIGHT, WIDTH))[:-2]
    for data in (
        saved(picture, exif=exif),
        saved(picture.convert("CMYK")),
        png.getvalue(),
        without_end,
    ):
        check(data, cut(data), WEBP)


def test_a_photo_that_is_cut_off_is_refused_as_ever() -> None:
    data = encoded(noise(HEIGHT, WIDTH))
    with pytest.raises(Refusal) as caught:
        cut(data[: len(data) // 2])
    assert caught.value.reason is Reason.TRUNCATED_IMAGE


def test_a_photo_whose_blocks_take_too_much_memory_is_encoded_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crop_encoding, "_COEFFICIENTS_MEMORY", HEIGHT * WIDTH * 3 - 1)
    data = encoded(noise(HEIGHT, WIDTH), "4:2:0")
    check(data, cut(data), WEBP)
