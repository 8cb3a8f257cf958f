"""`trace`: an object's way as text and as a picture."""

from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from upath import UPath

from curate import images, masks
from curate.documents import InputError
from curate.reasons import Reason, Refusal
from curate.records import Box
from curate.settings import Settings
from curate.storage import write_bytes
from curate.trace import Step, last_row, trace

_LONG = ("counts",)  # columns that say nothing to a reader
_PLACE = ("export", "image_path", "annotation_key")
_SIDES = ("x0", "y0", "x1", "y1")
_COLOURS = {
    "mask": (255, 64, 160),
    "box": (255, 255, 255),
    "drawn box": (255, 208, 0),
    "window": (64, 208, 255),
    "crop": (128, 255, 96),
}
_SIDE = 1400  # px of the picture's longer side, at most


def find(settings: Settings, object_id: str, picture: Path | None) -> list[Step]:
    """The steps of an object, drawn to `picture` where one is due."""
    steps = trace(UPath(settings.build), object_id)
    if picture is not None:
        draw(steps, picture, settings.limits.image_pixels)
    return steps


def plain(steps: list[Step]) -> list[dict[str, Any]]:
    """The steps as JSON holds them."""
    return [
        {
            "stage": step.stage,
            "part": step.part,
            "goes_on": step.row is not None,
            "drops": step.drops,
            "adds": step.added,
        }
        for step in steps
    ]


def text(steps: list[Step], picture: Path | None) -> str:
    """The steps for a reader: what each stage made of the object, and the reason where it ends."""
    meanings = {reason.value: reason.meaning for reason in Reason}
    lines = []
    for step in steps:
        fate = "goes on" if step.row is not None else "dropped"
        lines.append(f"{step.stage:<8} {fate:<9} {step.part}")
        lines += [f"    {name:<18} {_shown(value)}" for name, value in _grouped(step.added).items()]
        for drop in step.drops:
            meaning = meanings[drop["reason"]]
            lines.append(f"    {drop['reason']}: {meaning}\n    {drop['detail']}")
            if step.row is None:
                lines.append("    " + ", ".join(f"{name} {drop[name] or '?'}" for name in _PLACE))
    if picture is not None:
        lines.append(f"picture: {picture}")
    return "\n".join(lines)


def draw(steps: list[Step], target: Path, max_pixels: int) -> None:
    """Draw the object on its image: mask, box, drawn box, window and crop. InputError where it has no mask."""
    row = last_row(steps)
    if row is None:
        drop = steps[-1].drops[0]
        raise InputError(f"{drop['object_id']} was dropped as {drop['reason']} before it had a mask: nothing to draw")
    try:
        pixels = images.decode(UPath(row["image_file"]).read_bytes(), max_pixels)
    except (OSError, Refusal) as error:
        raise InputError(f"{row['image_file']}: cannot be read any more ({error})") from None
    scale = min(4.0, _SIDE / max(pixels.shape[:2]))
    canvas = _scaled(pixels, scale)
    _outline(canvas, row, scale)
    picture = Image.fromarray(canvas)
    frames = _frames(row)
    pen = ImageDraw.Draw(picture)
    for name, box in frames.items():
        corners = [round(side * scale) for side in box]
        pen.rectangle((corners[0], corners[1], corners[2] - 1, corners[3] - 1), outline=_COLOURS[name], width=2)
    file = BytesIO()
    _with_legend(picture, ["mask", *frames], f"{row['object_id']}  {row['label']}  {row.get('concept', '')}").save(
        file, "PNG"
    )
    write_bytes(UPath(target), file.getvalue())


def _frames(row: dict[str, Any]) -> dict[str, Box]:
    """The rectangles of the object that its stages have made so far, in the image's frame."""
    found = {"box": _box(row, "box", 0, 0)}
    if "crop_x0" in row:
        x, y = row["crop_x0"], row["crop_y0"]
        found |= {
            "drawn box": _box(row, "drawn", x, y),
            "window": _box(row, "window", x, y),
            "crop": _box(row, "crop", 0, 0),
        }
    return found


def _box(row: dict[str, Any], name: str, x: int, y: int) -> Box:
    x0, y0, x1, y1 = (row[f"{name}_{side}"] for side in _SIDES)
    return x0 + x, y0 + y, x1 + x, y1 + y


def _scaled(pixels: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    return np.ascontiguousarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _outline(canvas: NDArray[np.uint8], row: dict[str, Any], scale: float) -> None:
    height, width = row["image_height"], row["image_width"]
    counts = masks.parse_counts(row["counts"], height, width)
    mask = masks.decode_window(counts, height, width, (0, 0, width, height)).astype(np.uint8)
    large = cv2.resize(mask, canvas.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    inside = large.astype(bool)
    canvas[inside] = (0.65 * canvas[inside] + 0.35 * np.array(_COLOURS["mask"])).astype(np.uint8)
    contours, _ = cv2.findContours(large, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(canvas, contours, -1, _COLOURS["mask"], 2 if scale > 0.5 else 1)


def _with_legend(picture: Image.Image, names: list[str], title: str) -> Image.Image:
    font = ImageFont.load_default(14)
    whole = Image.new("RGB", (max(picture.width, 520), picture.height + 48), (24, 24, 28))
    whole.paste(picture)
    pen = ImageDraw.Draw(whole)
    pen.text((8, picture.height + 5), title.encode("ascii", "backslashreplace").decode(), fill="white", font=font)
    left = 8
    for name in names:
        pen.rectangle((left, picture.height + 30, left + 12, picture.height + 40), outline=_COLOURS[name], width=3)
        pen.text((left + 18, picture.height + 26), name, fill="white", font=font)
        left += 36 + round(pen.textlength(name, font=font))
    return whole


def _grouped(added: dict[str, Any]) -> dict[str, Any]:
    """Columns as lines: the four sides of a box in one, without what says nothing to a reader."""
    shown = {name: value for name, value in added.items() if name not in _LONG and value not in (None, "", [])}
    for name in [name.removesuffix("_x0") for name in shown if name.endswith("_x0")]:
        sides = [shown.pop(f"{name}_{side}", None) for side in _SIDES]
        shown[name] = " ".join(str(side) for side in sides)
    return shown


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(f"{item[0]}={item[1]}" if isinstance(item, tuple) else str(item) for item in value)
    return str(value)
