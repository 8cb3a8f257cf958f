"""Masks whose colours are classes: the battery, and what is this format's own."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.curate.formats.battery import LABELS, Battery, Picture, ReadBack, read_back, rectangle

PALETTE = np.array([(0, 0, 0), *((200 - 25 * n, 90, 30 * n) for n in range(len(LABELS)))], np.uint8)
BOTH = rectangle(40, 40, 4, 4, 20, 20) * 1 + rectangle(40, 40, 22, 22, 38, 38) * 2
TABLE = {"background": [0, 0, 0], "cat": [255, 0, 0], "dog": [0, 255, 0]}
COLOURS = np.array(list(TABLE.values()), np.uint8)


class TestColormap(Battery):
    format = "colormap"
    source = "component"
    parts = overlaps = any_label = False
    texts = ("*.json",)

    def image(self, root: Path, name: str) -> Path:
        return root / "images" / name

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        names = ["background", *LABELS]
        table = [
            {"title": name, "color": "#" + PALETTE[n].tobytes().hex()}
            for n, name in enumerate(names)
        ]
        (root / "classes.json").write_text(json.dumps({"classes": table}))
        for picture in pictures:
            picture.save(root / "images")
            values = np.zeros((picture.height, picture.width), np.uint8)
            for each in picture.objects:
                values[each.mask] = names.index(each.label)
            file = root / "masks" / picture.path
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(PALETTE[values]).save(file)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "export"
    Picture("images/1.jpg", 40, 40).save(root)
    (root / "labels").mkdir()
    (root / "class_dict.csv").write_text(
        "name,r,g,b\n"
        + "\n".join(f"{name},{','.join(map(str, rgb))}" for name, rgb in TABLE.items())
    )
    return root


def read(root: Path, options: dict[str, Any] | None = None) -> ReadBack:
    return read_back(root, "colormap", options)


def labels(back: ReadBack) -> Counter[str]:
    return Counter(row["label"] for row in back.rows)


def smooth(colours: NDArray[Any]) -> NDArray[np.uint8]:
    moved = [np.roll(colours, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return np.round(np.mean(moved, axis=0)).astype(np.uint8)


def test_palettes_in_any_order(root: Path) -> None:
    for name, order in (("1", [0, 1, 2]), ("2", [2, 0, 1])):
        Picture(f"images/{name}.jpg", 40, 40).save(root)
        image = Image.fromarray(np.argsort(order)[BOTH].astype(np.uint8)).convert("L")
        image = Image.frombytes("P", image.size, image.tobytes())
        image.putpalette(COLOURS[order].ravel().tolist())
        image.save(root / "labels" / f"{name}.png")
    back = read(root)
    assert {(row["image_path"], row["label"], row["area"]) for row in back.rows} == {
        (f"images/{name}.jpg", label, 256) for name in "12" for label in ("cat", "dog")
    }
    assert back.reasons == {}


def test_jpeg_masks_are_read_by_the_nearest_colour(root: Path) -> None:
    Image.fromarray(COLOURS[BOTH]).save(root / "labels/1.jpg", quality=90)
    back = read(root)
    assert labels(back) == {"cat": 1, "dog": 1}
    assert all("jpeg_mask" in row["flags"] and 190 <= row["area"] <= 260 for row in back.rows)


def test_soft_edges_are_no_objects(root: Path) -> None:
    Image.fromarray(smooth(COLOURS[BOTH].astype(float))).save(root / "labels/1.png")
    assert labels(read(root)) == {"cat": 1, "dog": 1}


def test_a_blend_that_is_another_classs_colour(root: Path) -> None:
    (root / "class_dict.csv").write_text(
        "name,r,g,b\nbackground,0,0,0\ncat,192,0,0\ndog,128,0,0\nfox,64,0,0"
    )
    palette = np.array([(0, 0, 0), (192, 0, 0), (128, 0, 0)])
    Image.fromarray(smooth(palette[BOTH].astype(float))).save(root / "labels/1.png")
    assert labels(read(root)) == {"cat": 1, "dog": 1}


def test_colours_of_no_class(root: Path) -> None:
    colours = COLOURS[BOTH]
    colours[0:3, 30:36] = (0, 0, 255)
    Image.fromarray(colours).save(root / "labels/1.png")
    back = read(root)
    assert labels(back) == {"cat": 1, "dog": 1}
    assert back.reasons == {"unknown_class": 1}


def test_options_and_no_table(root: Path) -> None:
    Image.fromarray(COLOURS[BOTH]).save(root / "labels/1.png")
    assert labels(read(root, {"background": ["background", "#00FF00"]})) == {"cat": 1}
    assert labels(
        read(root, {"classes": {"fox": "#FF0000", "sky": [0, 255, 0]}, "void": "sky"})
    ) == {"fox": 1}
    (root / "class_dict.csv").unlink()
    assert labels(read(root)) == {"#000000": 1, "#FF0000": 1, "#00FF00": 1}


def test_of_two_renderings_the_coloured_one_counts(root: Path) -> None:
    Image.fromarray(COLOURS[BOTH]).save(root / "labels/1_color.png")
    Image.fromarray(BOTH.astype(np.uint8)).save(root / "labels/1_label.png")
    back = read(root)
    assert labels(back) == {"cat": 1, "dog": 1}
    assert back.reasons == {}
