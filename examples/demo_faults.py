"""What goes wrong in the demo's exports, on purpose: each fault ends in the ledger under its reason."""

import copy
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from examples.demo_writers import Row, write_png

EXPECTED: dict[str, dict[str, int]] = {
    "lumen-street": {
        "bad_polygon": 1, "no_mask": 1, "unknown_class": 1, "duplicate_annotation": 1, "crowd": 1, "unknown_image": 1,
        "outside_image": 1, "missing_image": 2, "truncated_image": 1,
    },
    "shelfsense-home": {"bad_run_lengths": 2, "mask_size_mismatch": 1, "deleted": 1},
    "shelfsense-shop": {"bad_polygon": 2, "unknown_class": 1, "no_mask": 1, "malformed_file": 1},
    "verde-garden": {"no_mask": 1, "bad_polygon": 1, "malformed_file": 1},
    "orbit-drive": {"mask_size_mismatch": 1, "missing_mask": 1, "unknown_class": 1},
    "werkbank-bench": {"unknown_class": 1, "undecodable_mask": 1},
}  # fmt: skip
"""Drop rows that ingest must at least report, by export and reason."""


def spoil_polygons(document: Row, images: Path) -> None:
    """Ten faults in a COCO document of polygons, and a picture cut in half."""
    rows, first = document["annotations"], document["annotations"][0]
    free = max(row["id"] for row in rows) + 1

    def add(**changes: Any) -> None:
        rows.append({**copy.deepcopy(first), "id": free + len(rows), **changes})

    height, width = document["images"][0]["height"], document["images"][0]["width"]
    add(segmentation=[[10.0, 10.0, math.nan, 60.0, 80.0, 20.0]])
    add(segmentation=[])
    add(category_id=999)
    add(id=first["id"])
    add(
        segmentation={"size": [height, width], "counts": [100, 40, height * width - 140]}, iscrowd=1
    )
    add(image_id=987654321)
    add(segmentation=[[width + 10.0, 10.0, width + 60.0, 10.0, width + 60.0, 60.0]])
    lost = len(document["images"]) + 1
    document["images"].append(
        {"id": lost, "file_name": "never_delivered.jpg", "height": height, "width": width}
    )
    add(image_id=lost, segmentation=[[10.0, 10.0, 90.0, 10.0, 90.0, 80.0]])
    add(image_id=lost, segmentation=[[110.0, 10.0, 190.0, 10.0, 190.0, 80.0]])
    cut = images / document["images"][-2]["file_name"]
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])


def spoil_runs(document: Row) -> None:
    """Run-lengths that do not sum, that are garbage, and of another size; an annotation deleted by the tool."""
    rows, first = document["annotations"], document["annotations"][0]
    height, width = first["segmentation"]["size"]
    wrong: list[Row] = [
        {"segmentation": {"size": [height, width], "counts": [5, 10, 20]}},
        {"segmentation": {"size": [height, width], "counts": "~~not run-lengths~~"}},
        {
            "segmentation": {
                "size": [height // 2, width // 2],
                "counts": [100, 50, (height // 2) * (width // 2) - 150],
            }
        },
        {"deleted": True},
    ]
    for changes in wrong:
        rows.append({**copy.deepcopy(first), "id": 90_000 + len(rows), **changes})


def spoil_lines(path: Path) -> None:
    """Lines of a YOLO label file: an odd count of numbers, a not-a-number, an unknown class, a box, no number."""
    bad = [
        "0 0.1 0.2 0.3",
        "1 0.1 0.1 nan 0.4 0.3 0.2",
        "99 0.1 0.1 0.4 0.1 0.4 0.4",
        "0 0.5 0.5 0.2 0.2",
        "mug 0.1 0.1 0.4 0.1 0.4 0.4",
    ]
    path.write_text(path.read_text("utf-8") + "".join(f"{line}\n" for line in bad), "utf-8")


def spoil_shapes(document: Row, folder: Path) -> None:
    """A point and a polygon of two points among labelme's shapes; beside them a document that breaks off."""
    label = document["shapes"][0]["label"]
    for kind, points in (("point", [[40.0, 40.0]]), ("polygon", [[40.0, 40.0], [90.0, 60.0]])):
        document["shapes"].append(
            {"label": label, "points": points, "group_id": None, "shape_type": kind, "flags": {}}
        )
    (folder / "autosave.json").write_text(
        '{"version": "5.4.1", "shapes": [{"label": "hoja", "points": [[1', "utf-8"
    )


def spoil_grey(masks: Path, names: list[str], lists: Path) -> None:
    """A mask of another size, a value of no class, and a listed picture without a mask (its mask is taken away)."""
    write_png(masks / names[0], np.ones((64, 64), np.uint8))
    pixels = cv2.imread(str(masks / names[1]), cv2.IMREAD_GRAYSCALE)
    pixels[40:80, 40:90] = 77
    write_png(masks / names[1], pixels)
    (masks / names[2]).unlink()
    lines = [f"images/{Path(name).with_suffix('.jpg')} masks/{name}\n" for name in sorted(names)]
    lists.write_text("".join(lines), "utf-8")


def spoil_colours(first: Path, second: Path, pixels: np.ndarray) -> None:
    """A region in a colour of no class, and a mask file that is none."""
    pixels[20:60, 30:90] = (255, 105, 180)
    write_png(first, pixels)
    second.write_bytes(b"\x89PNG\r\n\x1a\n" + b"garbage" * 20)
