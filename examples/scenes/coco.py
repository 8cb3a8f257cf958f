"""COCO's records, as the painted exports write them."""

import json
from pathlib import Path

import msgspec

from curate.pixels import masks
from curate.pixels.run_lengths import RunLengths


class CocoImage(msgspec.Struct, frozen=True):
    """An image of a document."""

    id: int
    file_name: str
    height: int
    width: int


class CocoRunLengths(msgspec.Struct, frozen=True):
    """A mask: `size` is height and width; `counts` are a list, or COCO's compressed text."""

    size: list[int]
    counts: str | list[int]


class CocoAnnotation(msgspec.Struct, frozen=True):
    """An object of an image; `bbox`: x, y, width, height."""

    id: int
    image_id: int
    category_id: int
    segmentation: CocoRunLengths | list[list[float]]
    bbox: list[int]
    area: int
    iscrowd: int = 0


class CocoCategory(msgspec.Struct, frozen=True):
    """A class of a document."""

    id: int
    name: str


def bounding_box(runs: RunLengths) -> list[int]:
    """The box of a mask as COCO writes it: x, y, width, height."""
    box = masks.box(runs)
    return [box.x0, box.y0, box.width, box.height]


def write_json(path: Path, document: object) -> None:
    """A JSON file of records and plain data; not-a-number is written as NaN, as tools do."""
    plain = msgspec.to_builtins(document)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, ensure_ascii=False), "utf-8")
