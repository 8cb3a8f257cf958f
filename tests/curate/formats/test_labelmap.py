"""Masks as pictures: the battery in several layouts, and how masks, pictures and options meet."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.errors import InputError
from tests.curate.formats.battery import Battery
from tests.curate.formats.labelmap_exports import TWO, read
from tests.curate.formats.pictures import LABELS, Picture, photo, save_values

CLASSES = ("_background_", *LABELS)


def values_of(picture: Picture) -> NDArray[np.uint8]:
    values = np.zeros((picture.height, picture.width), np.uint8)
    for each in picture.objects:
        values[each.mask] = CLASSES.index(each.label)
    return values


class TestIds(Battery):
    """Grey masks with class numbers, a list of names."""

    format = "labelmap"
    source = "component"
    pieces = False
    overlaps = False
    any_label = False
    texts = ("class_names.txt",)

    def image(self, root: Path, name: str) -> Path:
        return root / "images" / name

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        (root / "class_names.txt").write_text("\n".join(CLASSES))
        for picture in pictures:
            picture.save(root / "images")
            save_values(root / "masks" / picture.path, values_of(picture))


class TestVoc(Battery):
    """Pascal VOC: a map of classes and a map of objects, with border 255."""

    format = "labelmap"
    overlaps = False
    any_label = False
    texts = ("*.txt",)

    def image(self, root: Path, name: str) -> Path:
        return root / "JPEGImages" / name

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        (root / "class_names.txt").write_text("\n".join(["__ignore__", *CLASSES]))
        for picture in pictures:
            picture.save(root / "JPEGImages")
            numbers = np.zeros((picture.height, picture.width), np.uint8)
            objects = sorted(picture.objects, key=lambda each: each.mask.argmax())
            for number, each in enumerate(objects, start=1):
                numbers[each.mask] = number
            save_values(
                root / "SegmentationClass" / picture.path, values_of(picture), "P"
            )
            save_values(root / "SegmentationObject" / picture.path, numbers, "P")


@pytest.mark.parametrize("white", [1, 255])
def test_binary_masks_bear_the_exports_name_or_the_option(
    root: Path, white: int
) -> None:
    photo(root, "images/1.jpg")
    save_values(root / "masks/1.png", TWO * white)
    assert read(root).labels == {"test": 2}
    assert read(root, {"label": "cell"}, objects="instances").labels == {"cell": 1}


def test_soft_masks_are_cut_at_half(root: Path) -> None:
    photo(root, "images/1.jpg")
    soft = TWO * 255
    soft[1, 1:12] = 100
    soft[5, 10] = 130
    save_values(root / "masks/1.png", soft)
    assert [row["area"] for row in read(root).rows] == [81, 150]


def test_class_by_folder_and_clean_pictures(root: Path) -> None:
    for folder, mask in (("MT_Crack", TWO), ("MT_Free", TWO & False)):
        for name in "ab":
            photo(root, f"{folder}/Imgs/{name}.jpg")
            save_values(root / folder / "Imgs" / f"{name}.png", mask * 255)
    back = read(root)
    assert back.labels == {"MT_Crack": 4}
    assert back.reasons == {}


def test_overlapping_masks_of_several_classes(root: Path) -> None:
    photo(root, "images/1.jpg")
    for label in ("road", "car"):
        save_values(root / "masks" / label / "1.png", TWO * 255)
    assert read(root).labels == {"road": 2, "car": 2}


def test_masks_over_pictures_that_are_turned(root: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name, shape in (("stored", (40, 60)), ("displayed", (60, 40))):
        (root / "images").mkdir(exist_ok=True)
        Image.new("RGB", (60, 40)).save(root / "images" / f"{name}.jpg", exif=exif)
        mask = np.zeros(shape)
        mask[:9, :20] = 255
        save_values(root / "masks" / f"{name}.png", mask)
    boxes = {}
    for row in read(root).rows:
        sides = ("box_x0", "box_y0", "box_x1", "box_y1")
        boxes[row["image_path"]] = tuple(row[side] for side in sides)
    assert boxes == {
        "images/stored.jpg": (31, 0, 40, 20),
        "images/displayed.jpg": (0, 0, 20, 9),
    }


def test_masks_of_another_size(root: Path) -> None:
    photo(root, "images/1.jpg", 80, 80)
    save_values(root / "masks/1.png", TWO * 255)
    assert read(root).reasons == {"mask_size_mismatch": None}
    back = read(root, {"mask_size": "scale"})
    assert [(row["area"], row["flags"]) for row in back.rows] == [
        (320, ["scaled_mask"]),
        (600, ["scaled_mask"]),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": "missing.txt"}, "option classes"),
        ({"mask_size": "stretch"}, "option mask_size"),
        ({"label": 3}, "option label"),
        ({"values": "classes"}, "option values"),
        ({"images": 3}, "option images"),
        ({"void": "boat"}, "'boat' is neither"),
    ],
)
def test_wrong_options(root: Path, options: dict[str, Any], message: str) -> None:
    photo(root, "images/1.jpg")
    save_values(root / "masks/1.png", TWO * 255)
    with pytest.raises(InputError, match=message):
        read(root, options)


def test_photographs_alone_are_no_export_of_this_format(root: Path) -> None:
    photo(root, "images/1.jpg")
    with pytest.raises(InputError, match="no image with a mask"):
        read(root)


def test_numbers_pair_masks_and_images_though_their_zeros_differ(root: Path) -> None:
    for number in (1, 2, 10):
        photo(root, f"images/img_{number}.png")
        mask = np.zeros((40, 40))
        mask[:number, :5] = 255
        save_values(root / f"masks/mask_{number:04}.png", mask)
    back = read(root)
    found = {row["image_path"]: row["area"] for row in back.rows}
    areas = {f"images/img_{number}.png": 5 * number for number in (1, 2, 10)}
    assert found == areas
    assert all("image_by_name" in row["flags"] for row in back.rows)


@pytest.mark.parametrize("more", ["images/img_3.png", "images/img_01.png"])
def test_numbers_pair_nothing_unless_all_find_one_another(
    root: Path, more: str
) -> None:
    photo(root, "images/img_1.png")
    photo(root, more)
    save_values(root / "masks/mask_0001.png", np.full((40, 40), 255))
    back = read(root)
    assert (back.rows, back.reasons) == ([], {"missing_image": None})
