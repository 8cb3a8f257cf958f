"""Masks whose colours are classes: the battery, and what is this format's own."""

import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import LABELS, Picture, photo, rectangle, save_values
from tests.curate.formats.reading import ReadBack, read_back

TABLE = {"background": [0, 0, 0], "cat": [255, 0, 0], "dog": [0, 255, 0]}
COLOURS = np.array(list(TABLE.values()), np.uint8)

# A cat and a dog, by their number in the table.
BOTH = np.zeros((40, 40), int)
BOTH[rectangle(40, 40, 4, 4, 20, 20)] = 1
BOTH[rectangle(40, 40, 22, 22, 38, 38)] = 2


class TestColormap(Battery):
    """Colours of a table in JSON."""

    format = "colormap"
    source = "component"
    pieces = False
    overlaps = False
    any_label = False
    texts = ("*.json",)

    def image(self, root: Path, name: str) -> Path:
        return root / "images" / name

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        colours = {"background": (0, 0, 0)}
        for number, label in enumerate(LABELS):
            colours[label] = (200 - 25 * number, 90, 30 * number)
        classes = [
            {"title": name, "color": "#" + bytes(colour).hex()}
            for name, colour in colours.items()
        ]
        (root / "classes.json").write_text(json.dumps({"classes": classes}))

        for picture in pictures:
            picture.save(root / "images")
            pixels = np.zeros((picture.height, picture.width, 3), np.uint8)
            for each in picture.objects:
                pixels[each.mask] = colours[each.label]
            save_values(root / "masks" / picture.path, pixels)


@pytest.fixture
def root(root: Path) -> Path:
    """An export of one picture and the table, without a mask."""
    photo(root, "images/1.jpg")
    (root / "labels").mkdir()
    lines = ["name,r,g,b"]
    for name, (red, green, blue) in TABLE.items():
        lines.append(f"{name},{red},{green},{blue}")
    (root / "class_dict.csv").write_text("\n".join(lines))
    return root


def read(root: Path, options: dict[str, Any] | None = None) -> ReadBack:
    return read_back(root, "colormap", options)


def smooth(colours: NDArray[Any]) -> NDArray[np.uint8]:
    """The picture with each px the mean of the 3 × 3 px around it."""
    moves = product((-1, 0, 1), repeat=2)
    moved = [np.roll(colours, move, (0, 1)) for move in moves]
    return np.round(np.mean(moved, axis=0)).astype(np.uint8)


def test_palettes_in_any_order(root: Path) -> None:
    for name, order in (("1", [0, 1, 2]), ("2", [2, 0, 1])):
        Picture(f"images/{name}.jpg", 40, 40).save(root)
        indexes = np.argsort(order)[BOTH].astype(np.uint8)
        image = Image.frombytes("P", (40, 40), indexes.tobytes())
        image.putpalette(COLOURS[order].ravel().tolist())
        image.save(root / "labels" / f"{name}.png")
    back = read(root)
    found = sorted((row["image_path"], row["label"], row["area"]) for row in back.rows)
    assert found == [
        ("images/1.jpg", "cat", 256),
        ("images/1.jpg", "dog", 256),
        ("images/2.jpg", "cat", 256),
        ("images/2.jpg", "dog", 256),
    ]
    assert back.reasons == {}


def test_jpeg_masks_are_read_by_the_nearest_colour(root: Path) -> None:
    Image.fromarray(COLOURS[BOTH]).save(root / "labels/1.jpg", quality=90)
    back = read(root)
    assert back.labels == {"cat": 1, "dog": 1}
    for row in back.rows:
        assert "jpeg_mask" in row["flags"]
        assert 190 <= row["area"] <= 260


def test_soft_edges_are_no_objects(root: Path) -> None:
    save_values(root / "labels/1.png", smooth(COLOURS[BOTH].astype(float)))
    assert read(root).labels == {"cat": 1, "dog": 1}


def test_a_blend_that_is_another_classs_colour(root: Path) -> None:
    (root / "class_dict.csv").write_text(
        "name,r,g,b\nbackground,0,0,0\ncat,192,0,0\ndog,128,0,0\nfox,64,0,0"
    )
    palette = np.array([(0, 0, 0), (192, 0, 0), (128, 0, 0)])
    save_values(root / "labels/1.png", smooth(palette[BOTH].astype(float)))
    assert read(root).labels == {"cat": 1, "dog": 1}


def test_colours_of_no_class(root: Path) -> None:
    colours = COLOURS[BOTH]
    colours[0:3, 30:36] = (0, 0, 255)
    save_values(root / "labels/1.png", colours)
    back = read(root)
    assert back.labels == {"cat": 1, "dog": 1}
    assert back.reasons == {"unknown_class": 1}


def test_options_say_what_is_no_object(root: Path) -> None:
    save_values(root / "labels/1.png", COLOURS[BOTH])
    back = read(root, {"background": ["background", "#00FF00"]})
    assert back.labels == {"cat": 1}
    classes = {"fox": "#FF0000", "sky": [0, 255, 0]}
    back = read(root, {"classes": classes, "void": "sky"})
    assert back.labels == {"fox": 1}


def test_without_a_table_each_colour_is_a_label(root: Path) -> None:
    save_values(root / "labels/1.png", COLOURS[BOTH])
    (root / "class_dict.csv").unlink()
    assert read(root).labels == {"#000000": 1, "#FF0000": 1, "#00FF00": 1}


def test_of_two_renderings_the_coloured_one_counts(root: Path) -> None:
    save_values(root / "labels/1_color.png", COLOURS[BOTH])
    save_values(root / "labels/1_label.png", BOTH.astype(np.uint8))
    back = read(root)
    assert back.labels == {"cat": 1, "dog": 1}
    assert back.reasons == {}


def test_black_that_is_not_listed_is_no_shade_of_a_dark_class(root: Path) -> None:
    (root / "class_dict.csv").write_text("name,r,g,b\nroad,20,20,20\ncat,255,0,0\n")
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[10:20, 10:20] = 20
    save_values(root / "labels/1.png", pixels)
    back = read(root)
    assert [(row["label"], row["area"]) for row in back.rows] == [("road", 100)]
    assert back.reasons == {"unknown_class": 1}


def test_of_several_tables_the_one_that_fits_the_masks_is_read(root: Path) -> None:
    save_values(root / "labels" / "1.png", COLOURS[BOTH])
    (root / "a class table.csv").write_text("name,r,g,b\nsky,0,0,255\nsea,9,9,9\n")
    back = read(root)
    assert back.labels == {"cat": 1, "dog": 1}
    assert back.ignored == ["a class table.csv"]


@pytest.mark.parametrize("third", [(0, 200, 200), (200, 200, 0), None])
def test_masks_whose_red_is_blue_are_told_by_a_third_colour(
    root: Path, third: tuple[int, int, int] | None
) -> None:
    (root / "class_dict.csv").write_text(
        "name,r,g,b\nsky,0,0,0\ncat,255,0,0\ndog,0,0,255\ntree,200,200,0\n"
    )
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[4:14, 4:14] = 0, 0, 255
    if third:
        pixels[20:24, 20:24] = third
    save_values(root / "labels/1.png", pixels)
    back = read(root)
    are_swapped = third == (0, 200, 200)
    assert back.areas["cat" if are_swapped else "dog"] == 100
    assert back.areas.get("tree", 0) == (16 if third else 0)
    notes = [row["detail"] for row in back.drops.to_pylist() if row["count"] == 0]
    assert any("red and blue swapped" in note for note in notes) == are_swapped
