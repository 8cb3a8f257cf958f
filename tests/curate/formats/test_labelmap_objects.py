"""Masks as pictures: when a mask, or a value in it, is an object of its own."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.curate.formats.labelmap_exports import TWO, read
from tests.curate.formats.pictures import photo, save_values


def test_one_file_per_instance(root: Path) -> None:
    photo(root, "shapes/7.jpg")
    save_values(root / "annotations/7_square_0.png", TWO * 255, "RGBA")
    save_values(root / "annotations/7_square_1.png", TWO.T * 255, "RGBA")
    save_values(root / "annotations/7_disc_2.png", TWO * 0)
    back = read(root)
    assert back.labels == {"square": 2}
    assert back.reasons == {"empty_mask": 1}
    assert read(root, objects="components").labels == {"square": 4}


def test_values_that_number_objects(root: Path) -> None:
    photo(root, "PNGImages/1.png")
    numbers = TWO * 255
    numbers[3:6, 10:18] = 7
    save_values(root / "PedMasks/1_mask.png", numbers)
    options = {"values": "objects", "label": "person"}
    assert sorted(row["area"] for row in read(root, options).rows) == [24, 230]
    assert read(root, options, objects="components").labels == {"person": 2}


@pytest.mark.parametrize("mask", ["1_cp_masks.png", "1_Object Identities.png"])
def test_masks_of_cellpose_and_ilastik_number_cells(root: Path, mask: str) -> None:
    photo(root, "1.tif")
    numbers = TWO.astype(np.uint16) * 300
    numbers[3:6, 10:18] = 7
    numbers[0:2, 0:2] = 255  # a cell like the others
    save_values(root / mask, numbers)
    Image.new("RGB", (40, 40)).save(root / "1_cp_outlines.png")
    back = read(root, {"label": "cell"})
    assert sorted(row["area"] for row in back.rows) == [4, 24, 230]
    assert back.labels == {"cell": 3}


@pytest.mark.parametrize("label", ["test", "bear"])
def test_frames_of_a_video_have_numbered_objects(root: Path, label: str) -> None:
    """DAVIS, YouTube-VOS: 255 is an object, too, where a mask is black and white."""
    objects = np.zeros((40, 40), np.uint8)
    objects[:5, :5] = 1
    objects[:5, 20:25] = 1
    objects[30:, 30:] = 2
    for video, values in (("bear", objects), ("boat", (objects > 0) * 255)):
        photo(root, f"JPEGImages/480p/{video}/00000.jpg")
        save_values(root / f"Annotations/480p/{video}/00000.png", values)
    options = {}
    if label != "test":  # the name of the export, which is a label without the option
        options = {"label": label}
    back = read(root, options)
    found = sorted((row["video"], row["label"], row["area"]) for row in back.rows)
    folder = "JPEGImages/480p"
    areas = {f"{folder}/bear": [50, 100], f"{folder}/boat": [150]}
    assert found == [(at, label, area) for at in areas for area in areas[at]]


def test_the_255th_cell_is_a_cell(root: Path) -> None:
    photo(root, "01/t000.tif")
    values = np.zeros((40, 40), np.uint16)
    values[:5, :5] = 255
    values[:5, 10:15] = 300
    save_values(root / "01_GT/SEG/man_seg000.tif", values)
    assert read(root).labels == {"test": 2}


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("{n}.jpg", "{label}_{n}.png"),
        ("{n}.jpg", "{n}_{label}.png"),
        ("images/{n}.jpg", "masks/{label}_{n}.png"),
        ("{n}/scan.png", "{n}/{label}_mask.png"),
        ("{n}/images/{n}.png", "{n}/masks/{label}.png"),
    ],
)
def test_names_of_masks_tell_classes(root: Path, image: str, mask: str) -> None:
    for n in ("a1", "a2"):
        photo(root, image.format(n=n))
        save_values(root / mask.format(n=n, label="road"), TWO * 255)
        save_values(root / mask.format(n=n, label="red_car"), TWO.T * 255)
    back = read(root)
    assert back.labels == {"road": 4, "red_car": 4}
    assert back.reasons == {}


def test_names_that_no_other_image_has_tell_no_class(root: Path) -> None:
    for n, mask in (("a1", "5f3a9c"), ("a2", "e07b21")):
        photo(root, f"{n}/images/{n}.png")
        save_values(root / f"{n}/masks/{mask}.png", TWO * 255)
    assert read(root).labels == {"test": 2}
