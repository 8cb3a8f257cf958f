"""ADE20K's own layouts: the battery for that of 2021, and the older one."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, photo, rectangle, save_values
from tests.curate.formats.reading import ReadBack, read_back

NEAR = rectangle(48, 64, 10, 10, 30, 30)
FAR = rectangle(48, 64, 20, 20, 50, 40)
SEEN_OF_FAR = FAR & ~NEAR


def entry(number: int, name: str, rank: int = 1, level: int = 0) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "attributes": [],
        "depth_ordering_rank": rank,
        "occluded": "no",
        "parts": {"hasparts": [], "ispartof": [], "part_level": level},
        "polygon": {"x": [], "y": []},
    }


def document(picture: Picture, objects: list[dict[str, Any]]) -> str:
    stated = {
        "filename": Path(picture.path).name,
        "imsize": [picture.height, picture.width, 3],
        "object": objects,
    }
    return json.dumps({"annotation": stated})


class TestAde20k(Battery):
    """A mask for each object, in a folder beside the document."""

    format = "ade20k"
    broken = "b/broken.json"
    broken_bytes = b'{"annotation": {"object": [{'
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            image = picture.save(root)
            drawn = sorted(picture.objects, key=lambda each: each.mask.tobytes())
            objects = []
            for number, each in enumerate(drawn):
                mask = f"{image.stem}/instance_{number:03}_{image.stem}.png"
                values = each.mask * np.uint8(255)
                values[0, 0] = values[0, 0] or 128  # hidden behind another
                save_values(image.parent / mask, values)
                objects.append(entry(number, each.label) | {"instance_mask": mask})
            text = document(picture, objects)
            image.with_suffix(".json").write_text(text, "utf-8")


def corners(x0: int, y0: int, x1: int, y1: int) -> dict[str, list[int]]:
    return {"x": [x0, x1, x1, x0], "y": [y0, y0, y1, y1]}


def test_without_masks_near_polygons_cover_far_ones_but_parts_cover_nothing(
    root: Path,
) -> None:
    picture = Picture("a.jpg", 48, 64)
    picture.save(root)
    objects = [
        entry(0, "near", rank=1) | {"polygon": corners(10, 10, 30, 30)},
        entry(1, "far", rank=2) | {"polygon": corners(20, 20, 50, 40)},
        entry(2, "door", rank=0, level=1) | {"polygon": corners(12, 12, 15, 15)},
        entry(3, "") | {"polygon": corners(1, 1, 5, 5)},
    ]
    (root / "a.json").write_text(document(picture, objects))
    back = read_back(root, "ade20k")
    assert back.areas == {"near": NEAR.sum(), "far": SEEN_OF_FAR.sum(), "door": 9}
    assert back.reasons == {"unknown_class": 1}


def read_old(root: Path, lines: Sequence[str]) -> ReadBack:
    """An image of 2016: a far object with the blue 200, and a near one with 77."""
    photo(root, "a.jpg", 48, 64)
    colours = np.zeros((48, 64, 3), np.uint8)
    for mask, blue in ((FAR, 200), (NEAR, 77)):
        colours[mask] = (10 * (blue % 3), 40, blue)
    save_values(root / "a_seg.png", colours)
    save_values(root / "a_parts_1.png", colours)
    (root / "a_atr.txt").write_text("\n".join(lines))
    return read_back(root, "ade20k")


LINES = (
    '001 # 0 # 0 # near, close # near # ""',
    '002 # 0 # 1 # far # far # "red, old"',
)


def test_objects_of_2016_are_numbered_by_the_order_of_their_blues(root: Path) -> None:
    back = read_old(root, [*LINES, "001 # 1 # 0 # door # door # "])
    assert back.areas == {"near, close": NEAR.sum(), "far": SEEN_OF_FAR.sum()}
    far = next(row for row in back.rows if row["label"] == "far")
    assert dict(far["attributes"]) == {"occluded": "1", "attributes": "red, old"}
    assert back.reasons == {"no_mask": 1}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([LINES[0]], {"undecodable_mask": 1}),
        ([*LINES, "003 # 0 # 0 # x # x #"], {"undecodable_mask": 3}),
        (["001 # sky"], {"malformed_file": None}),
    ],
)
def test_lists_that_do_not_fit_their_picture_give_nothing(
    root: Path, lines: list[str], reason: dict[str, int | None]
) -> None:
    back = read_old(root, lines)
    assert (back.rows, back.reasons) == ([], reason)
