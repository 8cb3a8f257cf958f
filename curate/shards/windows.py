"""The box that an annotator would draw around an object, and the window that the model sees.

Each side of the object's box moves out by its own slack: the drawn box. Each side of that moves out by
its own padding: the window. Both are clipped to the image. The draw is a pure function of object_id (what
the shards store and evaluation uses) or of object_id and epoch (what training redraws), see draws.py.

Slack is a share of the box's own width (left, right) or height (top, bottom); padding is a share of the
drawn box's, for that is all that whoever asks the model knows. Shares become whole px by rounding. All of
it grows with the drawn shares, so the crop of the largest shares holds every window that can be drawn.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate import seeded as draws
from curate.settings import CropSettings

Boxes = NDArray[np.int32]
"""(n, 4) int32: x0, y0, x1, y1 in px, half-open."""

Sizes = NDArray[np.integer]
"""(n,) whole px."""

SIZES = ("small", "medium", "large")
_SIZE_AREAS = (32**2, 96**2)  # px of box area where medium and large begin, as COCO has it
_SIDES = ("x0", "y0", "x1", "y1")
_OUTWARDS = np.array([-1, -1, 1, 1])


def random_windows(
    object_ids: Sequence[str],
    boxes: Boxes,
    heights: Sizes,
    widths: Sizes,
    crop: CropSettings,
    epoch: int | None = None,
) -> tuple[Boxes, Boxes]:
    """Drawn boxes and windows of n objects, (n, 4) int32 each, in the image's frame.

    `boxes`: (n, 4) inside images of `heights` × `widths` px. `epoch`: None for the stored default.
    """
    keys = draws.object_keys(object_ids)
    shares = draws.uniform(keys if epoch is None else draws.branch(keys, epoch), 8)
    slack = crop.slack[0] + (crop.slack[1] - crop.slack[0]) * shares[:, :4]
    padding = crop.padding[0] + (crop.padding[1] - crop.padding[0]) * shares[:, 4:]
    drawn = grow(boxes, slack, 0, heights, widths)
    return drawn, grow(drawn, padding, crop.min_padding_px, heights, widths)


def largest(boxes: Boxes, heights: Sizes, widths: Sizes, crop: CropSettings) -> Boxes:
    """The crops that hold every window that can be drawn, (n, 4) int32 in the image's frame."""
    drawn = grow(boxes, np.full(boxes.shape, crop.slack[1]), 0, heights, widths)
    return grow(drawn, np.full(boxes.shape, crop.padding[1]), crop.min_padding_px, heights, widths)


def grow(
    boxes: Boxes, shares: NDArray[np.float64], least: int, heights: Sizes, widths: Sizes
) -> Boxes:
    """Boxes, (n, 4), each side moved out by its share, (n, 4), of the box's own, `least` px at the least; clipped."""
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    moved = boxes + _OUTWARDS * np.maximum(np.rint(shares * sides).astype(np.int64), least)
    ends = np.tile(np.stack([widths, heights], axis=1), 2)
    clipped: Boxes = np.clip(moved, 0, ends).astype(np.int32)
    return clipped


def box_columns(table: pa.Table, name: str) -> Boxes:
    """The columns NAME_x0, NAME_y0, NAME_x1 and NAME_y1 of a table, (n, 4) int32."""
    return np.stack([table[f"{name}_{side}"].to_numpy() for side in _SIDES], axis=1).astype(
        np.int32, copy=False
    )


def sizes(boxes: Boxes) -> NDArray[np.str_]:
    """(n,) one of `SIZES` for each box, by its area."""
    sides = (boxes[:, 2:] - boxes[:, :2]).astype(np.int64)
    named: NDArray[np.str_] = np.array(SIZES)[np.digitize(sides.prod(axis=1), _SIZE_AREAS)]
    return named


def as_columns(boxes: Boxes, name: str) -> dict[str, pa.Array]:
    """The columns that `box_columns` reads."""
    return {f"{name}_{side}": pa.array(boxes[:, at], pa.int32()) for at, side in enumerate(_SIDES)}


def shift(boxes: Boxes, origins: Boxes, sign: int) -> Boxes:
    """Boxes moved by the top left corners of `origins`: sign 1 from a crop into its image, -1 into the crop."""
    moved: Boxes = boxes + sign * np.tile(origins[:, :2], 2)
    return moved
