"""`segment`: the mask of what stands in a box, as a picture, as run-lengths or as outlines."""

import warnings
from io import BytesIO
from math import ceil, floor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import typer
from PIL import Image
from upath import UPath

from curate.errors import InputError
from curate.limits import Limits
from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from curate.reasons import Refusal
from curate.storage import write_bytes

_TINT = np.array([255, 64, 160])
Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1 as given, px."""


def segment(
    picture: Path,
    boxes: list[str],
    model: str,
    output: Path | None,
    overlay: Path | None,
    *,
    rle: bool,
    polygon: bool,
) -> list[dict[str, Any]]:
    """Segment each box and write what is asked for; box and area of each, with run-lengths and outlines if wished.

    Several boxes give one mask picture, their union. InputError for a bad box, picture or model.
    """
    _check_pictures(output, overlay)
    corners = [_corners(box) for box in boxes]
    pixels = _read(picture)
    found = _answers(model, pixels, corners)
    union = np.logical_or.reduce(found)
    if output is not None:
        write_bytes(UPath(output), images.encode_mask(union))
    if overlay is not None:
        write_bytes(UPath(overlay), _drawn(pixels, union, corners))
    return [
        _printed(mask, box, rle=rle, polygon=polygon)
        for mask, box in zip(found, corners, strict=True)
    ]


def _check_pictures(*written: Path | None) -> None:
    for path in written:
        if path is not None and path.suffix.lower() != ".png":
            raise InputError(
                f"{path}: a mask or overlay is written as PNG; give a name that ends in .png"
            )


def _corners(box: str) -> Corners:
    try:
        numbers = (float(number) for number in box.split(","))
        x0, y0, x1, y1 = (int(number) if number.is_integer() else number for number in numbers)
    except ValueError:
        raise InputError(f"box {box!r}: four numbers are due: x0,y0,x1,y1 in px") from None
    return x0, y0, x1, y1


def _answers(model: str, pixels: Pixels, corners: list[Corners]) -> list[Mask]:
    """The mask of each box; what the model warns of is told on the error output."""
    from model.predict import Segmenter

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        segmenter = Segmenter.load(model)
    for each in told:
        if each.category is UserWarning:
            typer.echo(f"note: {each.message}", err=True)
    return segmenter.segment(pixels, corners)


def _read(picture: Path) -> Pixels:
    try:
        return images.decode(picture.read_bytes(), Limits().image_pixels)
    except OSError as error:
        raise InputError(f"{picture}: {error.strerror or error}") from None
    except Refusal as refusal:
        raise InputError(f"{picture}: {refusal.detail}") from None


def _printed(mask: Mask, box: Corners, *, rle: bool, polygon: bool) -> dict[str, Any]:
    height, width = mask.shape
    result: dict[str, Any] = {"box": list(box), "area": int(mask.sum())}
    if rle:
        counts = run_lengths.compress(masks.encode(mask))
        result["segmentation"] = {"size": [height, width], "counts": counts}
    if polygon:
        result["polygon"] = to_polygons(mask).rings
    return result


def _drawn(pixels: Pixels, mask: Mask, boxes: list[Corners]) -> bytes:
    canvas = pixels.copy()
    canvas[mask] = (0.55 * canvas[mask] + 0.45 * _TINT).astype(np.uint8)
    width = max(1, round(max(pixels.shape[:2]) / 500))
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(canvas, contours, -1, _TINT.tolist(), width)
    for x0, y0, x1, y1 in np.clip(boxes, -width, max(pixels.shape) + width):
        cv2.rectangle(
            canvas, (floor(x0), floor(y0)), (ceil(x1) - 1, ceil(y1) - 1), (255, 208, 0), width
        )
    file = BytesIO()
    Image.fromarray(canvas).save(file, "PNG")
    return file.getvalue()
