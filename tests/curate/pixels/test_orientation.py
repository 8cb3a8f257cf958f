"""EXIF orientation: arrays as Pillow turns them, boxes as their pixels."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from curate.pixels.orientation import (
    displayed,
    displayed_box,
    displayed_size,
    may_be_stated,
    stored_box,
)
from curate.records import Box


@pytest.mark.parametrize("orientation", range(1, 9))
def test_arrays_are_turned_as_pillow_turns_pictures(orientation: int) -> None:
    pixels = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    picture = Image.fromarray(pixels)
    picture.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(picture))
    assert np.array_equal(displayed(pixels, orientation), expected)
    assert displayed_size(5, 7, orientation) == expected.shape[:2]


@given(st.integers(1, 8), st.data())
def test_a_box_holds_the_same_pixels_in_both_frames(
    orientation: int, data: st.DataObject
) -> None:
    height, width = 9, 12
    x0, x1 = sorted(data.draw(st.tuples(*[st.integers(0, width)] * 2)))
    y0, y1 = sorted(data.draw(st.tuples(*[st.integers(0, height)] * 2)))
    box = Box(x0, y0, x1, y1)
    stored = np.arange(height * width).reshape(height, width)
    shown = displayed(stored, orientation)

    turned = displayed_box(box, *shown.shape, orientation)
    inside = shown[turned.y0 : turned.y1, turned.x0 : turned.x1]
    assert np.array_equal(inside, displayed(stored[y0:y1, x0:x1], orientation))
    assert stored_box(turned, *shown.shape, orientation) == box


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_file_that_states_an_orientation_is_known_by_its_head(format_: str) -> None:
    picture = Image.new("RGB", (8, 8))
    file = BytesIO()
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(file, format_, exif=exif)
    assert may_be_stated(file.getvalue())


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_file_without_exif_states_no_orientation(format_: str) -> None:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, format_)
    assert not may_be_stated(file.getvalue())
