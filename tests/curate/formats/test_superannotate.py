"""SuperAnnotate: the battery for vector and for pixel projects, and what is their own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from curate.pixels.components import number_components
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = [10, 10, 30, 10, 30, 30, 10, 30]


def save(root: Path, picture: Picture, instances: list[Any], ending: str) -> None:
    image = picture.save(root)
    metadata = {
        "name": image.name,
        "width": picture.width,
        "height": picture.height,
        "status": "Completed",
    }
    document = {"metadata": metadata, "instances": instances, "tags": []}
    file = image.with_name(image.name + ending)
    file.write_text(json.dumps(document), "utf-8")


class TestVector(Battery):
    """A polygon for each piece; the pieces of an object have one groupId."""

    format = "superannotate"
    broken = "b/a.jpg.json"
    broken_bytes = b'{"metadata": {"name": "a.jpg"}, "instances": [{'
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            instances = []
            drawn = sorted(picture.objects, key=lambda each: each.mask.tobytes())
            for group, each in enumerate(drawn, start=1):
                for ring in to_polygons(each.mask).rings:
                    stated = {"className": each.label, "groupId": group}
                    shape = {"type": "polygon", "points": ring, "exclude": []}
                    instances.append(stated | shape)
            save(root, picture, instances, ".json")


class TestPixel(Battery):
    """A colour for each piece in a painted picture."""

    format = "superannotate"
    overlaps = False
    broken = "b/a.jpg___pixel.json"
    broken_bytes = TestVector.broken_bytes
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            painted = np.zeros((picture.height, picture.width, 4), np.uint8)
            colour = 0
            instances = []
            drawn = sorted(picture.objects, key=lambda each: each.mask.tobytes())
            for each in drawn:
                parts = []
                count, numbers = number_components(each.mask)
                for number in range(1, count + 1):
                    colour += 15
                    painted[numbers == number] = (0, 0, colour, 255)
                    parts.append({"color": f"#0000{colour:02x}"})
                instances.append({"className": each.label, "parts": parts})
            save(root, picture, instances, "___pixel.json")
            image = root / picture.path
            Image.fromarray(painted).save(image.with_name(image.name + "___save.png"))


def read(root: Path, *instances: Any) -> ReadBack:
    save(root, Picture("a.png", 48, 64), list(instances), ".json")
    return read_back(root, "superannotate")


def test_what_is_excluded_is_a_hole(tmp_path: Path) -> None:
    hole = [12, 12, 17, 12, 17, 17, 12, 17]
    polygon = {"className": "cat", "type": "polygon", "points": SQUARE}
    (row,) = read(tmp_path / "export", polygon | {"exclude": [hole]}).rows
    assert row["area"] == 375


def test_a_class_may_be_told_by_its_id(tmp_path: Path) -> None:
    root = tmp_path / "export"
    (root / "classes").mkdir(parents=True)
    (root / "classes/classes.json").write_text('[{"id": 7, "name": "cat"}]')
    polygon = {"classId": 7, "type": "polygon", "points": SQUARE}
    back = read(root, polygon, polygon | {"classId": 8})
    assert [row["label"] for row in back.rows] == ["cat"]
    assert back.reasons == {"unknown_class": 1}


def test_painted_masks_may_have_the_name_of_the_document(tmp_path: Path) -> None:
    root = tmp_path / "export"
    Picture("a.png", 4, 6).save(root)
    parts = [{"className": "cat", "parts": [{"color": "#00000f"}]}]
    document = {"metadata": {"name": "a"}, "instances": parts}
    (root / "a.png.json").write_text(json.dumps(document))
    painted = np.zeros((4, 6, 3), np.uint8)
    painted[1:3, 2:5] = (0, 0, 15)
    Image.fromarray(painted).save(root / "a.png___save.png")
    (row,) = read_back(root, "superannotate").rows
    assert (row["label"], row["area"]) == ("cat", 6)


def test_an_entry_costs_itself(tmp_path: Path) -> None:
    good = {"className": "cat", "type": "polygon", "points": SQUARE}
    box = {"className": "cat", "type": "bbox", "points": {"x1": 1, "y1": 1}}
    round_ = {"className": "dog", "type": "ellipse", "cx": 50, "cy": 20}
    pairs = {key: [1, 2] for key in ("cx", "cy", "rx", "ry", "angle")}
    odd = good | {"points": SQUARE[:-1]}
    parts = {"className": "cat", "parts": [{"color": "#00000f"}]}
    entries = [good, box, round_ | {"rx": 5, "ry": 5}, round_ | pairs, odd, parts, 3]
    back = read(tmp_path / "export", *entries)
    assert {row["label"] for row in back.rows} == {"cat", "dog"}
    assert back.reasons == {
        "no_mask": 1,
        "bad_polygon": 2,
        "missing_mask": 1,
        "malformed_file": 1,
    }
