"""The pictures of the evaluation page: what the model saw, and its errors."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from curate.pixels import overlays
from curate.pixels.images import Pixels, decode_crop, decode_mask_png
from curate.pixels.masks import Mask
from curate.pixels.overlays import DARK, YELLOW, Colour
from curate.records import Box
from model.evaluation.report import Case
from pipelines.pages.page import picture_uri

_SIDE = 340  # px of the longer side: twice what the page shows, for fine screens
_QUALITY = 72

# Blue and orange stay apart for all kinds of colour vision, and one is darker.
_EXTRA: Colour = (255, 159, 28)
_MISSED: Colour = (24, 104, 224)
_ERROR_SHARE = 0.7
_WHITE: Colour = (255, 255, 255)

# An answer is shown on a paler grey picture, so that nothing of it looks like an error.
_GREY_CONTRAST = 0.75
_GREY_LEVEL = 40

_DASH = 7  # px, of a dash and of the gap after it
_LINE_WIDTH = 2  # px


@dataclass(frozen=True, slots=True)
class CasePictures:
    """Data URIs of a case."""

    seen: str
    """The window with the drawn box and the true outline."""

    errors: str
    """The model's answer: what is right, too much and missed."""


def paint_case(case: Case) -> CasePictures:
    """Paint both pictures of a case; both have the drawn box."""
    pixels = decode_crop(case.image)
    longer = max(pixels.shape[:2])
    scale = _SIDE / longer
    seen = overlays.resize_picture(pixels, scale)
    height, width, _ = seen.shape
    true = overlays.resize_mask(decode_mask_png(case.true), height, width)
    answer = decode_mask_png(case.predicted)
    predicted = overlays.resize_mask(answer, height, width)
    box = Box(
        round(case.drawn_x0 * scale),
        round(case.drawn_y0 * scale),
        round(case.drawn_x1 * scale),
        round(case.drawn_y1 * scale),
    )

    errors = _paint_errors(seen, true, predicted)
    overlays.outline(seen, true, YELLOW, halo=True)
    _paint_dashed_box(seen, box)
    _paint_dashed_box(errors, box)
    return CasePictures(
        seen=picture_uri(seen, _QUALITY),
        errors=picture_uri(errors, _QUALITY),
    )


def _paint_errors(pixels: Pixels, true: Mask, predicted: Mask) -> Pixels:
    """A grey picture with errors in colours, and the outline of what is right."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    levels = _GREY_CONTRAST * grey + _GREY_LEVEL
    pale = levels.clip(0, 255).astype(np.uint8)
    picture: Pixels = pale[..., None].repeat(3, axis=2)

    extra = predicted & ~true
    missed = true & ~predicted
    right = true & predicted
    overlays.tint(picture, extra, _EXTRA, _ERROR_SHARE)
    overlays.tint(picture, missed, _MISSED, _ERROR_SHARE)
    overlays.outline(picture, right, YELLOW, halo=True)
    return picture


def _paint_dashed_box(picture: Pixels, box: Box) -> None:
    """Paint a box in white dashes on a dark line, in place, inside the picture."""
    height, width = picture.shape[:2]
    left = _inside(box.x0, width)
    right = _inside(box.x1 - 1, width)
    top = _inside(box.y0, height)
    bottom = _inside(box.y1 - 1, height)
    cv2.rectangle(picture, (left, top), (right, bottom), DARK, _LINE_WIDTH)

    for start, end in _dashes(left, right):
        _paint_dash(picture, (start, top), (end, top))
        _paint_dash(picture, (start, bottom), (end, bottom))
    for start, end in _dashes(top, bottom):
        _paint_dash(picture, (left, start), (left, end))
        _paint_dash(picture, (right, start), (right, end))


def _inside(place: int, length: int) -> int:
    """A place in a row of px that leaves room for the line's width at both ends."""
    return min(max(place, 1), length - 2)


def _dashes(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Where each dash of a line starts and ends."""
    for start in range(first, last, 2 * _DASH):
        end = min(start + _DASH, last)
        yield start, end


def _paint_dash(picture: Pixels, start: tuple[int, int], end: tuple[int, int]) -> None:
    cv2.line(picture, start, end, _WHITE, _LINE_WIDTH)
