"""The picture of a trace: the object on its whole image and close, with boxes."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from upath import UPath

from curate.errors import InputError
from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.pixels.overlays import Colour, outline, resize_mask, resize_picture, tint
from curate.reasons import Refusal
from curate.records import Box
from curate.storage import write_bytes
from curate.trace import Row
from pipelines.verbs.overlays import (
    DRAWN_BOX_COLOUR,
    MASK_COLOUR,
    encode_png,
    paint_box,
)

_BOX_COLOURS: dict[str, Colour] = {
    "box": (255, 255, 255),
    "drawn box": DRAWN_BOX_COLOUR,
    "window": (64, 208, 255),
    "crop": (128, 255, 96),
}
_BACKGROUND: Colour = (24, 24, 28)
_WHOLE_SIDE = 900  # px of the longer side of the panel with the whole image
_CLOSE_SIDE = 600  # px of the longer side of the panel with the object
_LARGEST_WHOLE_SCALE = 4.0
_LARGEST_CLOSE_SCALE = 8.0
_GAP = 8  # px between the panels
_LEGEND_HEIGHT = 48  # px
_LEGEND_WIDTH = 520  # px that the legend needs at least


def paint_trace(row: Row, target: Path, max_pixels: int) -> None:
    """Paint the object of a stage's row, and write it as PNG.

    InputError if its image cannot be read any more, or has changed.
    """
    pixels = _read_image(row, max_pixels)
    height, width, _ = pixels.shape
    runs = run_lengths.parse(row["counts"], height, width)
    mask = masks.decode(runs)
    boxes = _boxes_of(row)

    whole = Box(0, 0, width, height)
    scale = _fitting(whole, _WHOLE_SIDE, _LARGEST_WHOLE_SCALE)
    whole_panel = _paint_panel(pixels, mask, boxes, whole, scale)

    around = boxes.get("crop", boxes["box"])
    close = _with_margin(around, height, width)
    scale = _fitting(close, _CLOSE_SIDE, _LARGEST_CLOSE_SCALE)
    close_panel = _paint_panel(pixels, mask, boxes, close, scale)

    picture = _place_side_by_side([whole_panel, close_panel])
    title = f"{row['object_id']}  {row['label']}  {row.get('concept', '')}"
    _write_legend(picture, list(boxes), title)
    write_bytes(UPath(target), encode_png(np.asarray(picture)))


def _fitting(region: Box, side: int, largest: float) -> float:
    """The scale at which the longer side of a region has `side` px; `largest` at most."""
    longer = max(region.width, region.height)
    return min(largest, side / longer)


def _read_image(row: Row, max_pixels: int) -> Pixels:
    file = row["image_file"]
    try:
        pixels = images.decode(UPath(file).read_bytes(), max_pixels)
    except (OSError, Refusal) as error:
        raise InputError(f"{file}: cannot be read any more ({error})") from None
    if pixels.shape[:2] != (row["image_height"], row["image_width"]):
        raise InputError(f"{file}: has changed since it was ingested")
    return pixels


def _boxes_of(row: Row) -> dict[str, Box]:
    """The boxes that the stages have made so far, in the image's frame."""
    boxes = {"box": _box(row, "box")}
    if "crop_x0" in row:
        # The stage shard keeps drawn box and window in the frame of the crop.
        crop = _box(row, "crop")
        drawn = _box(row, "drawn")
        window = _box(row, "window")
        boxes["drawn box"] = _shift(drawn, crop.x0, crop.y0)
        boxes["window"] = _shift(window, crop.x0, crop.y0)
        boxes["crop"] = crop
    return boxes


def _box(row: Row, name: str) -> Box:
    return Box(
        x0=row[f"{name}_x0"],
        y0=row[f"{name}_y0"],
        x1=row[f"{name}_x1"],
        y1=row[f"{name}_y1"],
    )


def _shift(box: Box, x: int, y: int) -> Box:
    return Box(
        x0=box.x0 + x,
        y0=box.y0 + y,
        x1=box.x1 + x,
        y1=box.y1 + y,
    )


def _with_margin(box: Box, height: int, width: int) -> Box:
    """The box and some of what is around it, inside an image of height × width px."""
    margin = 4 + max(box.width, box.height) // 10
    return Box(
        max(0, box.x0 - margin),
        max(0, box.y0 - margin),
        min(width, box.x1 + margin),
        min(height, box.y1 + margin),
    )


def _paint_panel(
    pixels: Pixels, mask: Mask, boxes: dict[str, Box], region: Box, scale: float
) -> Pixels:
    """A region of the image, scaled, with the mask and the boxes on it."""
    x0, y0, x1, y1 = region
    picture = resize_picture(pixels[y0:y1, x0:x1], scale)
    inside = resize_mask(mask[y0:y1, x0:x1], *picture.shape[:2])
    line = 2
    if scale <= 1:
        line = 1
    tint(picture, inside, MASK_COLOUR, 0.3)
    outline(picture, inside, MASK_COLOUR, line)

    for name, box in boxes.items():
        placed = _scale(_shift(box, -x0, -y0), scale)
        paint_box(picture, placed, _BOX_COLOURS[name], line=2)
    return picture


def _scale(box: Box, scale: float) -> Box:
    """A box at another size. Its far sides are rounded from its last pixels."""
    return Box(
        round(box.x0 * scale),
        round(box.y0 * scale),
        round(box.x1 * scale - 1) + 1,
        round(box.y1 * scale - 1) + 1,
    )


def _place_side_by_side(panels: list[Pixels]) -> Image.Image:
    """The panels in a row, with room for the legend below."""
    widths = [panel.shape[1] for panel in panels]
    heights = [panel.shape[0] for panel in panels]
    gaps = _GAP * (len(panels) - 1)
    width = max(sum(widths) + gaps, _LEGEND_WIDTH)
    height = max(heights) + _LEGEND_HEIGHT

    whole = Image.new("RGB", (width, height), _BACKGROUND)
    left = 0
    for panel in panels:
        whole.paste(Image.fromarray(panel), (left, 0))
        left += panel.shape[1] + _GAP
    return whole


def _write_legend(picture: Image.Image, boxes: list[str], title: str) -> None:
    """Write the title and the names of the colours below the panels."""
    font = ImageFont.load_default(14)
    pen = ImageDraw.Draw(picture)
    top = picture.height - _LEGEND_HEIGHT

    # The default font has no other letters than these.
    ascii_title = title.encode("ascii", "backslashreplace").decode()
    pen.text((8, top + 5), ascii_title, fill="white", font=font)

    colours = {"mask": MASK_COLOUR}
    for name in boxes:
        colours[name] = _BOX_COLOURS[name]
    # A small frame in each colour, with the name on its right.
    left = 8
    for name, colour in colours.items():
        frame = (left, top + 30, left + 12, top + 40)
        pen.rectangle(frame, outline=colour, width=3)
        pen.text((left + 18, top + 26), name, fill="white", font=font)
        name_width = round(pen.textlength(name, font=font))
        left += 36 + name_width
