"""Label Studio's rectangles as boxes, and answers to them as its brushes and polygons."""

import math
import secrets
from typing import Any

import msgspec
import numpy as np

from curate.pixels.packed_runs import pack
from curate.pixels.simple_polygons import coco_rings
from pipelines.loop.answering import Answer
from pipelines.loop.masks_as_asked import in_picture, regions_in_picture
from pipelines.loop.problems import UNUSABLE, Problem, telling
from pipelines.loop.records import Corners, Picture
from pipelines.loop.studio_config import RECTANGLES, Control
from pipelines.loop.studio_records import DrawnRegion, DrawnValue, MaskRegion


def drawn_value(region: DrawnRegion) -> DrawnValue:
    """The rectangle of a region. Problem if it is no rectangle."""
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
    xs = []
    ys = []
    for across in (0, width):
        for down in (0, height):
            xs.append(x + across * cos - down * sin)
            ys.append(y + across * sin + down * cos)

    # Percent are seldom exact: a millionth of a px must not take another px in.
    corners = (min(xs), min(ys), max(xs), max(ys))
    x0, y0, x1, y1 = (round(each, 3) for each in corners)
    return x0, y0, x1, y1


def region_of(
    answer: Answer, tag: Control, drawn: DrawnValue, picture: Picture
) -> MaskRegion | None:
    """A mask as one region of a tag; None if it has no px.

    Label Studio would make several objects of several regions: of a mask in pieces, a
    polygon is the largest one.
    """
    if not answer.mask.any():
        return None
    if tag.kind == "polygonlabels":
        value = _polygon(answer, picture)
    else:
        value = {"format": "rle", "rle": list(pack(in_picture(answer, picture)))}

    score: float | msgspec.UnsetType = msgspec.UNSET
    if answer.expected_iou is not None:
        score = answer.expected_iou
    return MaskRegion(
        id=secrets.token_urlsafe(8),
        from_name=tag.name,
        to_name=tag.image,
        type=tag.kind,
        original_width=picture.width,
        original_height=picture.height,
        value={**value, tag.kind: drawn.rectanglelabels[:1]},
        score=score,
    )


def _polygon(answer: Answer, picture: Picture) -> dict[str, Any]:
    """The largest piece in percent of the picture, its holes on edges walked to and fro."""
    largest = regions_in_picture(answer)[:1]
    (ring,) = coco_rings(largest)
    corners = np.array(ring).reshape(-1, 2)
    points = 100 * corners / (picture.width, picture.height)
    return {"points": points.tolist(), "closed": True}
