"""A case of bad input, and the good exports that it spoils.

A good export has two pictures of 48 × 64 px: `good.png` with a cat, and `bad.png` with a dog and a
bird. Whatever becomes of the dog, the cat must come through; the bird, too, if its picture does.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curate.limits import Limits
from tests.curate.formats import cvat_exports, labelbox_exports, labelme_exports
from tests.curate.formats.pictures import Picture, rectangle, save_values

HEIGHT, WIDTH = 48, 64
SQUARE = [[10, 10, 30, 10, 30, 30, 10, 30]]
"""A COCO segmentation of 400 px."""
OTHER = [[40, 10, 50, 10, 50, 30, 40, 30]]
"""Another one, of 200 px, beside it."""

ALL = ("bird", "cat", "dog")
"""Labels of all objects of a good export."""

Change = Callable[[Path], Path | None]
"""Spoils the good export in a folder; gives what is to be opened, if it is not that folder."""


@dataclass(frozen=True)
class BadInput:
    """A case: what comes (`change` of a good export), and what must become of it."""

    what: str
    change: Change
    drops: Mapping[str, int | None]
    """Annotations by reason; None if nobody can know how many."""
    format: str = "coco"
    """The format of the good export."""
    survivors: Sequence[str] = ("bird", "cat")
    """Labels of the objects that come through."""
    flags: Sequence[str] = ()
    """All flags that these have."""
    limits: Limits = field(default_factory=Limits)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.format}: {self.what}"


def lost_picture(
    what: str, change: Change, reason: str, format_: str = "coco", **more: Any
) -> BadInput:
    """A case that costs the dog's picture, and so the bird as well.

    Of what a mask file holds, nobody knows the number.
    """
    count: int | None = 2
    if format_ == "labelmap":
        count = None
    return BadInput(what, change, {reason: count}, format_, survivors=("cat",), **more)


def write_good(format_: str, root: Path) -> None:
    """Write the good export of a format into the empty folder `root`; none of a colormap."""
    writers: dict[str, Callable[[Path], None]] = {
        "coco": _write_coco,
        "colormap": no_change,
        "cvat": _write_cvat,
        "labelbox": _write_labelbox,
        "labelmap": _write_masks,
        "labelme": _write_labelme,
        "yolo": _write_yolo,
    }
    writers[format_](root)


def no_change(_: Path) -> None:
    """Leave the export as it is."""


def _write_coco(root: Path) -> None:
    for name in ("good.png", "bad.png"):
        Picture(name, HEIGHT, WIDTH).save(root)
    document = {
        "images": [image(1, "good.png"), image(2, "bad.png")],
        "categories": [
            {"id": 1, "name": "cat"},
            {"id": 2, "name": "dog"},
            {"id": 3, "name": "bird"},
        ],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": SQUARE},
            {"id": 2, "image_id": 2, "category_id": 2, "segmentation": SQUARE},
            {"id": 3, "image_id": 2, "category_id": 3, "segmentation": OTHER},
        ],
    }
    (root / "annotations.json").write_text(json.dumps(document))


def image(number: int, name: Any, **more: Any) -> dict[str, Any]:
    """An image as COCO lists it."""
    known = {"id": number, "file_name": name, "height": HEIGHT, "width": WIDTH}
    return known | more


def coco_document(root: Path) -> Any:
    """What the good export's document says."""
    return json.loads((root / "annotations.json").read_text("utf-8"))


def with_document(root: Path, document: Any) -> None:
    """Replace the document. The text "1e400" in it becomes a number, which json cannot write."""
    text = json.dumps(document).replace('"1e400"', "1e400")
    (root / "annotations.json").write_text(text)


def dog(**values: Any) -> Change:
    """The dog's annotation says something else."""

    def change(root: Path) -> None:
        document = coco_document(root)
        document["annotations"][1] |= values
        with_document(root, document)

    return change


def dogs_picture(name: Any, **values: Any) -> Change:
    """The dog's picture has another name in the document, or another size."""

    def change(root: Path) -> None:
        document = coco_document(root)
        document["images"][1] |= {"file_name": name, **values}
        with_document(root, document)

    return change


def dogs_label(label: str) -> Change:
    """The dog's class has another name."""

    def change(root: Path) -> None:
        document = coco_document(root)
        document["categories"][1]["name"] = label
        with_document(root, document)

    return change


def another_annotation(annotation: Any) -> Change:
    """The document has an annotation more."""

    def change(root: Path) -> None:
        document = coco_document(root)
        document["annotations"].append(annotation)
        with_document(root, document)

    return change


def another_file(name: str, content: bytes | str) -> Change:
    """There is a file more."""
    data = content
    if isinstance(data, str):
        data = data.encode()

    def change(root: Path) -> None:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    return change


def _write_masks(root: Path) -> None:
    (root / "class_names.txt").write_text("background\ncat\ndog\nbird")
    square = rectangle(HEIGHT, WIDTH, 10, 10, 30, 30)
    other = rectangle(HEIGHT, WIDTH, 40, 10, 50, 30)
    for name in ("good.png", "bad.png"):
        Picture(name, HEIGHT, WIDTH).save(root / "images")
    save_values(root / "masks" / "good.png", square * 1)
    save_values(root / "masks" / "bad.png", square * 2 + other * 3)


_POINTS = {
    "cat": [[10, 10], [30, 10], [30, 30], [10, 30]],
    "dog": [[10, 10], [30, 10], [30, 30], [10, 30]],
    "bird": [[40, 10], [50, 10], [50, 30], [40, 30]],
}
_LABELS = {"good.png": ("cat",), "bad.png": ("dog", "bird")}


def _write_labelme(root: Path) -> None:
    for name, labels in _LABELS.items():
        picture = Picture(name, HEIGHT, WIDTH).save(root)
        shapes = []
        for label in labels:
            points = _POINTS[label]
            shape = {"label": label, "points": points, "shape_type": "polygon"}
            shapes.append(shape)
        labelme_exports.save_document(picture, shapes)


def _write_cvat(root: Path) -> None:
    elements = []
    for name, labels in _LABELS.items():
        Picture(name, HEIGHT, WIDTH).save(root)
        shapes = ""
        for label in labels:
            points = ";".join(f"{x},{y}" for x, y in _POINTS[label])
            shapes += cvat_exports.polygon(points, label)
        stated = {"id": len(elements), "name": name, "width": WIDTH, "height": HEIGHT}
        elements.append(cvat_exports.element("image", shapes, **stated))
    cvat_exports.save_document(root / "annotations.xml", *elements)


def _write_labelbox(root: Path) -> None:
    lines = []
    for name, labels in _LABELS.items():
        Picture(name, HEIGHT, WIDTH).save(root)
        objects = []
        for label in labels:
            points = [{"x": x, "y": y} for x, y in _POINTS[label]]
            objects.append(labelbox_exports.polygon(label, polygon=points))
        row = labelbox_exports.row(labelbox_exports.label(*objects), name=name)
        lines.append(json.dumps(row))
    (root / "export.ndjson").write_text("\n".join(lines))


def _write_yolo(root: Path) -> None:
    (root / "data.yaml").write_text("names: [cat, dog, bird]\ntrain: images\n")
    (root / "labels").mkdir()
    known = list(_POINTS)
    for name, labels in _LABELS.items():
        Picture(name, HEIGHT, WIDTH).save(root / "images")
        lines = []
        for label in labels:
            shares = [f"{x / WIDTH} {y / HEIGHT}" for x, y in _POINTS[label]]
            lines.append(f"{known.index(label)} {' '.join(shares)}")
        (root / "labels" / name).with_suffix(".txt").write_text("\n".join(lines))
