"""16-bit grey is shown by the bits that its export uses."""

import numpy as np
import pytest
from PIL import Image

from curate.pixels import images
from curate.pixels.deep_grey import shared_bits, to_bytes, used_bits
from curate.pixels.probing import probe
from tests.curate.pixels.pictures import LIMIT, encoded

RAMP = np.arange(256, dtype=np.uint16).reshape(16, 16)


def deep(bits: int, fmt: str = "PNG") -> bytes:
    """A ramp from black to white whose values use so many bits."""
    return encoded(Image.fromarray(RAMP << (bits - 8)), fmt)


@pytest.mark.parametrize("fmt", ["PNG", "TIFF"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_a_ramp_is_a_ramp_at_every_depth(bits: int, fmt: str) -> None:
    data = deep(bits, fmt)
    assert np.array_equal(images.decode(data, LIMIT)[:, :, 0], RAMP)
    assert (probe(data, LIMIT).grey_bits, probe(data, LIMIT).is_dark) == (bits, False)


def test_a_dark_picture_of_an_export_stays_dark() -> None:
    photo = images.decode_photo(deep(10), LIMIT, grey_bits=12)
    shown = images.cut(photo, images.Box(0, 0, 16, 16))
    assert np.array_equal(shown[:, :, 0], RAMP >> 2)
    assert not probe(deep(10), LIMIT, 12).is_dark
    assert probe(deep(12), LIMIT, 16).is_dark
    assert probe(deep(16), LIMIT, 12).grey_bits == 16


def test_other_pictures_have_no_depth() -> None:
    data = encoded(Image.fromarray(RAMP.astype(np.uint8)), "PNG")
    assert probe(data, LIMIT, 12).grey_bits == 0
    assert np.array_equal(images.decode(data, LIMIT)[:, :, 0], RAMP)


@pytest.mark.parametrize(
    ("used", "expected"),
    [([12], 12), ([12, 12, 16], 12), ([8, 10, 12], 10), ([16, 8, 16, 8], 16)],
)
def test_an_export_uses_what_more_than_a_third_of_its_pictures_need(
    used: list[int], expected: int
) -> None:
    assert shared_bits(used) == expected
    assert shared_bits(used[::-1]) == expected


def test_values_beyond_the_depth_are_white() -> None:
    values = np.array([[0, 4095, 4096, 65_535]], np.uint16)
    assert to_bytes(values, 12).tolist() == [[0, 255, 255, 255]]
    assert used_bits(values) == 16
