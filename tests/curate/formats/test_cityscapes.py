"""Cityscapes: the battery with polygons, and what is this format's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.errors import InputError
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

CITY = "train/aachen"
NAME = "aachen_000000_000019"


class TestCityscapes(Battery):
    """Polygons; a hole is a polygon of no class that is drawn later."""

    format = "cityscapes"
    pieces = False
    overlaps = False
    broken = "gtFine/val/more_gtFine_polygons.json"
    texts = ("*.json",)

    def image(self, root: Path, name: str) -> Path:
        return root / "leftImg8bit" / name.replace(".png", "_leftImg8bit.png")

    def pictures(self) -> list[Picture]:
        return [_named(each, each.path) for each in super().pictures()]

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            picture = _named(picture, picture.path)
            picture.save(root / "leftImg8bit")
            objects = []
            holes = []
            for each in picture.objects:
                drawn = to_polygons(each.mask)
                objects += [
                    {"label": each.label, "polygon": pairs(ring)}
                    for ring in drawn.rings
                ]
                holes += [
                    {"label": "out of roi", "polygon": pairs(ring)}
                    for ring in drawn.holes
                ]
            size = {"imgHeight": picture.height, "imgWidth": picture.width}
            name = picture.path.replace("_leftImg8bit.png", "_gtFine_polygons.json")
            file = root / "gtFine" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(size | {"objects": objects + holes}))


def _named(picture: Picture, path: str) -> Picture:
    """The picture with the name that Cityscapes would give it."""
    if not path.endswith("_leftImg8bit.png"):
        path = path.replace(".png", "_leftImg8bit.png")
    return Picture(path, picture.height, picture.width, picture.objects)


def pairs(ring: list[Any]) -> list[list[Any]]:
    return [list(point) for point in zip(ring[::2], ring[1::2], strict=True)]


def square(x0: int, y0: int, x1: int, y1: int) -> list[list[int]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def image(root: Path, name: str = f"{NAME}_leftImg8bit.png") -> Path:
    Picture(name, 48, 64).save(root / "leftImg8bit" / CITY)
    return root


def polygons(root: Path, *objects: Any, kind: str = "gtFine") -> Path:
    file = root / kind / CITY / f"{NAME}_{kind}_polygons.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({"imgHeight": 48, "imgWidth": 64, "objects": list(objects)})
    )
    return root


def save_map(root: Path, word: str, values: NDArray[Any], kind: str = "gtFine") -> Path:
    file = root / kind / CITY / f"{NAME}_{kind}_{word}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(file)
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "cityscapes", options)


def found(back: ReadBack) -> list[tuple[str, int]]:
    return sorted((row["label"], row["area"]) for row in back.rows)


def street() -> NDArray[np.uint16]:
    """A map of instances: two cars, a group of cars, a building in two pieces, and void."""
    values = np.full((48, 64), 7, np.uint16)
    values[:4] = 3
    values[10:14, 5:15] = 26_000
    values[10:14, 20:25] = 26_001
    values[10:14, 30:33] = 26
    values[20:24, 5:10] = 11
    values[20:24, 20:25] = 11
    return values


def test_numbers_are_objects(tmp_path: Path) -> None:
    back = read(save_map(image(tmp_path / "export"), "instanceIds", street()))
    road = 44 * 64 - 40 - 20 - 12 - 40
    assert found(back) == [("building", 40), ("car", 20), ("car", 40), ("road", road)]
    assert back.reasons == {"crowd": 1}
    assert {row["scene"] for row in back.rows} == {"partial"}


def test_a_number_of_no_class(tmp_path: Path) -> None:
    values = street()
    values[40:42, 40:42] = 99
    values[44:46, 40:42] = 47_001
    back = read(save_map(image(tmp_path / "export"), "instanceIds", values))
    assert back.reasons == {"crowd": 1, "unknown_class": 2}


def test_classes_alone_become_components(tmp_path: Path) -> None:
    values = np.full((48, 64), 4, np.uint8)
    values[10:14, 5:15] = 26
    values[10:14, 20:25] = 26
    root = save_map(image(tmp_path / "export"), "labelIds", values)
    back = read(root)
    assert found(back) == [("car", 20), ("car", 40)]
    assert {row["object_source"] for row in back.rows} == {"component"}


def test_train_ids(tmp_path: Path) -> None:
    values = np.full((48, 64), 255, np.uint16)
    values[10:14, 5:15] = 13_000
    values[10:14, 20:25] = 0
    root = save_map(image(tmp_path / "export"), "instanceTrainIds", values)
    assert found(read(root)) == [("car", 40), ("road", 20)]
    values[10:14, 5:15] = 13
    root = save_map(image(tmp_path / "other"), "labelTrainIds", values.astype(np.uint8))
    assert found(read(root)) == [("car", 40), ("road", 20)]


def test_of_several_files_one_is_read(tmp_path: Path) -> None:
    root = save_map(image(tmp_path / "export"), "instanceIds", street())
    save_map(root, "labelIds", street().astype(np.uint8))
    save_map(root, "color", np.zeros((48, 64, 3), np.uint8))
    polygons(root, {"label": "bus", "polygon": square(1, 1, 9, 9)})
    polygons(root, {"label": "coarse", "polygon": square(1, 1, 9, 9)}, kind="gtCoarse")
    back = read(root)
    assert len(back.rows) == 4
    assert len(back.ignored) == 4
    assert found(read(root, annotations="polygons")) == [("bus", 64)]
    with pytest.raises(InputError, match="option annotations"):
        read(root, annotations="coarse")


def test_later_polygons_cover_earlier_ones(tmp_path: Path) -> None:
    back = read(
        polygons(
            image(tmp_path / "export"),
            {"label": "road", "polygon": square(0, 0, 40, 40)},
            {"label": "car", "polygon": square(10, 10, 20, 20)},
            {"label": "hidden", "polygon": square(31, 31, 34, 34)},
            {"label": "static", "polygon": square(30, 30, 35, 35)},
            {"label": "cargroup", "polygon": square(0, 0, 5, 5)},
            {"label": "bus", "polygon": square(0, 0, 40, 40), "deleted": 1},
        )
    )
    assert found(back) == [("car", 100), ("road", 1600 - 100 - 25 - 25)]
    assert back.reasons == {"crowd": 1, "empty_mask": 1, "deleted": 1}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"label": "car", "polygon": []}, "no_mask"),
        ({"label": "car"}, "no_mask"),
        ({"label": "car", "polygon": [[1, 1], [5, 5]]}, "bad_polygon"),
        ({"label": "car", "polygon": [["a", 1], [5, 5], [1, 5]]}, "bad_polygon"),
        ({"label": "car", "polygon": {"x": 1}}, "bad_polygon"),
        ({"polygon": square(1, 1, 5, 5)}, "malformed_file"),
        ("car", "malformed_file"),
        (None, "malformed_file"),
    ],
)
def test_an_object_costs_itself(tmp_path: Path, entry: Any, reason: str) -> None:
    car = {"label": "car", "polygon": square(10, 10, 20, 20)}
    back = read(polygons(image(tmp_path / "export"), car, entry))
    assert found(back) == [("car", 100)]
    assert back.reasons == {reason: 1}


def test_names_that_repeat_by_folder(tmp_path: Path) -> None:
    root = tmp_path / "export"
    for folder, size in (("0", 10), ("1", 20)):
        Picture("frame0_leftImg8bit.png", 48, 64).save(
            root / "leftImg8bit/train" / folder
        )
        file = root / "gtFine/train" / folder / "frame0_gtFine_polygons.json"
        file.parent.mkdir(parents=True)
        objects = [{"label": "car", "polygon": square(0, 0, size, size)}]
        file.write_text(
            json.dumps({"imgHeight": 48, "imgWidth": 64, "objects": objects})
        )
    rows = read(root).rows
    areas = {row["image_path"].split("/")[-2]: row["area"] for row in rows}
    assert areas == {"0": 100, "1": 400}


def test_names_of_other_data_sets(tmp_path: Path) -> None:
    root = image(tmp_path / "export", f"{NAME}_rgb_anon.png")
    save_map(root, "instanceIds", street(), "gt")
    assert {row["image_path"] for row in read(root).rows} == {
        f"leftImg8bit/{CITY}/{NAME}_rgb_anon.png"
    }


def test_each_copy_with_fog_is_annotated(tmp_path: Path) -> None:
    root = save_map(tmp_path / "export", "instanceIds", street())
    for beta in ("0.01", "0.02"):
        image(root, f"{NAME}_leftImg8bit_foggy_beta_{beta}.png")
    back = read(root)
    assert len({row["image_path"] for row in back.rows}) == 2
    assert len(back.rows) == 8


def test_a_map_without_an_image(tmp_path: Path) -> None:
    root = save_map(tmp_path / "export", "instanceIds", street())
    assert read(root).reasons == {"missing_image": None}


def test_classes_of_other_tools_are_those_of_their_list(tmp_path: Path) -> None:
    root = image(tmp_path / "export")
    values = np.zeros((48, 64), np.uint16)
    values[10:14, 5:15] = 1_000
    values[10:14, 20:25] = 2_001
    values[20:24, 20:25] = 2_002
    values[30:34, 20:25] = 2
    save_map(root, "instanceIds", values)
    listed = root / "label_colors.txt"
    listed.write_text("0 0 0 background\n250 50 83 cat\n51 221 255 dog\n")
    assert found(read(root)) == [("cat", 40), ("dog", 20), ("dog", 20), ("dog", 20)]

    save_map(root, "labelIds", (values // 1000).astype(np.uint8))
    back = read(root, annotations="labels")
    assert found(back) == [("cat", 40), ("dog", 20), ("dog", 20)]

    # Without a black class, 0 is background and the list begins at 1.
    save_map(root, "labelIds", (values // 1000).astype(np.uint8))
    for classes in ("250 50 83 cat\n51 221 255 dog\n", " cat\n dog\n"):
        listed.write_text(classes)
        back = read(root, annotations="labels")
        assert found(back) == [("cat", 40), ("dog", 20), ("dog", 20)]

    # Datumaro lists Cityscapes' own classes, too: then they are void where they were.
    listed.write_text("0 0 0 unlabeled\n0 0 0 egovehicle\n0 0 0 rectificationborder\n")
    assert found(read(root)) == []
    listed.write_bytes(b"\xff\xfe\x00")
    assert read(root).reasons == {"malformed_file": None}
