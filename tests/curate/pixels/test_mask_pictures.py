"""Mask files as they are: indexes, grey values, colours, transparency."""

import cv2
import numpy as np
import pytest
from PIL import Image

from curate.pixels.mask_pictures import decode_mask
from curate.reasons import Refusal
from tests.curate.pixels.pictures import LIMIT, encoded, picture


def test_a_palette_mask_has_indexes_and_colours() -> None:
    indexes = np.arange(4, dtype=np.uint8).reshape(2, 2)
    palette = Image.fromarray(indexes).convert("L")
    palette.putpalette([9, 9, 9, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    mask = decode_mask(encoded(palette, "PNG"), LIMIT)
    assert mask.values is not None
    assert np.array_equal(mask.values, indexes)
    assert mask.colours.tolist() == [[0x090909, 0xFF0000], [0x00FF00, 0x0000FF]]
    assert mask.foreground().tolist() == [[False, True], [True, True]]
    clear = decode_mask(encoded(palette, "PNG", transparency=2), LIMIT)
    assert clear.foreground().tolist() == [[True, True], [False, True]]


@pytest.mark.parametrize("values", [[[0, 3], [255, 7]], [[0, 300], [65535, 7]]])
def test_whole_numbers_that_are_floats_are_values(values: list[list[int]]) -> None:
    floats = Image.fromarray(np.array(values, np.float32))
    mask = decode_mask(encoded(floats, "TIFF"), LIMIT)
    assert mask.values is not None
    assert mask.values.tolist() == values
    assert mask.is_deep == (values[0][1] == 300)

    shares = Image.fromarray(np.array(values, np.float32) / 2)
    with pytest.raises(Refusal, match="no whole numbers"):
        decode_mask(encoded(shares, "TIFF"), LIMIT)


def test_grey_and_colour_masks() -> None:
    deep = np.array([[0, 300], [65535, 7]], np.uint16)
    mask = decode_mask(encoded(Image.fromarray(deep), "PNG"), LIMIT)
    assert np.array_equal(mask.pixels, deep)
    two = decode_mask(encoded(Image.fromarray(deep > 10), "PNG"), LIMIT)
    assert two.pixels.tolist() == [[0, 1], [1, 0]]
    assert two.colours.tolist() == [[0, 0xFFFFFF], [0xFFFFFF, 0]]
    colour = decode_mask(
        encoded(Image.new("RGBA", (1, 1), (1, 2, 3, 255)), "PNG"), LIMIT
    )
    assert colour.values is None
    assert colour.colours.tolist() == [[0x010203]]
    assert not colour.lossy
    assert decode_mask(encoded(picture(), "JPEG"), LIMIT).lossy


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "PNG"])
def test_a_stack_of_masks_is_refused(kind: str) -> None:
    pages = [Image.new("L", (8, 6), grey) for grey in (0, 255)]
    stack = encoded(pages[0], kind, save_all=True, append_images=pages[1:])
    with pytest.raises(Refusal, match="2 frames in one file"):
        decode_mask(stack, LIMIT)
    preview = Image.new("L", (4, 3))
    if kind == "TIFF":
        with_preview = encoded(pages[0], kind, save_all=True, append_images=[preview])
        assert decode_mask(with_preview, LIMIT).size == (6, 8)


def test_a_black_picture_that_is_opaque_throughout_is_all_mask() -> None:
    black = np.zeros((2, 3, 4), np.uint8)
    black[..., 3] = 255
    mask = decode_mask(encoded(Image.fromarray(black), "PNG"), LIMIT)
    assert mask.foreground().all()


@pytest.mark.parametrize(("value", "is_read"), [(0x0016, False), (0xFF00, True)])
def test_small_numbers_in_sixteen_bits_a_channel_are_no_colours(
    value: int, is_read: bool
) -> None:
    values = np.zeros((4, 6, 3), np.uint16)
    values[1:3, 1:3, 2] = value
    data = cv2.imencode(".png", values)[1].tobytes()
    if is_read:
        assert decode_mask(data, LIMIT).colours.max() == 0xFF0000
    else:
        with pytest.raises(Refusal, match="16 bits a channel"):
            decode_mask(data, LIMIT)
