"""Label Studio exports of a test: regions, tasks, and its packed run-lengths written anew."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = [[10, 10], [30, 10], [30, 30], [10, 30]]
"""Of 400 px, in px of a picture of 100 × 100 px, which are also percent."""

_LENGTH_BITS = (3, 4, 8, 16)


def pack(mask: Mask) -> list[int]:
    """Label Studio's run-lengths of a mask, whose px are opaque and white."""
    words = np.repeat(mask.ravel(), 4)
    borders = np.flatnonzero(np.diff(words)) + 1
    starts = [0, *borders.tolist()]
    ends = [*borders.tolist(), words.size]

    bits = f"{words.size:032b}{7:05b}"
    bits += "".join(f"{each - 1:04b}" for each in _LENGTH_BITS)
    for start, end in zip(starts, ends, strict=True):
        while start < end:
            length = min(end - start, 1 << 16)
            bits += _packet(length, 255 * int(words[start]))
            start += length
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


def percent(mask: Mask) -> list[list[list[float]]]:
    """The outlines of a mask, as lists of points in percent of its frame."""
    height, width = mask.shape
    outlines = []
    for ring in to_polygons(mask).rings:
        points = zip(ring[::2], ring[1::2], strict=True)
        outlines.append([[100 * x / width, 100 * y / height] for x, y in points])
    return outlines


def polygon(label: str = "cat", **more: Any) -> dict[str, Any]:
    """A result of a polygon: the square."""
    value = {"points": SQUARE, "closed": True, "polygonlabels": [label]}
    return result(value, type="polygonlabels", **more)


def result(value: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A result of any kind, of a picture of 100 × 100 px."""
    head = {
        "from_name": "label",
        "to_name": "image",
        "original_width": 100,
        "original_height": 100,
    }
    return head | {"value": value} | more


def task(*results: Any, **more: Any) -> dict[str, Any]:
    """A task of the picture a.png with one annotation."""
    annotation = {"id": 1, "was_cancelled": False, "result": list(results)}
    return {
        "id": 1,
        "data": {"image": "images/a.png"},
        "annotations": [annotation],
    } | more


def save(root: Path, *tasks: Any, name: str = "export.json") -> None:
    """Write tasks, and the picture a.png of 100 × 100 px."""
    Picture("images/a.png", 100, 100).save(root)
    (root / name).write_text(json.dumps(tasks))


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "labelstudio", options)


def areas(back: ReadBack) -> Iterable[tuple[str, int]]:
    """Label and area of each object, sorted."""
    return sorted((row["label"], row["area"]) for row in back.rows)


def _packet(length: int, value: int) -> str:
    """The bits of a run of one value."""
    kind = next(at for at, bits in enumerate(_LENGTH_BITS) if length <= 1 << bits)
    return f"1{kind:02b}{length - 1:0{_LENGTH_BITS[kind]}b}{value:08b}"
