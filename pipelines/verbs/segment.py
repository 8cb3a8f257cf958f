"""`segment`: the mask of the object in a box, as a picture, run-lengths or polygons."""

from dataclasses import dataclass
from functools import partial
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import typer
from msgspec import UNSET, UnsetType
from upath import UPath

from curate.errors import InputError
from curate.limits import Limits
from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.pixels.overlays import outline, tint
from curate.pixels.polygons import to_polygons
from curate.pixels.simple_polygons import coco_rings, simplify
from curate.reasons import Refusal
from curate.records import Box
from curate.storage import write_bytes
from pipelines.load_segmenter import load_segmenter
from pipelines.loop.records import CompressedMask, Corners
from pipelines.verbs.overlays import (
    DRAWN_BOX_COLOUR,
    MASK_COLOUR,
    encode_png,
    paint_box,
)

if TYPE_CHECKING:
    from model.predict import Answer


@dataclass(frozen=True, slots=True)
class Simplicity:
    """How simple polygons may be: px off the outline, and px of the least island."""

    tolerance: float
    min_area: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write (files of mask and overlay), and what to print."""

    output: Path | None
    overlay: Path | None
    run_lengths: bool
    polygons: bool
    simple_polygons: Simplicity | None = None


class SegmentedBox(msgspec.Struct):
    """What is printed of a box: its corners, the mask's pixels, how sure, and what is wanted."""

    box: Corners
    area: int
    expected_iou: float | None
    """The IoU that such an answer has on average; None if the model cannot tell."""
    segmentation: CompressedMask | UnsetType = UNSET
    polygon: list[list[float]] | UnsetType = UNSET
    polygons: list[list[float]] | UnsetType = UNSET


def segment(
    picture: Path, boxes: list[str], model: str, wanted: Wanted
) -> list[SegmentedBox]:
    """Segment each box of a picture, and write the files that are wanted.

    Several boxes give one mask file, their union. InputError for a bad box, picture or
    model.
    """
    _check_names(wanted)
    corners = [_parse_box(box) for box in boxes]
    pixels = _read_picture(picture)
    answers = _ask_model(model, pixels, corners)

    # One picture cannot hold masks that overlap, so the files hold the union.
    union = np.logical_or.reduce([answer.mask for answer in answers])
    if wanted.output is not None:
        write_bytes(UPath(wanted.output), images.encode_mask(union))
    if wanted.overlay is not None:
        write_bytes(UPath(wanted.overlay), _paint_overlay(pixels, union, corners))

    return [
        _describe(answer, box, wanted)
        for answer, box in zip(answers, corners, strict=True)
    ]


def text(found: list[SegmentedBox]) -> str:
    """A line for each box: how sure its mask is. Empty if the model cannot tell."""
    lines = []
    for each in found:
        if each.expected_iou is not None:
            corners = ",".join(f"{corner:g}" for corner in each.box)
            lines.append(
                f"box {corners}: {each.area:,} px, expected IoU {each.expected_iou:.2f}"
            )
    return "\n".join(lines)


def _check_names(wanted: Wanted) -> None:
    for path in (wanted.output, wanted.overlay):
        if path is not None and path.suffix.lower() != ".png":
            raise InputError(
                f"{path}: a picture is written as PNG; give a name that ends in .png"
            )


def _parse_box(text: str) -> Corners:
    """The corners in `x0,y0,x1,y1`. InputError if it is something else.

    Whole numbers become int, because they are printed again.
    """
    try:
        numbers = [float(number) for number in text.split(",")]
        x0, y0, x1, y1 = (_whole_if_possible(number) for number in numbers)
    except ValueError:
        raise InputError(f"box {text!r}: give four numbers x0,y0,x1,y1 in px") from None
    return x0, y0, x1, y1


def _whole_if_possible(number: float) -> float:
    if number.is_integer():
        return int(number)
    return number


def _read_picture(picture: Path) -> Pixels:
    try:
        return images.decode(picture.read_bytes(), Limits().image_pixels)
    except OSError as error:
        raise InputError(f"{picture}: {error.strerror or error}") from None
    except Refusal as refusal:
        raise InputError(f"{picture}: {refusal.detail}") from None


def _ask_model(model: str, pixels: Pixels, corners: list[Corners]) -> "list[Answer]":
    """The answer to each box. A warning of the model becomes a note on standard error."""
    segmenter = load_segmenter(model, partial(typer.echo, err=True))
    return segmenter.segment_with_confidence(pixels, corners)


def _describe(answer: "Answer", box: Corners, wanted: Wanted) -> SegmentedBox:
    mask = answer.mask
    height, width = mask.shape
    expected_iou = answer.expected_iou
    if expected_iou is not None:
        expected_iou = round(expected_iou, 3)
    result = SegmentedBox(box, int(mask.sum()), expected_iou)
    if wanted.run_lengths:
        counts = run_lengths.compress(masks.encode(mask))
        result.segmentation = CompressedMask((height, width), counts)
    if wanted.polygons:
        result.polygon = to_polygons(mask).rings
    simple = wanted.simple_polygons
    if simple is not None:
        regions = simplify(mask, simple.tolerance, simple.min_area)
        result.polygons = coco_rings(regions)
    return result


def _paint_overlay(pixels: Pixels, mask: Mask, corners: list[Corners]) -> bytes:
    """The picture with the mask and the drawn boxes on it, as a PNG file."""
    canvas = pixels.copy()
    line = max(1, round(max(pixels.shape[:2]) / 500))
    tint(canvas, mask, MASK_COLOUR, 0.45)
    outline(canvas, mask, MASK_COLOUR, line)

    # A box far outside the picture may hold numbers that no int can.
    limit = max(pixels.shape) + line
    for x0, y0, x1, y1 in np.clip(corners, -line, limit).tolist():
        paint_box(
            canvas,
            Box(floor(x0), floor(y0), ceil(x1), ceil(y1)),
            DRAWN_BOX_COLOUR,
            line,
        )
    return encode_png(canvas)
