"""What the px of a mask say: classes by value or colour, binary masks, blends, the unknown."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.mask_records import RegionMap
from curate.pixels.binary_masks import binary_mask
from curate.pixels.class_codes import class_codes
from curate.pixels.class_table import BACKGROUND, FIRST_LABEL, VOID, ClassCodes
from curate.pixels.mask_pictures import MaskPicture, decode_mask
from curate.reasons import Refusal

BLACK, RED, GREEN, BLUE = (0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)


def picture_of(
    pixels: Any, kind: str = "PNG", palette: list[int] | None = None
) -> MaskPicture:
    image = Image.fromarray(np.array(pixels, np.uint8))
    if palette:
        image = Image.fromarray(np.array(pixels, np.uint8)).convert("P")
        image.putdata(np.array(pixels).ravel().tolist())
        image.putpalette(palette)
    file = BytesIO()
    image.save(file, kind)
    return decode_mask(file.getvalue(), 10_000_000)


def map_of(pixels: Any = "auto", **given: Any) -> RegionMap:
    return RegionMap(path="m.png", pixels=pixels, **given)


def named(coded: ClassCodes) -> NDArray[Any]:
    """(H, W) labels, '-' for void, '_' for background, '?n' for value n of no listed class."""
    names = [
        "-",
        "_",
        *(
            f"?{v}" if n is None else n
            for n, v in zip(coded.names[2:], coded.values[2:], strict=True)
        ),
    ]
    return np.array(names)[coded.codes]


def test_values_are_classes() -> None:
    region_map = map_of(
        labels={0: "sky", 1: "car", 7: "road", 9: "void"}, void=[9, 255], background=[7]
    )
    coded = class_codes(region_map, picture_of([[0, 1, 7], [9, 255, 3]]))
    assert named(coded).tolist() == [["sky", "car", "_"], ["-", "-", "?3"]]
    assert (VOID, BACKGROUND, FIRST_LABEL) == (0, 1, 2)


def test_classes_beside_transparent_px_stay_apart() -> None:
    image = Image.fromarray(np.array([[0, 7, 7], [15, 15, 0]], np.uint8), "P")
    image.putpalette([0, 0, 0, 9, 9, 9] * 128)
    for clear in (0, 15):
        file = BytesIO()
        image.save(file, "PNG", transparency=clear)
        picture = decode_mask(file.getvalue(), 100)
        coded = named(class_codes(map_of(label="x", void=[255]), picture))
        expected = np.array([["0", "7", "7"], ["15", "15", "0"]])
        assert np.array_equal(coded, np.where(expected == str(clear), "-", expected))


def test_a_cut_out_photo_is_one_object() -> None:
    pixels = np.arange(200, dtype=np.uint8).reshape(10, 20)
    image = Image.fromarray(pixels, "P")
    image.putpalette(np.random.default_rng(0).integers(0, 255, 768).tolist())
    file = BytesIO()
    image.save(file, "PNG", transparency=0)
    coded = named(class_codes(map_of(label="x"), decode_mask(file.getvalue(), 1000)))
    assert (coded == "x").sum() == 199


def test_without_a_table_values_are_their_own_labels() -> None:
    assert named(
        class_codes(map_of(void=[255]), picture_of([[0, 5, 9, 255]]))
    ).tolist() == [["0", "5", "9", "-"]]


def test_small_numbers_of_sixteen_bits_are_not_the_black_of_a_table() -> None:
    picture = decode_mask(_png16([[0, 1], [2, 0]]), 100)
    classes = {"labels": {0: "sky", 1: "cell", 2: "wall"}}
    kitti = map_of(**classes, colours={0: 0, 0x800000: 1, 0x008000: 2})
    assert named(class_codes(kitti, picture)).tolist() == [
        ["sky", "cell"],
        ["wall", "sky"],
    ]


def test_sixteen_bits() -> None:
    picture = decode_mask(_png16([[0, 1000], [40000, 0]]), 100)
    labels = {0: "sky", 1000: "cell", 40000: "wall"}
    assert named(class_codes(map_of("index", labels=labels), picture)).tolist() == [
        ["sky", "cell"],
        ["wall", "sky"],
    ]


def _png16(values: list[list[int]]) -> bytes:
    file = BytesIO()
    Image.fromarray(np.array(values, np.uint16)).save(file, "PNG")
    return file.getvalue()


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
    noisy = np.random.default_rng(0).integers(0, 9, (40, 40))
    assert not np.any(
        class_codes(map_of(label="cat"), picture_of(noisy, kind="JPEG")).codes
    )


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
