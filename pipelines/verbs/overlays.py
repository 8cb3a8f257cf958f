"""The picture of a trace: the object on its image, and close, with the rectangles that the stages made around it."""

from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from upath import UPath

from curate.errors import InputError
from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.reasons import Refusal
from curate.records import Box
from curate.storage import write_bytes

_SIDES = ("x0", "y0", "x1", "y1")
_MASK = (255, 64, 160)
_COLOURS = {
    "box": (255, 255, 255),
    "drawn box": (255, 208, 0),
    "window": (64, 208, 255),
    "crop": (128, 255, 96),
}
_BACKGROUND = (24, 24, 28)
_WHOLE, _CLOSE = 900, 600  # px of a panel's longer side
_LARGEST_ZOOM = 8.0
_LEGEND = 48  # px


class Panel(NamedTuple):
    """A part of the image to show, and how much larger."""

    region: Box
    scale: float


def draw(row: dict[str, Any], target: Path, max_pixels: int) -> None:
    """Draw the object of a stage's row, as PNG. InputError where its image cannot be read any more."""
    try:
        pixels = images.decode(UPath(row["image_file"]).read_bytes(), max_pixels)
    except (OSError, Refusal) as error:
        raise InputError(f"{row['image_file']}: cannot be read any more ({error})") from None
    height, width = pixels.shape[:2]
    if (height, width) != (row["image_height"], row["image_width"]):
        raise InputError(f"{row['image_file']}: has changed since it was ingested")
    counts = run_lengths.parse(row["counts"], height, width)
    mask = masks.decode(counts)
    frames = _frames(row)
    close = _around(frames.get("crop", frames["box"]), height, width)
    panels = [Panel(Box(0, 0, width, height), min(4.0, _WHOLE / max(height, width)))]
    panels.append(
        Panel(close, min(_LARGEST_ZOOM, _CLOSE / max(close[2] - close[0], close[3] - close[1])))
    )
    picture = _beside([_panel(pixels, mask, frames, panel) for panel in panels])
    file = BytesIO()
    _legend(
        picture, list(frames), f"{row['object_id']}  {row['label']}  {row.get('concept', '')}"
    ).save(file, "PNG")
    write_bytes(UPath(target), file.getvalue())


def _frames(row: dict[str, Any]) -> dict[str, Box]:
    """The rectangles that the stages have made so far, in the image's frame."""
    frames = {"box": _box(row, "box", 0, 0)}
    if "crop_x0" in row:
        x, y = row["crop_x0"], row["crop_y0"]
        frames |= {"drawn box": _box(row, "drawn", x, y), "window": _box(row, "window", x, y)}
        frames["crop"] = _box(row, "crop", 0, 0)
    return frames


def _box(row: dict[str, Any], name: str, x: int, y: int) -> Box:
    x0, y0, x1, y1 = (row[f"{name}_{side}"] for side in _SIDES)
    return Box(x0 + x, y0 + y, x1 + x, y1 + y)


def _around(box: Box, height: int, width: int) -> Box:
    x0, y0, x1, y1 = box
    margin = 4 + max(x1 - x0, y1 - y0) // 10
    return Box(
        max(0, x0 - margin),
        max(0, y0 - margin),
        min(width, x1 + margin),
        min(height, y1 + margin),
    )


def _panel(pixels: Pixels, mask: Mask, frames: dict[str, Box], panel: Panel) -> Image.Image:
    (x0, y0, x1, y1), scale = panel
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    size = max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))
    canvas = np.ascontiguousarray(cv2.resize(pixels[y0:y1, x0:x1], size, interpolation=how))
    shape = cv2.resize(mask[y0:y1, x0:x1].astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    inside = shape.astype(bool)
    canvas[inside] = (0.7 * canvas[inside] + 0.3 * np.array(_MASK)).astype(np.uint8)
    contours, _ = cv2.findContours(shape, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(canvas, contours, -1, _MASK, 2 if scale > 1 else 1)
    picture = Image.fromarray(canvas)
    pen = ImageDraw.Draw(picture)
    for name, (left, top, right, bottom) in frames.items():
        corners = [
            (left - x0) * scale,
            (top - y0) * scale,
            (right - x0) * scale - 1,
            (bottom - y0) * scale - 1,
        ]
        pen.rectangle([round(corner) for corner in corners], outline=_COLOURS[name], width=2)
    return picture


def _beside(panels: list[Image.Image]) -> Image.Image:
    width, height = (
        sum(panel.width + 8 for panel in panels) - 8,
        max(panel.height for panel in panels),
    )
    whole = Image.new("RGB", (max(width, 520), height + _LEGEND), _BACKGROUND)
    left = 0
    for panel in panels:
        whole.paste(panel, (left, 0))
        left += panel.width + 8
    return whole


def _legend(picture: Image.Image, names: list[str], title: str) -> Image.Image:
    font = ImageFont.load_default(14)
    pen = ImageDraw.Draw(picture)
    top = picture.height - _LEGEND
    pen.text(
        (8, top + 5), title.encode("ascii", "backslashreplace").decode(), fill="white", font=font
    )
    left = 8
    for name, colour in {"mask": _MASK, **{name: _COLOURS[name] for name in names}}.items():
        pen.rectangle((left, top + 30, left + 12, top + 40), outline=colour, width=3)
        pen.text((left + 18, top + 26), name, fill="white", font=font)
        left += 36 + round(pen.textlength(name, font=font))
    return picture
