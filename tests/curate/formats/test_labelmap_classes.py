"""Masks as pictures: what the values of a mask are, by tables, lists and the masks themselves."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.curate.formats.labelmap_exports import TWO, read
from tests.curate.formats.pictures import photo, rectangle, save_values


def test_cvat_writes_classes_and_objects_as_colours(root: Path) -> None:
    photo(root, "JPEGImages/1.png")
    (root / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\ncat:128,0,0::\nbackground:0,0,0::\n"
    )
    (root / "ImageSets/Segmentation").mkdir(parents=True)
    (root / "ImageSets/Segmentation/default.txt").write_text("1\n2\n3\n")
    red = np.zeros((40, 40, 3))
    red[TWO] = 128, 0, 0
    save_values(root / "SegmentationClass/1.png", red, "RGB")
    save_values(root / "SegmentationObject/1.png", red, "RGB")
    photo(root, "JPEGImages/2.png")
    save_values(root / "SegmentationClass/2.png", np.zeros((40, 40, 3)), "RGB")
    photo(root, "JPEGImages/3.png")
    photo(root, "JPEGImages/4.png")
    back = read(root)
    assert back.labels == {"cat": 1}
    assert read(root, objects="components").labels == {"cat": 2}
    # Of 3, which the list names; 4 has no annotation.
    assert back.reasons == {"missing_mask": None}


def test_values_outside_the_table(root: Path) -> None:
    photo(root, "train/1.png")
    values = TWO * 1
    values[30:, :10] = 9
    values[:, 39] = 255
    values[39] = 0
    save_values(root / "trainannot/1.png", values)
    (root / "classes.json").write_text('{"cat": 1, "dog": 2}')
    back = read(root)
    assert back.labels == {"cat": 2}
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
        save_values(root / f"masks/{number}.png", mask)
    assert read(root).labels == expected


@pytest.mark.parametrize("table", ['["cat", "background"]', '{"cat": 0, "void": 1}'])
def test_the_background_may_be_the_higher_value(root: Path, table: str) -> None:
    photo(root, "images/1.png")
    save_values(root / "masks/1.png", ~TWO)
    (root / "classes.json").write_text(table)
    back = read(root)
    assert back.labels == {"cat": 2}
    assert sum(row["area"] for row in back.rows) == TWO.sum()


def test_only_what_is_listed_as_an_object_is_one(root: Path) -> None:
    photo(root, "images/1.jpg")
    quarters = np.kron([[0, 1], [2, 3]], np.ones((20, 20)))
    save_values(root / "masks/1.png", quarters)
    names = ["sky", "car", "void", "tree"]
    back = read(root, {"classes": names})
    assert back.labels == {"sky": 1, "car": 1, "tree": 1}
    assert {row["scene"] for row in back.rows} == {"partial"}
    back = read(root, {"classes": names, "background": ["sky", 3], "void": []})
    assert back.labels == {"car": 1}


def test_a_table_of_masks_gives_their_classes(root: Path) -> None:
    photo(root, "images/1.jpg")
    save_values(root / "masks/1_5f3a9c1e.png", TWO * 255)
    save_values(root / "masks/1_0b77c2d4.png", rectangle(40, 40, 10, 2, 18, 9) * 255)
    lines = ["image_id,mask_id,class_name", "1,1_5f3a9c1e,cat", "1,1_0b77c2d4,dog"]
    (root / "instance_mask_annotations.csv").write_text("\n".join(lines))
    (root / "a_table_of_something_else.csv").write_bytes(b"a,b\n\xff\n")
    assert read(root).areas == {"cat": 230, "dog": 56}


def test_open_images_names_its_classes_in_a_table_of_their_own(root: Path) -> None:
    photo(root, "train/data/0a1b.jpg")
    masks = root / "train" / "labels" / "masks" / "0"
    save_values(masks / "0a1b_m01g317_77.png", rectangle(40, 40, 2, 2, 9, 9) * 255)
    save_values(masks / "0a1b_m0k4j_78.png", rectangle(40, 40, 10, 2, 18, 9) * 255)
    lines = ["MaskPath,ImageID,LabelName,BoxID"]
    lines += [
        "0a1b_m01g317_77.png,0a1b,/m/01g317,77",
        "0a1b_m0k4j_78.png,0a1b,/m/0k4j,78",
    ]
    (root / "train" / "labels" / "segmentations.csv").write_text("\n".join(lines))
    (root / "classes.csv").write_text("/m/01g317,Person\n/m/0k4j,Car\n")
    assert read(root).areas == {"Person": 49, "Car": 56}


def test_mapillary_lists_its_classes_in_its_configuration(root: Path) -> None:
    photo(root, "training/images/1.jpg")
    save_values(root / "training/v2.0/labels/1.png", rectangle(40, 40, 2, 2, 9, 9))
    classes = [{"name": "void--ground"}, {"name": "object--car", "color": [0, 0, 142]}]
    (root / "config_v2.0.json").write_text(json.dumps({"labels": classes}))
    assert "object--car" in read(root).labels


def number_masks(root: Path, *masks: NDArray[Any]) -> None:
    for number, mask in enumerate(masks):
        photo(root, f"images/{number}.png")
        save_values(root / f"masks/{number}.png", mask)


def test_where_a_mask_shows_class_numbers_one_is_a_class_in_all(root: Path) -> None:
    ones = np.zeros((40, 40), np.uint8)
    ones[:9, :9] = 1
    fives = ones * 5
    number_masks(root, ones, fives, fives | ones)
    assert read(root).labels == {"0": 3, "1": 1, "5": 2}

    number_masks(root, *[ones] * 3)  # alone it is black and white
    assert read(root).labels == {"test": 3}
    number_masks(root, ones, fives, ones * 255)
    assert read(root).labels == {"0": 2, "1": 1, "5": 1, "test": 1}


def test_where_255_is_void_beside_class_numbers_it_is_void_in_all(root: Path) -> None:
    border = np.zeros((40, 40), np.uint8)
    border[:9, :9] = 255
    number_masks(root, border, np.where(border, border, 5))
    assert read(root).labels == {"0": 1, "5": 1}


def test_other_numbers_in_a_folder_of_annotations_are_classes(root: Path) -> None:
    values = np.zeros((40, 40), np.uint8)
    values[:5, :5] = 3
    for path in ("train/00001", "beach/00001"):
        photo(root, f"images/{path}.png")
        save_values(root / f"Annotations/{path}.png", values)
    assert read(root).labels == {"0": 2, "3": 2}


def test_a_colour_on_black_is_the_class_of_its_folder(root: Path) -> None:
    for name in ("1", "2"):
        photo(root, f"images/{name}.png")
        for folder in ("cat", "dog"):
            red = np.zeros((40, 40, 3))
            red[TWO] = 255, 0, 0
            save_values(root / f"masks/{folder}/{name}.png", red, "RGB")
    back = read(root)
    assert back.labels == {"cat": 4, "dog": 4}
    assert sum(row["area"] for row in back.rows) == 4 * TWO.sum()

    red[30:, :5] = 0, 255, 0
    save_values(root / "masks/dog/2.png", red, "RGB")
    assert read(root).reasons == {"undecodable_mask": None}


@pytest.mark.parametrize("table", [None, "background\ncat\ndog"])
def test_palettes_in_an_order_of_their_own_are_read_by_their_colours_alone(
    root: Path, table: str | None
) -> None:
    if table:
        (root / "classes.txt").write_text(table)
    colours = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0]])
    values = np.zeros((40, 40), np.uint8)
    values[2:12, 2:10] = 1
    values[20:35, 20:30] = 2

    def save(name: str, order: list[int]) -> None:
        photo(root, f"images/{name}.png")
        picture = Image.fromarray(np.argsort(order).astype(np.uint8)[values], "P")
        picture.putpalette(colours[order].ravel().tolist())
        picture.save(root / f"masks/{name}.png")

    (root / "masks").mkdir()
    for name in "abc":
        save(name, [0, 1, 2])
    usual = read(root).labels
    assert usual.total() >= 6
    save("d", [2, 0, 1])  # an odd one is no rule, and costs itself
    back = read(root)
    assert back.labels == usual
    assert back.reasons == {"undecodable_mask": None}
    save("e", [2, 0, 1])
    back = read(root)
    assert (back.rows, back.reasons) == ([], {"undecodable_mask": None})
    assert "colormap reads colours" in back.drops.to_pylist()[0]["detail"]
