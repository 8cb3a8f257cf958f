"""Items and annotations as Scale's Nucleus client sends them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import known
import numpy as np
from nucleus import (
    DatasetItem,
    Point,
    PolygonAnnotation,
    Segment,
    SegmentationAnnotation,
)
from PIL import Image


def polygons(folder: Path) -> Iterator[known.Expected]:
    """Each piece is an object: Nucleus has neither holes nor groups. It draws no masks itself."""
    payloads = []
    for picture in known.pictures():
        payloads.append(item(folder, picture))
        for each in picture.outlined:
            for ring in each.pieces:
                corners = [Point(x, y) for x, y in ring]
                drawn = PolygonAnnotation(each.label, corners, picture.name)
                payloads.append(drawn.to_payload())
                yield picture.name, each.label, known.inside([ring], picture)
    save(folder, payloads)


def segments(folder: Path) -> Iterator[known.Expected]:
    """A picture of indexes for each image with objects."""
    payloads = []
    for picture in known.pictures():
        payloads.append(item(folder, picture))
        indexes = np.zeros((picture.height, picture.width), np.uint8)
        listed = []
        for index, each in enumerate(known.seen(picture.painted), start=1):
            indexes[each.mask] = index
            listed.append(Segment(each.label, index))
            yield picture.name, each.label, each.mask
        mask = folder / "masks" / f"{Path(picture.name).stem}.png"
        mask.parent.mkdir(exist_ok=True)
        Image.fromarray(indexes).save(mask)
        drawn = SegmentationAnnotation(str(mask), listed, picture.name)
        payloads.append(drawn.to_payload())
    save(folder, payloads)


def item(folder: Path, picture: known.Picture) -> dict[str, Any]:
    path = picture.save(folder / "images")
    payload: dict[str, Any] = DatasetItem(str(path), picture.name).to_payload()
    return payload


def save(folder: Path, payloads: list[dict[str, Any]]) -> None:
    lines = [json.dumps(each) for each in payloads]
    (folder / "payloads.jsonl").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    known.write({"polygons": polygons, "segments": segments})
