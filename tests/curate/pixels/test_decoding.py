"""Strangers' pictures: bad files are refused for the right reason, bugs are not."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from curate.pixels import decoding, images, probing
from curate.pixels.mask_pictures import decode_mask
from curate.pixels.probing import probe
from curate.reasons import Reason, Refusal
from tests.curate.pixels.pictures import FORMATS, LIMIT, encoded, picture


def reason(data: bytes, limit: int = LIMIT) -> Reason:
    with pytest.raises(Refusal) as probed:
        probe(data, limit)
    with pytest.raises(Refusal) as decoded:
        images.decode(data, limit)
    with pytest.raises(Refusal) as read:
        decode_mask(data, limit)
    assert read.value.reason is Reason.UNDECODABLE_MASK
    assert probed.value.reason is decoded.value.reason
    return probed.value.reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab", "git lfs pull"),
        (b"<!DOCTYPE html><html>denied", "web page"),
        (b"nothing known", "13 bytes that are no picture"),
    ],
)
def test_what_comes_in_place_of_a_picture_is_named(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        images.decode(data, LIMIT)


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_a_picture_cut_off_is_truncated(fmt: str) -> None:
    data = encoded(picture(), fmt)
    assert reason(data[: len(data) // 2]) is Reason.TRUNCATED_IMAGE


@pytest.mark.parametrize(
    "data",
    [b"", b"<!DOCTYPE html><p>404</p>", bytes(1000), b"\xff\xd8\xff" + bytes(99)],
)
def test_what_is_no_picture_is_undecodable(data: bytes) -> None:
    assert reason(data) is Reason.UNDECODABLE_IMAGE


def test_a_bomb_is_refused_by_its_header() -> None:
    assert reason(encoded(picture(), "PNG"), limit=320 * 240 - 1) is Reason.IMAGE_BOMB
    assert (
        reason(encoded(Image.new("1", (20_000, 20_000)), "PNG"), limit=10**9)
        is Reason.IMAGE_BOMB
    )


def test_floating_point_is_for_masks_alone() -> None:
    data = encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF")
    with pytest.raises(Refusal) as probed:
        probe(data, LIMIT)
    assert probed.value.reason is Reason.UNSUPPORTED_IMAGE
    assert np.array_equal(decode_mask(data, LIMIT).values, np.ones((4, 4)))


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "exif", [b"Exif\x00\x00 no TIFF header", b"Exif\x00\x00MM\x00*"]
)
def test_broken_exif_does_not_cost_the_picture(fmt: str, exif: bytes) -> None:
    data = encoded(picture(), fmt, exif=exif)
    assert probe(data, LIMIT).orientation == 1
    assert images.decode(data, LIMIT).shape == (240, 320, 3)


def test_a_png_with_a_broken_chunk_is_undecodable() -> None:
    data = bytearray(encoded(picture(), "PNG"))
    data[data.rindex(b"IDAT")] = 0xFF
    assert reason(bytes(data)) is Reason.UNDECODABLE_IMAGE


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_refused_or_decoded(data: st.DataObject) -> None:
    damaged = bytearray(
        encoded(picture(64, 48), data.draw(st.sampled_from(FORMATS[:6])))
    )
    for _ in range(4):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(
            st.integers(0, 255)
        )
    for read in (probe, images.decode, decode_mask):
        try:
            read(bytes(damaged), LIMIT)
        except Refusal:
            continue


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.99])
def test_a_broken_byte_in_a_png_is_no_missing_end(share: float) -> None:
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 255, (240, 320, 3), np.uint8))
    data = bytearray(encoded(noise, "PNG"))
    # A block of a kind that does not exist, where the compressed pixels begin.
    start = data.index(b"IDAT") + 6
    data[start] |= 0b110
    assert reason(bytes(data)) is Reason.UNDECODABLE_IMAGE
    assert reason(bytes(data[: int(share * len(data))])) in (
        Reason.TRUNCATED_IMAGE,
        Reason.UNDECODABLE_IMAGE,
    )


@pytest.mark.parametrize("what", ["text", "icc"])
def test_large_text_and_colour_profiles_are_read(what: str) -> None:
    large = bytes(5_000_000)
    file = BytesIO()
    if what == "icc":
        picture().save(file, "PNG", icc_profile=large)
    else:
        chunks = PngImagePlugin.PngInfo()
        chunks.add_text("history", "x" * 5_000_000, zip=True)
        picture().save(file, "PNG", pnginfo=chunks)
    assert probe(file.getvalue(), LIMIT).width == 320
    assert images.decode(file.getvalue(), LIMIT).shape == (240, 320, 3)
    assert decode_mask(file.getvalue(), LIMIT).pixels.shape == (240, 320)


def test_conversions_to_rgb() -> None:
    half = Image.new("RGBA", (4, 4), (200, 0, 0, 255))
    half.putpixel((0, 0), (0, 0, 0, 0))
    rgb = images.decode(encoded(half, "PNG"), LIMIT)
    assert rgb[0, 0].tolist() == [255, 255, 255]
    assert rgb[1, 1].tolist() == [200, 0, 0]
    deep = Image.fromarray(np.full((4, 4), 0xABCD, np.uint16))
    assert np.all(images.decode(encoded(deep, "PNG"), LIMIT) == 0xAB)
    assert np.all(
        images.decode(encoded(Image.new("1", (4, 4), 1), "PNG"), LIMIT) == 255
    )
    cmyk = images.decode(
        encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"), LIMIT
    )
    assert np.abs(cmyk.astype(int) - [255, 0, 0]).max() <= 3


def planted(*_: object) -> None:
    raise ValueError("a bug of ours")


def test_a_bug_of_ours_is_no_bad_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(picture(), "PNG")
    monkeypatch.setattr(probing, "_difference_hash", planted)
    with pytest.raises(ValueError, match="a bug of ours"):
        probe(data, LIMIT)
    monkeypatch.setattr(images, "displayed", planted)
    with pytest.raises(ValueError, match="a bug of ours"):
        images.decode(data, LIMIT)
    monkeypatch.setattr("curate.pixels.mask_pictures._pixels", planted)
    with pytest.raises(ValueError, match="a bug of ours"):
        decode_mask(data, LIMIT)


def test_what_pillow_raises_is_a_refusal() -> None:
    for error, expected in (
        (MemoryError(), Reason.IMAGE_BOMB),
        (OSError("out of memory error when reading image file"), Reason.IMAGE_BOMB),
        (KeyError(7), Reason.UNDECODABLE_IMAGE),
        (OSError("image file is truncated"), Reason.TRUNCATED_IMAGE),
    ):
        with pytest.raises(Refusal) as caught, decoding.refusing():
            raise error
        assert caught.value.reason is expected
