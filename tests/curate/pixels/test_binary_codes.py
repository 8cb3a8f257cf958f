"""Masks that are black and white, or nearly: known by their values, and told from classes."""

from typing import Any

import numpy as np
import pytest

from curate.pixels.binary_masks import binary_mask
from curate.pixels.class_codes import class_codes
from curate.pixels.class_table import FIRST_LABEL
from curate.reasons import Refusal
from tests.curate.pixels.coded import map_of, named, picture_of


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        ([[0, 255]], [[False, True]]),
        ([[0, 1]], [[False, True]]),
        ([[0, 0]], [[False, False]]),
        ([[255, 255]], [[True, True]]),
        ([[0] * 20 + [3, 90, 200] + [255] * 20], [[False] * 22 + [True] * 21]),
        ([[[0, 0, 0], [255, 255, 255]]], [[False, True]]),
        ([[[9, 9, 9, 0], [0, 0, 0, 255]]], [[False, True]]),
        (
            [[*([grey, 30, 99, 255] for grey in range(100)), [90, 0, 5, 0]]],
            [[True] * 100 + [False]],
        ),
        ([[[255] * 4, [0, 0, 0, 255], [255, 255, 255, 0]]], [[True, False, False]]),
        ([[[255] * 4, [0, 0, 0, 255]]], [[True, False]]),
    ],
    ids=[
        "0-255",
        "0-1",
        "black",
        "white",
        "soft",
        "rgb",
        "black-on-clear",
        "cut-out",
        "both",
        "opaque",
    ],
)
def test_binary_masks_are_known_by_their_values(pixels: Any, expected: Any) -> None:
    coded = class_codes(map_of(label="cat", void=[255]), picture_of(pixels))
    assert coded.names == [None, None, "cat"]
    assert (coded.codes == FIRST_LABEL).tolist() == expected
    one_class = map_of(
        labels={0: "background", 1: "cat"}, background=[0], void=[255], label="cat"
    )
    assert (
        named(class_codes(one_class, picture_of(pixels))) == "cat"
    ).tolist() == expected


def test_shades_and_noise_are_no_classes() -> None:
    shades = np.arange(256).reshape(1, -1)
    assert class_codes(map_of(label="hair", void=[255]), picture_of(shades)).names == [
        None,
        None,
        "hair",
    ]


def test_low_numbers_alone_in_a_jpeg_are_classes_that_it_has_blurred() -> None:
    numbers = np.zeros((40, 40))
    numbers[8:24, 8:32] = 5
    with pytest.raises(Refusal, match="class numbers in a JPEG"):
        class_codes(map_of(label="cat"), picture_of(numbers, kind="JPEG"))
    black = picture_of(np.zeros((40, 40)), kind="JPEG")
    assert not np.any(class_codes(map_of(label="cat"), black).codes)


def test_few_classes_with_a_border_are_not_binary() -> None:
    pixels = [[0] * 50 + [1] * 30 + [2] * 20 + [255] * 5]
    assert set(named(class_codes(map_of(void=[255]), picture_of(pixels))).ravel()) == {
        "0",
        "1",
        "2",
        "-",
    }


@pytest.mark.parametrize("numbers", [[0, 1], [11, 13], [7]])
def test_classes_on_much_void_are_not_binary(numbers: list[int]) -> None:
    pixels = [[255] * 90 + numbers * 3]
    coded = class_codes(map_of(label="cat", void=[255]), picture_of(pixels))
    assert set(named(coded).ravel()) == {"-", *(str(number) for number in numbers)}


def test_instances_numbered_by_dark_colours_are_no_binary_mask() -> None:
    pixels = [[[0, 0, 0], [3, 0, 1], [1, 0, 2]]]
    with pytest.raises(Refusal) as caught:
        class_codes(map_of(label="cat"), picture_of(pixels))
    assert caught.value.reason == "undecodable_mask"


def test_greys_in_regions_of_their_own_are_not_binary() -> None:
    trimap = np.zeros((20, 20), np.uint8)
    trimap[2:12, 2:12] = 128
    trimap[5:9, 5:9] = 255
    with pytest.raises(Refusal, match="option classes says what each value is"):
        class_codes(map_of(label="cat", void=[255]), picture_of(trimap))
    listed = map_of(labels={255: "cat"}, void=[128], background=[0])
    assert set(named(class_codes(listed, picture_of(trimap))).ravel()) == {
        "cat",
        "-",
        "_",
    }

    numbers = np.where(trimap == 255, 240, trimap)
    coded = class_codes(map_of(label="cat"), picture_of(numbers))
    assert set(named(coded).ravel()) == {"0", "128", "240"}


def test_colours_on_transparency_are_no_binary_mask() -> None:
    red, green, clear = [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 0, 0]
    with pytest.raises(Refusal, match="the format colormap reads colours"):
        class_codes(map_of(label="cat"), picture_of([[red, green, clear]]))


def test_white_on_black_is_of_none_of_several_classes() -> None:
    region_map = map_of(
        labels={0: "background", 1: "cat", 2: "dog"}, background=[0], void=[255]
    )
    assert named(class_codes(region_map, picture_of([[0, 255]]))).tolist() == [
        ["_", "?255"]
    ]
    assert named(class_codes(region_map, picture_of([[0, 1, 255]]))).tolist() == [
        ["_", "cat", "-"]
    ]


def test_where_only_two_values_are_the_other_is_the_mask() -> None:
    assert binary_mask(picture_of([[0, 80]])).tolist() == [[False, True]]
    assert binary_mask(picture_of([[10, 80, 200]])).tolist() == [[False, False, True]]
