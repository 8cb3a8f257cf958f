"""Pictures made by code: turned, cut off, of odd modes; masks as they are; crops there and back."""

import hashlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageOps

from curate.pixels import images
from curate.pixels.masks import Mask
from curate.reasons import Reason, Refusal

LIMIT = 1_000_000
FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "JPEG2000", "PPM", "AVIF"]


def picture(width: int = 320, height: int = 240) -> Image.Image:
    y, x = np.mgrid[:height, :width] / (height, width)[0]
    waves = [np.sin(9 * x + 4 * y * y), np.cos(7 * x * y + 2), np.sin(5 * y - 3 * x * x)]
    return Image.fromarray((127 + 120 * np.stack(waves, axis=-1)).astype(np.uint8))


def encoded(image: Image.Image, fmt: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, fmt, **options)
    return file.getvalue()


def reason(data: bytes, limit: int = LIMIT) -> Reason:
    with pytest.raises(Refusal) as probed:
        images.probe(data, limit)
    with pytest.raises(Refusal) as decoded:
        images.decode(data, limit)
    with pytest.raises(Refusal) as read:
        images.decode_mask(data, limit)
    assert read.value.reason is Reason.UNDECODABLE_MASK
    assert probed.value.reason is decoded.value.reason
    return probed.value.reason


@pytest.mark.parametrize("fmt", FORMATS)
def test_each_format_is_probed_and_decoded(fmt: str) -> None:
    data = encoded(picture(), fmt)
    probe = images.probe(data, LIMIT)
    assert (probe.width, probe.height, probe.orientation, probe.format) == (320, 240, 1, fmt)
    assert probe.image_id == hashlib.sha256(data).hexdigest()[:32]
    assert images.decode(data, LIMIT).shape == (240, 320, 3)


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF"])
def test_pictures_are_turned_as_exif_says(fmt: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(), fmt, exif=exif)
    with Image.open(BytesIO(data)) as stored:
        shown = ImageOps.exif_transpose(stored)
    probe = images.probe(data, LIMIT)
    assert (probe.width, probe.height) == shown.size
    assert probe.orientation == (orientation if 1 <= orientation <= 8 else 1)
    assert np.array_equal(images.decode(data, LIMIT), np.asarray(shown))
    straight = images.probe(encoded(shown, "PNG"), LIMIT)
    assert (probe.dhash ^ straight.dhash).bit_count() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "P", "LA"])
def test_large_photos_are_turned_strip_by_strip(
    orientation: int, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(50, 37).convert(mode), "PNG", exif=exif)
    whole = images.decode(data, LIMIT)
    monkeypatch.setattr("curate.pixels.images._STRIP", 50 * 5)
    assert np.array_equal(images.decode(data, LIMIT), whole)
    assert whole.flags.c_contiguous
    assert whole.flags.writeable


def test_the_difference_hash_survives_re_encoding_and_tells_pictures_apart() -> None:
    first = images.probe(encoded(picture(640, 480), "PNG"), LIMIT).dhash
    smaller = picture(640, 480).resize((400, 300))
    for copy in (
        encoded(picture(640, 480), "JPEG", quality=40),
        encoded(smaller, "JPEG"),
        encoded(smaller, "WEBP"),
    ):
        assert (first ^ images.probe(copy, LIMIT).dhash).bit_count() <= 3
    mirrored = images.probe(encoded(ImageOps.mirror(picture(640, 480)), "PNG"), LIMIT).dhash
    assert (first ^ mirrored).bit_count() > 20


def test_the_difference_hash_reads_rows_from_the_top_left() -> None:
    grey = np.full((8, 9), 100, np.uint8)
    grey[0, 1] = 200
    large = Image.fromarray(grey).resize((90, 80), Image.Resampling.NEAREST)
    assert images.probe(encoded(large, "PNG"), LIMIT).dhash >> 63 == 1


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_a_picture_cut_off_is_truncated(fmt: str) -> None:
    data = encoded(picture(), fmt)
    assert reason(data[: len(data) // 2]) is Reason.TRUNCATED_IMAGE


@pytest.mark.parametrize(
    "data", [b"", b"<!DOCTYPE html><p>404</p>", bytes(1000), b"\xff\xd8\xff" + bytes(99)]
)
def test_what_is_no_picture_is_undecodable(data: bytes) -> None:
    assert reason(data) is Reason.UNDECODABLE_IMAGE


def test_a_bomb_is_refused_by_its_header() -> None:
    assert reason(encoded(picture(), "PNG"), limit=320 * 240 - 1) is Reason.IMAGE_BOMB
    assert (
        reason(encoded(Image.new("1", (20_000, 20_000)), "PNG"), limit=10**9) is Reason.IMAGE_BOMB
    )


def test_floating_point_is_unsupported() -> None:
    assert (
        reason(encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"))
        is Reason.UNSUPPORTED_IMAGE
    )


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"Exif\x00\x00 no TIFF header", b"Exif\x00\x00MM\x00*"])
def test_broken_exif_does_not_cost_the_picture(fmt: str, exif: bytes) -> None:
    data = encoded(picture(), fmt, exif=exif)
    assert images.probe(data, LIMIT).orientation == 1
    assert images.decode(data, LIMIT).shape == (240, 320, 3)


def test_a_png_with_a_broken_chunk_is_undecodable() -> None:
    data = bytearray(encoded(picture(), "PNG"))
    data[data.rindex(b"IDAT")] = 0xFF
    assert reason(bytes(data)) is Reason.UNDECODABLE_IMAGE


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_refused_or_decoded(data: st.DataObject) -> None:
    damaged = bytearray(encoded(picture(64, 48), data.draw(st.sampled_from(FORMATS[:6]))))
    for _ in range(4):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    for read in (images.probe, images.decode, images.decode_mask):
        try:
            read(bytes(damaged), LIMIT)
        except Refusal:
            continue


def test_conversions_to_rgb() -> None:
    half = Image.new("RGBA", (4, 4), (200, 0, 0, 255))
    half.putpixel((0, 0), (0, 0, 0, 0))
    rgb = images.decode(encoded(half, "PNG"), LIMIT)
    assert rgb[0, 0].tolist() == [255, 255, 255]
    assert rgb[1, 1].tolist() == [200, 0, 0]
    deep = Image.fromarray(np.full((4, 4), 0xABCD, np.uint16))
    assert np.all(images.decode(encoded(deep, "PNG"), LIMIT) == 0xAB)
    assert np.all(images.decode(encoded(Image.new("1", (4, 4), 1), "PNG"), LIMIT) == 255)
    cmyk = images.decode(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"), LIMIT)
    assert np.abs(cmyk.astype(int) - [255, 0, 0]).max() <= 3


def test_a_palette_mask_has_indexes_and_colours() -> None:
    indexes = np.arange(4, dtype=np.uint8).reshape(2, 2)
    palette = Image.fromarray(indexes).convert("L")
    palette.putpalette([9, 9, 9, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    mask = images.decode_mask(encoded(palette, "PNG"), LIMIT)
    assert mask.values is not None
    assert np.array_equal(mask.values, indexes)
    assert mask.colours.tolist() == [[0x090909, 0xFF0000], [0x00FF00, 0x0000FF]]
    assert mask.foreground().tolist() == [[False, True], [True, True]]
    clear = images.decode_mask(encoded(palette, "PNG", transparency=2), LIMIT)
    assert clear.foreground().tolist() == [[True, True], [False, True]]


def test_grey_and_colour_masks() -> None:
    deep = np.array([[0, 300], [65535, 7]], np.uint16)
    mask = images.decode_mask(encoded(Image.fromarray(deep), "PNG"), LIMIT)
    assert np.array_equal(mask.pixels, deep)
    two = images.decode_mask(encoded(Image.fromarray(deep > 10), "PNG"), LIMIT)
    assert two.pixels.tolist() == [[0, 1], [1, 0]]
    assert two.colours.tolist() == [[0, 0xFFFFFF], [0xFFFFFF, 0]]
    colour = images.decode_mask(encoded(Image.new("RGBA", (1, 1), (1, 2, 3, 255)), "PNG"), LIMIT)
    assert colour.values is None
    assert colour.colours.tolist() == [[0x010203]]
    assert not colour.lossy
    assert images.decode_mask(encoded(picture(), "JPEG"), LIMIT).lossy


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_a_crop_comes_back_exactly(crop: images.Pixels) -> None:
    assert np.array_equal(images.decode_crop(images.encode_webp(crop)), crop)


@given(arrays(np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 20))))
def test_a_mask_comes_back_exactly(mask: Mask) -> None:
    data = images.encode_mask(mask)
    assert data[24:26] == b"\x01\x00"  # bit depth 1, grey
    assert np.array_equal(images.decode_mask_png(data), mask)
