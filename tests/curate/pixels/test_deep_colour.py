"""Colours of 16 bits are shown by the bits that their export uses."""

from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.pixels import images
from curate.pixels.deep_colour import is_deep
from curate.pixels.probing import probe
from curate.reasons import Refusal
from tests.curate.pixels.pictures import LIMIT, encoded, picture

BYTES = np.asarray(picture(64, 48)) | np.uint8(128)  # so that no bit is left empty


def deep(bits: int, fmt: str = ".png", *, alpha: bool = False) -> bytes:
    """The picture in 16 bits, of which so many are used."""
    values: NDArray[Any] = BYTES[:, :, ::-1].astype(np.uint16) << (bits - 8)
    if alpha:
        opaque = np.full((*values.shape[:2], 1), 65_535, np.uint16)
        values = np.dstack([values, opaque])
    _, encoded_file = cv2.imencode(fmt, values)
    return bytes(encoded_file)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("fmt", [".png", ".tiff"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_a_picture_is_the_same_at_every_depth(bits: int, fmt: str, alpha: bool) -> None:
    data = deep(bits, fmt, alpha=alpha)
    assert is_deep(Image.open(BytesIO(data)))
    assert np.array_equal(images.decode(data, LIMIT), BYTES)
    probed = probe(data, LIMIT)
    assert (probed.grey_bits, probed.is_dark) == (bits, False)


def test_a_dark_picture_of_an_export_stays_dark() -> None:
    photo = images.decode_photo(deep(10), LIMIT, grey_bits=12)
    shown = images.cut(photo, images.Box(0, 0, 64, 48))
    assert np.array_equal(shown, BYTES >> 2)
    assert probe(deep(10), LIMIT, 16).is_dark
    assert probe(deep(16), LIMIT, 12).grey_bits == 16


def test_hashes_do_not_tell_the_depth() -> None:
    hashes = {probe(deep(bits), LIMIT).dhash for bits in (8, 12, 16)}
    assert len(hashes) == 1


def test_other_pictures_have_no_depth() -> None:
    data = encoded(Image.fromarray(BYTES), "PNG")
    assert not is_deep(Image.open(BytesIO(data)))
    assert probe(data, LIMIT, 12).grey_bits == 0


def test_a_picture_that_breaks_off_is_refused() -> None:
    data = deep(12)
    with pytest.raises(Refusal):
        images.decode(data[: len(data) // 2], LIMIT)
