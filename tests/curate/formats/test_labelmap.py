"""Masks as pictures: the battery in several layouts, and what is this format's own."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.errors import InputError
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import LABELS, Picture, rectangle
from tests.curate.formats.reading import ReadBack, read_back

CLASSES = ("_background_", *LABELS)


def save(file: Path, pixels: NDArray[Any], mode: str = "L") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).convert(mode).save(file)


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
            save(root / "masks" / picture.path, values_of(picture))


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
            save(root / "SegmentationClass" / picture.path, values_of(picture), "P")
            save(root / "SegmentationObject" / picture.path, numbers, "P")


def read(
    root: Path, options: dict[str, Any] | None = None, **settings: Any
) -> ReadBack:
    return read_back(root, "labelmap", options, **settings)


def labels(back: ReadBack) -> Counter[str]:
    return Counter(row["label"] for row in back.rows)


def photo(root: Path, path: str, height: int = 40, width: int = 40) -> None:
    Picture(path, height, width).save(root)


TWO = rectangle(40, 40, 2, 2, 10, 12) | rectangle(40, 40, 20, 20, 35, 30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    return tmp_path / "export"


@pytest.mark.parametrize("white", [1, 255])
def test_binary_masks_bear_the_exports_name_or_the_option(
    root: Path, white: int
) -> None:
    photo(root, "images/1.jpg")
    save(root / "masks/1.png", TWO * white)
    assert labels(read(root)) == {"test": 2}
    assert labels(read(root, {"label": "cell"}, objects="instances")) == {"cell": 1}


def test_soft_masks_are_cut_at_half(root: Path) -> None:
    photo(root, "images/1.jpg")
    soft = TWO * 255
    soft[1, 1:12] = 100
    soft[5, 10] = 130
    save(root / "masks/1.png", soft)
    assert [row["area"] for row in read(root).rows] == [81, 150]


def test_class_by_folder_and_clean_pictures(root: Path) -> None:
    for folder, mask in (("MT_Crack", TWO), ("MT_Free", TWO & False)):
        for name in "ab":
            photo(root, f"{folder}/Imgs/{name}.jpg")
            save(root / folder / "Imgs" / f"{name}.png", mask * 255)
    back = read(root)
    assert labels(back) == {"MT_Crack": 4}
    assert back.reasons == {}


def test_one_file_per_instance(root: Path) -> None:
    photo(root, "shapes/7.jpg")
    save(root / "annotations/7_square_0.png", TWO * 255, "RGBA")
    save(root / "annotations/7_square_1.png", TWO.T * 255, "RGBA")
    save(root / "annotations/7_disc_2.png", TWO * 0)
    back = read(root)
    assert labels(back) == {"square": 2}
    assert back.reasons == {"empty_mask": 1}
    assert labels(read(root, objects="components")) == {"square": 4}


def test_overlapping_masks_of_several_classes(root: Path) -> None:
    photo(root, "images/1.jpg")
    for label in ("road", "car"):
        save(root / "masks" / label / "1.png", TWO * 255)
    assert labels(read(root)) == {"road": 2, "car": 2}


def test_cvat_writes_classes_and_objects_as_colours(root: Path) -> None:
    photo(root, "JPEGImages/1.png")
    (root / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\ncat:128,0,0::\nbackground:0,0,0::\n"
    )
    (root / "ImageSets/Segmentation").mkdir(parents=True)
    (root / "ImageSets/Segmentation/default.txt").write_text("1\n2\n3\n")
    red = np.zeros((40, 40, 3))
    red[TWO] = 128, 0, 0
    save(root / "SegmentationClass/1.png", red, "RGB")
    save(root / "SegmentationObject/1.png", red, "RGB")
    photo(root, "JPEGImages/2.png")
    save(root / "SegmentationClass/2.png", np.zeros((40, 40, 3)), "RGB")
    photo(root, "JPEGImages/3.png")
    photo(root, "JPEGImages/4.png")
    back = read(root)
    assert labels(back) == {"cat": 1}
    assert labels(read(root, objects="components")) == {"cat": 2}
    assert back.reasons == {
        "missing_mask": None
    }  # of 3, which the list names; 4 has no annotation


def test_values_that_number_objects(root: Path) -> None:
    photo(root, "PNGImages/1.png")
    numbers = TWO * 255
    numbers[3:6, 10:18] = 7
    save(root / "PedMasks/1_mask.png", numbers)
    options = {"values": "objects", "label": "person"}
    assert sorted(row["area"] for row in read(root, options).rows) == [24, 230]
    assert labels(read(root, options, objects="components")) == {"person": 2}


@pytest.mark.parametrize("mask", ["1_cp_masks.png", "1_Object Identities.png"])
def test_masks_of_cellpose_and_ilastik_number_cells(root: Path, mask: str) -> None:
    photo(root, "1.tif")
    numbers = TWO.astype(np.uint16) * 300
    numbers[3:6, 10:18] = 7
    numbers[0:2, 0:2] = 255  # a cell like the others
    save(root / mask, numbers, "I;16")
    Image.new("RGB", (40, 40)).save(root / "1_cp_outlines.png")
    back = read(root, {"label": "cell"})
    assert sorted(row["area"] for row in back.rows) == [4, 24, 230]
    assert labels(back) == {"cell": 3}


def test_masks_over_pictures_that_are_turned(root: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for name, shape in (("stored", (40, 60)), ("displayed", (60, 40))):
        (root / "images").mkdir(exist_ok=True)
        Image.new("RGB", (60, 40)).save(root / "images" / f"{name}.jpg", exif=exif)
        mask = np.zeros(shape)
        mask[:9, :20] = 255
        save(root / "masks" / f"{name}.png", mask)
    boxes = {}
    for row in read(root).rows:
        sides = ("box_x0", "box_y0", "box_x1", "box_y1")
        boxes[row["image_path"]] = tuple(row[side] for side in sides)
    assert boxes == {
        "images/stored.jpg": (31, 0, 40, 20),
        "images/displayed.jpg": (0, 0, 20, 9),
    }


def test_values_outside_the_table(root: Path) -> None:
    photo(root, "train/1.png")
    values = TWO * 1
    values[30:, :10] = 9
    values[:, 39] = 255
    values[39] = 0
    save(root / "trainannot/1.png", values)
    (root / "classes.json").write_text('{"cat": 1, "dog": 2}')
    back = read(root)
    assert labels(back) == {"cat": 2}
    assert back.reasons == {"unknown_class": 1}


@pytest.mark.parametrize(
    ("names", "values", "expected"),
    [
        ("cat dog cow", (1, 2, 3), {"cat": 1, "dog": 1, "cow": 1}),
        ("cat dog cow", (1, 255, 3), {"cat": 1, "cow": 1}),
        # Nothing tells that 0 is no cat.
        ("cat dog cow", (1, 2, 2), {"cat": 3, "dog": 1, "cow": 2}),
        ("background dog cow", (1, 2, 3), {"dog": 1, "cow": 1}),
        ("cat dog cow", (1, 2, 4), {"cat": 3, "dog": 1, "cow": 1}),
    ],
)
def test_a_list_may_leave_out_the_background(
    root: Path, names: str, values: tuple[int, ...], expected: dict[str, int]
) -> None:
    (root / "classes.txt").write_text(names.replace(" ", "\n"))
    for number, value in enumerate(values):
        photo(root, f"images/{number}.png")
        mask = np.zeros((40, 40))
        mask[5:20, 5:20] = value
        save(root / f"masks/{number}.png", mask)
    assert labels(read(root)) == expected


@pytest.mark.parametrize("table", ['["cat", "background"]', '{"cat": 0, "void": 1}'])
def test_the_background_may_be_the_higher_value(root: Path, table: str) -> None:
    photo(root, "images/1.png")
    save(root / "masks/1.png", ~TWO)
    (root / "classes.json").write_text(table)
    back = read(root)
    assert labels(back) == {"cat": 2}
    assert sum(row["area"] for row in back.rows) == TWO.sum()


def test_masks_of_another_size(root: Path) -> None:
    photo(root, "images/1.jpg", 80, 80)
    save(root / "masks/1.png", TWO * 255)
    assert read(root).reasons == {"mask_size_mismatch": None}
    back = read(root, {"mask_size": "scale"})
    assert [(row["area"], row["flags"]) for row in back.rows] == [
        (320, ["scaled_mask"]),
        (600, ["scaled_mask"]),
    ]


def test_only_what_is_listed_as_an_object_is_one(root: Path) -> None:
    photo(root, "images/1.jpg")
    quarters = np.kron([[0, 1], [2, 3]], np.ones((20, 20)))
    save(root / "masks/1.png", quarters)
    names = ["sky", "car", "void", "tree"]
    back = read(root, {"classes": names})
    assert labels(back) == {"sky": 1, "car": 1, "tree": 1}
    assert {row["scene"] for row in back.rows} == {"partial"}
    back = read(root, {"classes": names, "background": ["sky", 3], "void": []})
    assert labels(back) == {"car": 1}


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
    save(root / "masks/1.png", TWO * 255)
    with pytest.raises(InputError, match=message):
        read(root, options)


def test_photographs_alone_are_no_export_of_this_format(root: Path) -> None:
    photo(root, "images/1.jpg")
    with pytest.raises(InputError, match="no image with a mask"):
        read(root)


def test_a_table_of_masks_gives_their_classes(tmp_path: Path) -> None:
    root = tmp_path / "export"
    Picture("images/1.jpg", 40, 40).save(root)
    (root / "masks").mkdir()
    two_pieces = rectangle(40, 40, 2, 2, 9, 9) | rectangle(40, 40, 20, 20, 30, 30)
    Image.fromarray(two_pieces).convert("L").save(root / "masks" / "1_5f3a9c1e.png")
    dog = rectangle(40, 40, 10, 2, 18, 9)
    Image.fromarray(dog).convert("L").save(root / "masks" / "1_0b77c2d4.png")
    lines = ["image_id,mask_id,class_name", "1,1_5f3a9c1e,cat", "1,1_0b77c2d4,dog"]
    (root / "instance_mask_annotations.csv").write_text("\n".join(lines))

    (root / "a_table_of_something_else.csv").write_bytes(b"a,b\n\xff\n")

    back = read_back(root, "labelmap")
    found = {row["label"]: row["area"] for row in back.rows}
    assert found == {"cat": 149, "dog": 56}


def test_open_images_names_its_classes_in_a_table_of_their_own(tmp_path: Path) -> None:
    root = tmp_path / "export"
    Picture("train/data/0a1b.jpg", 40, 40).save(root)
    masks = root / "train" / "labels" / "masks" / "0"
    save(masks / "0a1b_m01g317_77.png", rectangle(40, 40, 2, 2, 9, 9) * 255)
    save(masks / "0a1b_m0k4j_78.png", rectangle(40, 40, 10, 2, 18, 9) * 255)
    lines = ["MaskPath,ImageID,LabelName,BoxID"]
    lines += [
        "0a1b_m01g317_77.png,0a1b,/m/01g317,77",
        "0a1b_m0k4j_78.png,0a1b,/m/0k4j,78",
    ]
    (root / "train" / "labels" / "segmentations.csv").write_text("\n".join(lines))
    (root / "classes.csv").write_text("/m/01g317,Person\n/m/0k4j,Car\n")

    back = read_back(root, "labelmap")
    assert {row["label"]: row["area"] for row in back.rows} == {"Person": 49, "Car": 56}


def test_mapillary_lists_its_classes_in_its_configuration(root: Path) -> None:
    photo(root, "training/images/1.jpg")
    save(root / "training/v2.0/labels/1.png", rectangle(40, 40, 2, 2, 9, 9))
    classes = [{"name": "void--ground"}, {"name": "object--car", "color": [0, 0, 142]}]
    (root / "config_v2.0.json").write_text(json.dumps({"labels": classes}))
    assert "object--car" in {row["label"] for row in read(root).rows}


def test_numbers_pair_masks_and_images_though_their_zeros_differ(
    tmp_path: Path,
) -> None:
    for number in (1, 2, 10):
        Picture(f"images/img_{number}.png", 40, 40).save(tmp_path)
        mask = np.zeros((40, 40))
        mask[:number, :5] = 255
        save(tmp_path / f"masks/mask_{number:04}.png", mask)
    back = read(tmp_path)
    found = {row["image_path"]: row["area"] for row in back.rows}
    areas = {f"images/img_{number}.png": 5 * number for number in (1, 2, 10)}
    assert found == areas
    assert all("image_by_name" in row["flags"] for row in back.rows)


@pytest.mark.parametrize("more", ["images/img_3.png", "images/img_01.png"])
def test_numbers_pair_nothing_unless_all_find_one_another(
    tmp_path: Path, more: str
) -> None:
    Picture("images/img_1.png", 40, 40).save(tmp_path)
    Picture(more, 40, 40).save(tmp_path)
    save(tmp_path / "masks/mask_0001.png", np.full((40, 40), 255))
    back = read(tmp_path)
    assert (back.rows, back.reasons) == ([], {"missing_image": None})


def number_masks(root: Path, *masks: NDArray[Any]) -> None:
    for number, mask in enumerate(masks):
        photo(root, f"images/{number}.png")
        save(root / f"masks/{number}.png", mask)


def test_where_a_mask_shows_class_numbers_one_is_a_class_in_all(tmp_path: Path) -> None:
    ones = np.zeros((40, 40), np.uint8)
    ones[:9, :9] = 1
    fives = ones * 5
    number_masks(tmp_path, ones, fives, fives | ones)
    assert labels(read(tmp_path)) == {"0": 3, "1": 1, "5": 2}

    number_masks(tmp_path, *[ones] * 3)  # alone it is black and white
    assert labels(read(tmp_path)) == {"test": 3}
    number_masks(tmp_path, ones, fives, ones * 255)
    assert labels(read(tmp_path)) == {"0": 2, "1": 1, "5": 1, "test": 1}


def test_where_255_is_void_beside_class_numbers_it_is_void_in_all(
    tmp_path: Path,
) -> None:
    border = np.zeros((40, 40), np.uint8)
    border[:9, :9] = 255
    number_masks(tmp_path, border, np.where(border, border, 5))
    assert labels(read(tmp_path)) == {"0": 1, "5": 1}


@pytest.mark.parametrize("label", ["test", "bear"])
def test_frames_of_a_video_have_numbered_objects(tmp_path: Path, label: str) -> None:
    """DAVIS, YouTube-VOS: 255 is an object, too, where a mask is black and white."""
    objects = np.zeros((40, 40), np.uint8)
    objects[:5, :5] = 1
    objects[:5, 20:25] = 1
    objects[30:, 30:] = 2
    for video, values in (("bear", objects), ("boat", (objects > 0) * 255)):
        photo(tmp_path, f"JPEGImages/480p/{video}/00000.jpg")
        save(tmp_path / f"Annotations/480p/{video}/00000.png", values)
    options = {} if label == "test" else {"label": label}
    back = read(tmp_path, options)
    found = sorted((row["video"], row["label"], row["area"]) for row in back.rows)
    folder = "JPEGImages/480p"
    areas = {f"{folder}/bear": [50, 100], f"{folder}/boat": [150]}
    assert found == [(at, label, area) for at in areas for area in areas[at]]


def test_the_255th_cell_is_a_cell(tmp_path: Path) -> None:
    photo(tmp_path, "01/t000.tif")
    values = np.zeros((40, 40), np.uint16)
    values[:5, :5] = 255
    values[:5, 10:15] = 300
    file = tmp_path / "01_GT/SEG/man_seg000.tif"
    file.parent.mkdir(parents=True)
    Image.fromarray(values).save(file)
    assert labels(read(tmp_path)) == {"test": 2}


def test_other_numbers_in_a_folder_of_annotations_are_classes(tmp_path: Path) -> None:
    values = np.zeros((40, 40), np.uint8)
    values[:5, :5] = 3
    for path in ("train/00001", "beach/00001"):
        photo(tmp_path, f"images/{path}.png")
        save(tmp_path / f"Annotations/{path}.png", values)
    assert labels(read(tmp_path)) == {"0": 2, "3": 2}
