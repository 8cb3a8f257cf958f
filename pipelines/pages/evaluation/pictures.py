"""The pictures of the evaluation page: what the model saw of a case, and its error drawn on the pixels."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

from curate.pixels.images import Pixels, decode_crop, decode_mask_png
from curate.pixels.masks import Mask
from pipelines.pages.page import data_uri

_SIDE = 340  # px of the longer side: twice what the page shows, for fine screens
_QUALITY = 72
_PIXELS_SHOW = 2  # times enlarged: from here on px are shown as squares

# Blue and orange stay apart for all kinds of colour vision, and one is darker than the other.
_EXTRA, _MISSED, _BOX, _DARK, _LINE = (
    np.array(colour)
    for colour in ((255, 159, 28), (24, 104, 224), (255, 255, 255), (16, 18, 22), (255, 236, 120))
)


class CasePictures(NamedTuple):
    """Data URIs of a case: the window with the true outline, and the model's answer with its error."""

    seen: str
    error: str


def case_pictures(case: Mapping[str, Any]) -> CasePictures:
    """Draw a row of cases.parquet; both pictures bear the drawn box."""
    pixels = decode_crop(case["image"])
    true, predicted = decode_mask_png(case["true"]), decode_mask_png(case["predicted"])
    scale = _SIDE / max(true.shape)
    size = max(1, round(true.shape[1] * scale)), max(1, round(true.shape[0] * scale))
    method = (
        cv2.INTER_AREA
        if scale < 1
        else cv2.INTER_NEAREST
        if scale >= _PIXELS_SHOW
        else cv2.INTER_LINEAR
    )
    seen: Pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
    true, predicted = (_enlarged(mask, size) for mask in (true, predicted))
    box = [round(case[f"drawn_{side}"] * scale) for side in ("x0", "y0", "x1", "y1")]
    error = _error(seen, true, predicted)
    _outline(seen, true)
    for picture in (seen, error):
        _dashed_box(picture, box)
    return CasePictures(*(data_uri(_encoded(picture)) for picture in (seen, error)))


def _enlarged(mask: Mask, size: tuple[int, int]) -> Mask:
    scaled: Mask = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return scaled


def _error(seen: Pixels, true: Mask, predicted: Mask) -> Pixels:
    """Greyed px; what the model gave too much and what it missed in colours, what is right with an outline."""
    grey = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)[..., None]
    canvas = (0.75 * grey + 40).repeat(3, axis=2)
    for wrong, colour in ((predicted & ~true, _EXTRA), (true & ~predicted, _MISSED)):
        canvas[wrong] = 0.3 * canvas[wrong] + 0.7 * colour
    picture = np.ascontiguousarray(canvas.clip(0, 255).astype(np.uint8))
    _outline(picture, true & predicted)
    return picture


def _outline(picture: Pixels, mask: Mask) -> None:
    lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for colour, thickness in ((_DARK, 4), (_LINE, 2)):
        cv2.drawContours(picture, lines, -1, colour.tolist(), thickness, cv2.LINE_AA)


def _dashed_box(picture: Pixels, box: list[int]) -> None:
    height, width = picture.shape[:2]
    left, top = (
        min(max(each, 1), limit - 2) for each, limit in zip(box[:2], (width, height), strict=True)
    )
    right, bottom = (
        min(max(each - 1, 1), limit - 2)
        for each, limit in zip(box[2:], (width, height), strict=True)
    )
    cv2.rectangle(picture, (left, top), (right, bottom), _DARK.tolist(), 2)
    for first in range(left, right, 14):
        for y in (top, bottom):
            cv2.line(picture, (first, y), (min(first + 7, right), y), _BOX.tolist(), 2)
    for first in range(top, bottom, 14):
        for x in (left, right):
            cv2.line(picture, (x, first), (x, min(first + 7, bottom)), _BOX.tolist(), 2)


def _encoded(picture: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, "WEBP", quality=_QUALITY, method=4)
    return file.getvalue()
