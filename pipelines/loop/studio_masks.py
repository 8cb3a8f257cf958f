"""Label Studio's rectangles as boxes, and answers to them as its brushes and polygons."""

import math
import secrets
from typing import Any

import msgspec

from curate.pixels.packed_runs import pack
from curate.pixels.simple_polygons import coco_rings
from pipelines.loop.answering import Answer
from pipelines.loop.masks_as_asked import in_picture, regions_in_picture
from pipelines.loop.problems import UNUSABLE, Problem, telling
from pipelines.loop.records import Corners, Picture
from pipelines.loop.studio_config import RECTANGLES, Control
from pipelines.loop.studio_records import DrawnRegion, DrawnValue, MaskRegion


def drawn_value(region: DrawnRegion) -> DrawnValue:
    """The rectangle of a region. Problem if it is none."""
    if region.type.lower() not in RECTANGLES:
        raise Problem(
            UNUSABLE, f"a region of type {region.type!r}: only rectangles are answered"
        )
    with telling():
        return msgspec.convert(region.value, DrawnValue)


def label_of(value: DrawnValue) -> str:
    """The label of a rectangle; "" if it has none."""
    return next(iter(value.rectanglelabels), "")


def corners_of(value: DrawnValue, picture: Picture) -> Corners:
    """The box around a rectangle, which may be turned around its top left."""
    x = value.x / 100 * picture.width
    y = value.y / 100 * picture.height
    width = value.width / 100 * picture.width
    height = value.height / 100 * picture.height

    cos = math.cos(math.radians(value.rotation))
    sin = math.sin(math.radians(value.rotation))
    xs = [x, x + width * cos, x - height * sin, x + width * cos - height * sin]
    ys = [y, y + width * sin, y + height * cos, y + width * sin + height * cos]
    # Percent are seldom exact: a millionth of a px must not take another px in.
    corners = (min(xs), min(ys), max(xs), max(ys))
    x0, y0, x1, y1 = (round(each, 3) for each in corners)
    return x0, y0, x1, y1


def regions_of(
    answer: Answer, tag: Control, value: DrawnValue, picture: Picture
) -> list[MaskRegion]:
    """A mask as regions of a tag: one brush, or a polygon for each of its pieces."""
    labels = value.rectanglelabels[:1]
    values: list[dict[str, Any]] = []
    if tag.kind == "polygonlabels":
        sides = (picture.width, picture.height)
        for ring in coco_rings(regions_in_picture(answer)):
            corners = zip(ring[::2], ring[1::2], strict=True)
            points = [(100 * x / sides[0], 100 * y / sides[1]) for x, y in corners]
            values.append({"points": points, "closed": True})
    elif answer.mask.any():
        runs = pack(in_picture(answer, picture))
        values.append({"format": "rle", "rle": list(runs)})

    score: float | msgspec.UnsetType = msgspec.UNSET
    if answer.expected_iou is not None:
        score = answer.expected_iou
    return [
        MaskRegion(
            id=secrets.token_urlsafe(8),
            from_name=tag.name,
            to_name=tag.image,
            type=tag.kind,
            original_width=picture.width,
            original_height=picture.height,
            value={**each, tag.kind: labels},
            score=score,
        )
        for each in values
    ]
