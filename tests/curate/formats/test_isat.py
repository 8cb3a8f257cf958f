"""ISAT: the battery, and what is its own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back


def square(x0: int, y0: int, side: int) -> list[list[int]]:
    x1 = x0 + side
    y1 = y0 + side
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def save(root: Path, picture: Picture, objects: list[Any]) -> None:
    image = picture.save(root)
    info = {
        "description": "ISAT",
        "folder": "C:\\photos",
        "name": image.name,
        "width": picture.width,
        "height": picture.height,
        "depth": 3,
        "note": "",
    }
    document = {"info": info, "objects": objects}
    image.with_suffix(".json").write_text(json.dumps(document), "utf-8")


class TestIsat(Battery):
    """A polygon for each piece; the pieces of an object have one group."""

    format = "isat"
    broken = "b/broken.json"
    broken_bytes = b'{"info": {"name": "a.jpg"}, "objects": [{'
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            objects = []
            drawn = sorted(picture.objects, key=lambda each: each.mask.tobytes())
            for group, each in enumerate(drawn, start=1):
                for ring in to_polygons(each.mask).rings:
                    corners = [ring[at : at + 2] for at in range(0, len(ring), 2)]
                    stated = {"category": each.label, "group": group}
                    objects.append(stated | {"segmentation": corners, "layer": 1.0})
            save(root, picture, objects)


def read(root: Path, *objects: Any) -> ReadBack:
    save(root, Picture("a.png", 48, 64), list(objects))
    return read_back(root, "isat")


def test_a_background_is_a_hole_in_what_lies_below_it(root: Path) -> None:
    hole = {"category": "__background__", "segmentation": square(8, 8, 5), "layer": 2}
    cat = {"category": "cat", "segmentation": square(5, 5, 20), "layer": 1}
    above = {"category": "dog", "segmentation": square(6, 6, 10), "layer": 3}
    back = read(root, hole, above, cat)
    assert back.areas == {"cat": 375, "dog": 100}


def test_an_entry_costs_itself(root: Path) -> None:
    good = {"category": "cat", "segmentation": square(5, 5, 20)}
    crowd = {"category": "cat", "segmentation": square(9, 9, 9), "iscrowd": True}
    line = {"category": "cat", "segmentation": [[1, 1], [5, 5]]}
    back = read(root, good, crowd, line, {"segmentation": []}, None)
    assert [row["area"] for row in back.rows] == [400]
    assert back.reasons == {
        "crowd": 1,
        "bad_polygon": 1,
        "unknown_class": 1,
        "malformed_file": 1,
    }
