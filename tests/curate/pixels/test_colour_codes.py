"""What the px of a mask say by their colours: listed, near, blended and unknown ones."""

import numpy as np
import pytest

from curate.pixels.class_codes import class_codes
from curate.reasons import Refusal
from tests.curate.pixels.coded import map_of, named, picture_of

BLACK, RED, GREEN, BLUE = (0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)


COLOURS = {
    "labels": {0: "bg", 1: "cat", 2: "dog"},
    "colours": {0: 0, 0xFF0000: 1, 0x00FF00: 2},
    "background": [0],
}


def test_colours_are_classes_and_palettes_may_be_in_any_order() -> None:
    expected = [["_", "cat", "dog"]]
    assert (
        named(
            class_codes(map_of("colour", **COLOURS), picture_of([[BLACK, RED, GREEN]]))
        ).tolist()
        == expected
    )
    for order in ([BLACK, RED, GREEN], [GREEN, BLACK, RED]):
        indexes = [[order.index(colour) for colour in (BLACK, RED, GREEN)]]
        picture = picture_of(
            indexes, palette=[channel for colour in order for channel in colour]
        )
        for pixels in ("colour", "auto"):
            assert (
                named(class_codes(map_of(pixels, **COLOURS), picture)).tolist()
                == expected
            )


def test_the_void_of_pascal_voc_is_void_beside_a_table_that_does_not_list_it() -> None:
    cream = (224, 224, 192)
    near = (222, 222, 192)
    picture = picture_of([[BLACK, RED, cream, near]])
    labels = {0: "background", 0xFF0000: "car"}
    coded = class_codes(map_of("colour", labels=labels, background=[0]), picture)
    assert named(coded).tolist() == [["_", "car", "-", f"?{0xDEDEC0}"]]

    listed = labels | {0xE0E0C0: "sand"}
    coded = class_codes(map_of("colour", labels=listed, background=[0]), picture)
    assert named(coded).tolist() == [["_", "car", "sand", "sand"]]

    coded = class_codes(map_of("colour"), picture)  # no table: it names itself
    assert named(coded)[0, 2] == "#E0E0C0"


def test_a_picture_without_listed_colours_goes_by_value() -> None:
    palette = [
        channel for colour in (BLUE, (9, 9, 9), (80, 80, 0)) for channel in colour
    ]
    assert named(
        class_codes(map_of(**COLOURS), picture_of([[0, 1, 2]], palette=palette))
    ).tolist() == [["_", "cat", "dog"]]
    late = {
        "labels": {0: "cat", 1: "bg"},
        "colours": {0xFF0000: 0, 0: 1},
        "background": [1],
    }
    # Black, not value 0.
    assert named(class_codes(map_of(**late), picture_of([[0, 0]]))).tolist() == [
        ["_", "_"]
    ]


def test_blends_unknown_and_near_colours() -> None:
    near, blend, far = (230, 10, 30), (128, 128, 0), BLUE
    coded = class_codes(
        map_of("colour", **COLOURS), picture_of([[RED, near, blend, far]])
    )
    assert named(coded).tolist() == [["cat", "cat", f"?{0x808000}", f"?{0x0000FF}"]]
    assert coded.doubtful is not None
    assert coded.doubtful.tolist() == [[False, True, True, False]]


def test_transparent_px_of_no_listed_colour_are_void() -> None:
    pixels = [[(*RED, 255), (*BLUE, 0), (*BLUE, 255), (*GREEN, 0)]]
    assert named(
        class_codes(map_of("colour", **COLOURS), picture_of(pixels))
    ).tolist() == [["cat", "-", "?255", "dog"]]


def test_colours_without_a_table_name_themselves() -> None:
    assert named(class_codes(map_of("colour"), picture_of([[RED, BLUE]]))).tolist() == [
        ["#FF0000", "#0000FF"]
    ]
    noise = np.random.default_rng(0).integers(0, 255, (20, 20, 3))
    with pytest.raises(Refusal, match="no class table"):
        class_codes(map_of("colour"), picture_of(noise))


def test_lossy_masks() -> None:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[8:24, 8:24] = RED
    coded = class_codes(map_of("colour", **COLOURS), picture_of(pixels, kind="JPEG"))
    assert (named(coded)[10:22, 10:22] == "cat").all()
    assert coded.doubtful is not None
    with pytest.raises(Refusal, match="JPEG"):
        class_codes(
            map_of("index", labels={0: "a", 1: "b", 2: "c"}),
            picture_of(pixels[..., 0] // 85, kind="JPEG"),
        )


def test_a_photograph_is_no_mask() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (700, 700, 3))
    with pytest.raises(Refusal, match="photograph"):
        class_codes(map_of("colour", **COLOURS), picture_of(noise))
    with pytest.raises(Refusal, match="colour picture"):
        class_codes(map_of("index", labels={0: "a"}), picture_of(noise[:9, :9]))
