"""Probes: identity, size and orientation of each format, and the difference hash."""

import hashlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageOps

from curate.pixels import images
from curate.pixels.probing import probe
from tests.curate.pixels.pictures import FORMATS, LIMIT, encoded, picture


@pytest.mark.parametrize("fmt", FORMATS)
def test_each_format_is_probed_and_decoded(fmt: str) -> None:
    data = encoded(picture(), fmt)
    probed = probe(data, LIMIT)
    assert (probed.width, probed.height, probed.orientation, probed.format) == (
        320,
        240,
        1,
        fmt,
    )
    assert probed.image_id == hashlib.sha256(data).hexdigest()[:32]
    assert images.decode(data, LIMIT).shape == (240, 320, 3)


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF"])
def test_pictures_are_turned_as_exif_says(fmt: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(), fmt, exif=exif)
    with Image.open(BytesIO(data)) as stored:
        shown = ImageOps.exif_transpose(stored)
    probed = probe(data, LIMIT)
    assert (probed.width, probed.height) == shown.size
    assert probed.orientation == (orientation if 1 <= orientation <= 8 else 1)
    assert np.array_equal(images.decode(data, LIMIT), np.asarray(shown))
    straight = probe(encoded(shown, "PNG"), LIMIT)
    assert (probed.dhash ^ straight.dhash).bit_count() <= 2


def test_the_difference_hash_survives_re_encoding_and_tells_pictures_apart() -> None:
    first = probe(encoded(picture(640, 480), "PNG"), LIMIT).dhash
    smaller = picture(640, 480).resize((400, 300))
    for copy in (
        encoded(picture(640, 480), "JPEG", quality=40),
        encoded(smaller, "JPEG"),
        encoded(smaller, "WEBP"),
    ):
        assert (first ^ probe(copy, LIMIT).dhash).bit_count() <= 3
    mirrored = probe(encoded(ImageOps.mirror(picture(640, 480)), "PNG"), LIMIT).dhash
    assert (first ^ mirrored).bit_count() > 20


def test_the_difference_hash_reads_rows_from_the_top_left() -> None:
    grey = np.full((8, 9), 100, np.uint8)
    grey[0, 1] = 200
    large = Image.fromarray(grey).resize((90, 80), Image.Resampling.NEAREST)
    assert probe(encoded(large, "PNG"), LIMIT).dhash >> 63 == 1
