"""What the px of a mask say by their values: classes, void, and values of no listed class."""

from io import BytesIO

import numpy as np
from PIL import Image

from curate.pixels.class_codes import class_codes
from curate.pixels.class_table import BACKGROUND, FIRST_LABEL, VOID
from curate.pixels.mask_pictures import decode_mask
from tests.curate.pixels.coded import map_of, named, picture_of


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
