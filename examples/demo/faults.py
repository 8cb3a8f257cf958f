"""What goes wrong in the demo's exports, on purpose; the ledger names each fault's reason."""

import copy
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.demo.writers import Row, labelme_shape, write_lines, write_png


def spoil_polygons(document: Row, folder: Path) -> None:
    """Ten faults in a COCO document of polygons, and in `folder` a picture cut in half."""
    annotations = document["annotations"]
    first = annotations[0]
    images = document["images"]
    height = images[0]["height"]
    width = images[0]["width"]
    free = max(row["id"] for row in annotations) + 1
    missing = len(images) + 1
    crowd = {
        "size": [height, width],
        "counts": [100, 40, height * width - 140],
    }
    # Beyond the right edge of the image.
    outside = [width + 10.0, 10.0, width + 60.0, 10.0, width + 60.0, 60.0]
    faults: list[Row] = [
        {"segmentation": [[10.0, 10.0, math.nan, 60.0, 80.0, 20.0]]},
        {"segmentation": []},
        {"category_id": 999},
        {"id": first["id"]},
        {"segmentation": crowd, "iscrowd": 1},
        {"image_id": 987654321},
        {"segmentation": [outside]},
        {"segmentation": [[10.0, 10.0, 90.0, 10.0, 90.0, 80.0]], "image_id": missing},
        {
            "segmentation": [[110.0, 10.0, 190.0, 10.0, 190.0, 80.0]],
            "image_id": missing,
        },
    ]
    _append(annotations, faults, free)
    lost = {
        "id": missing,
        "file_name": "never_delivered.jpg",
        "height": height,
        "width": width,
    }
    # The last picture that was delivered breaks off in its middle.
    cut = folder / images[-1]["file_name"]
    data = cut.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    images.append(lost)


def spoil_runs(document: Row) -> None:
    """Four faults in a COCO document of run-lengths.

    A wrong sum, garbage, other proportions, and an annotation that the tool deleted.
    """
    annotations = document["annotations"]
    height, width = annotations[0]["segmentation"]["size"]
    other = [height // 2, width // 3]
    counts = [100, 50, other[0] * other[1] - 150]
    faults: list[Row] = [
        {"segmentation": {"size": [height, width], "counts": [5, 10, 20]}},
        {"segmentation": {"size": [height, width], "counts": "~~not run-lengths~~"}},
        {"segmentation": {"size": other, "counts": counts}},
        {"deleted": True},
    ]
    _append(annotations, faults, 90_000)


def _append(annotations: list[Row], faults: list[Row], free: int) -> None:
    """Copies of the first annotation, each with a fault; their ids are from `free` on."""
    for fault in faults:
        row: dict[str, Any] = copy.deepcopy(annotations[0])
        annotations.append({**row, "id": free + len(annotations), **fault})


def spoil_lines(path: Path) -> None:
    """Five bad lines in a YOLO label file.

    An odd count of numbers, a not-a-number, an unknown class, a box, and a class that is no number.
    """
    bad = [
        "0 0.1 0.2 0.3",
        "1 0.1 0.1 nan 0.4 0.3 0.2",
        "99 0.1 0.1 0.4 0.1 0.4 0.4",
        "0 0.5 0.5 0.2 0.2",
        "mug 0.1 0.1 0.4 0.1 0.4 0.4",
    ]
    write_lines(path, path.read_text("utf-8").splitlines() + bad)


def spoil_shapes(document: Row, folder: Path) -> None:
    """A point and a polygon of two points among labelme's shapes.

    In `folder` a document that breaks off, as a tool leaves it when it crashes.
    """
    shapes = document["shapes"]
    label = shapes[0]["label"]
    shapes.append(labelme_shape(label, "point", [[40.0, 40.0]]))
    shapes.append(labelme_shape(label, "polygon", [[40.0, 40.0], [90.0, 60.0]]))
    broken = '{"version": "5.4.1", "shapes": [{"label": "hoja", "points": [[1'
    (folder / "autosave.json").write_text(broken, "utf-8")


def spoil_grey(masks: Path, names: list[str], pairs: Path) -> None:
    """A mask of another size, a value of no class, and a listed picture without a mask.

    `names`: three masks; the last is taken away. `pairs`: the list of pictures and masks.
    """
    other_size, other_value, lost = names
    small = np.ones((64, 64), np.uint8)
    write_png(masks / other_size, small)
    pixels = cv2.imread(str(masks / other_value), cv2.IMREAD_GRAYSCALE)
    grey = np.array(pixels, np.uint8)
    grey[40:80, 40:90] = 77
    write_png(masks / other_value, grey)
    (masks / lost).unlink()
    lines = []
    for name in sorted(names):
        picture = Path(name).with_suffix(".jpg")
        lines.append(f"images/{picture} masks/{name}")
    write_lines(pairs, lines)


def spoil_colours(first: Path, second: Path, pixels: NDArray[np.uint8]) -> None:
    """A region in a colour of no class, and a mask file that is no picture."""
    pixels[20:60, 30:90] = (255, 105, 180)
    write_png(first, pixels)
    second.write_bytes(b"\x89PNG\r\n\x1a\n" + b"garbage" * 20)
