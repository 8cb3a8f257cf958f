"""The box that an annotator would draw, and the window that the model sees.

Each side of the object's box moves out by its own slack: the drawn box. Each side of
that moves out by its own padding: the window. Both are clipped to the image. All
randomness is a pure function of object_id (what the shards store, and evaluation uses),
or of object_id and epoch (what training samples anew).

Slack is a share of the box's own width (left, right) or height (top, bottom). Padding
is a share of the drawn box's, because who asks the model knows nothing else. Shares
become whole px by rounding. All of it grows with the shares, so the crop of the largest
shares holds every window that can come out.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate import seeded
from curate.curation_settings import CropSettings
from curate.records import Box

Boxes = NDArray[np.int32]
"""(n, 4) int32: x0, y0, x1, y1 in px, half-open."""

Sizes = NDArray[np.integer]
"""(n,) whole px."""

Shares = NDArray[np.float64]
"""(n, 4): left, top, right, bottom, as shares of a box's sides."""

SIZES = ("small", "medium", "large")
"""Names of the sizes of boxes."""

# Box areas, px, where medium and large begin, as COCO has it.
_SIZE_AREAS = (32**2, 96**2)
_COORDINATES = ("x0", "y0", "x1", "y1")
_OUTWARDS = np.array([-1, -1, 1, 1])  # the way out of a box at each coordinate


def random_windows(
    object_ids: Sequence[str],
    boxes: Boxes,
    heights: Sizes,
    widths: Sizes,
    crop: CropSettings,
    epoch: int | None = None,
) -> tuple[Boxes, Boxes]:
    """Drawn boxes and windows of n objects, (n, 4) int32 each, in the image's frame.

    `boxes`: (n, 4) inside images of `heights` × `widths` px. `epoch`: None for the
    stored default.
    """
    keys = seeded.object_keys(object_ids)
    if epoch is not None:
        keys = seeded.branch(keys, epoch)
    of_slack, of_padding = np.hsplit(seeded.uniform(keys, 8), 2)
    slack = _between(crop.slack, of_slack)
    padding = _between(crop.padding, of_padding)

    drawn = grow(boxes, slack, 0, heights, widths)
    window = grow(
        drawn,
        padding,
        crop.min_padding_px,
        heights,
        widths,
    )
    return drawn, window


def largest(
    boxes: Boxes,
    heights: Sizes,
    widths: Sizes,
    crop: CropSettings,
) -> Boxes:
    """The crops that hold every window that can come out, in the images: (n, 4)."""
    slack = np.full(boxes.shape, crop.slack[1])
    padding = np.full(boxes.shape, crop.padding[1])
    drawn = grow(boxes, slack, 0, heights, widths)
    return grow(
        drawn,
        padding,
        crop.min_padding_px,
        heights,
        widths,
    )


def grow(
    boxes: Boxes,
    shares: Shares,
    least: int,
    heights: Sizes,
    widths: Sizes,
) -> Boxes:
    """Boxes with each side moved out, clipped to images of `heights` × `widths` px.

    It moves by its share of the box's own width or height, by `least` px at the least.
    """
    # Left and right move by shares of the width, top and bottom by shares of the
    # height.
    sides = np.tile(_lengths(boxes), 2)
    distance = np.rint(shares * sides)
    distance = np.maximum(distance, least)
    moved = boxes + _OUTWARDS * distance.astype(np.int64)

    clipped: Boxes = np.clip(moved, 0, _ends(heights, widths)).astype(np.int32)
    return clipped


def box_columns(table: pa.Table, name: str) -> Boxes:
    """The columns NAME_x0, NAME_y0, NAME_x1 and NAME_y1 of a table, (n, 4) int32."""
    columns = []
    for coordinate in _COORDINATES:
        column = table[f"{name}_{coordinate}"]
        columns.append(column.to_numpy())
    boxes = np.stack(columns, axis=1)
    return boxes.astype(np.int32, copy=False)


def as_array(boxes: Sequence[Box]) -> Boxes:
    """Boxes as one array, (n, 4) int32."""
    return np.array(boxes, np.int32).reshape(-1, 4)


def as_columns(boxes: Boxes, name: str) -> dict[str, pa.Array]:
    """The columns that `box_columns` reads."""
    columns = {}
    for coordinate, values in zip(_COORDINATES, boxes.T, strict=True):
        column = pa.array(values, pa.int32())
        columns[f"{name}_{coordinate}"] = column
    return columns


def sizes(boxes: Boxes) -> NDArray[np.str_]:
    """(n,) one of `SIZES` for each box, by its area."""
    lengths = _lengths(boxes).astype(np.int64)
    areas = lengths.prod(axis=1)
    size = np.digitize(areas, _SIZE_AREAS)
    named: NDArray[np.str_] = np.array(SIZES)[size]
    return named


def shift(boxes: Boxes, origins: Boxes, sign: int) -> Boxes:
    """Boxes moved by the top left corners of `origins`.

    `sign`: 1 from a crop into its image, -1 back.
    """
    corners = np.tile(origins[:, :2], 2)
    moved: Boxes = boxes + sign * corners
    return moved


def check_inside(windows: Boxes, crops: Boxes) -> None:
    """ValueError if a window in its crop leaves it, or is empty. `crops`: in the images."""
    starts, ends = np.hsplit(windows, 2)
    sides = _lengths(crops)
    is_bad = (starts < 0) | (starts >= ends) | (ends > sides)
    bad = np.flatnonzero(is_bad.any(axis=1))
    if len(bad) > 0:
        width, height = sides[bad[0]].tolist()
        window = tuple(windows[bad[0]].tolist())
        raise ValueError(f"window {window} leaves the crop of {width} x {height} px")


def at_edge(boxes: Boxes, heights: Sizes, widths: Sizes) -> NDArray[np.bool_]:
    """(n, 4) whether each side of boxes in images is the image's own edge."""
    is_edge: NDArray[np.bool_] = boxes == _ends(heights, widths) * [0, 0, 1, 1]
    return is_edge


def put_in_crops(table: pa.Table, crops: Boxes, names: Sequence[str]) -> pa.Table:
    """The table with these crops; its boxes of these names, in the images, are in the
    crops now."""
    columns = as_columns(crops, "crop")
    for name in names:
        boxes = box_columns(table, name)
        columns |= as_columns(shift(boxes, crops, -1), name)

    for name, column in columns.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), column)
    return table


def _ends(heights: Sizes, widths: Sizes) -> NDArray[np.integer]:
    """(n, 4) width, height, width and height of each image."""
    image = np.stack([widths, heights], axis=1)
    return np.tile(image, 2)


def _lengths(boxes: Boxes) -> NDArray[np.int32]:
    """(n, 2) width and height of each box."""
    starts, ends = np.hsplit(boxes, 2)
    return ends - starts


def _between(bounds: tuple[float, float], uniform: Shares) -> Shares:
    """Numbers in [0, 1) stretched over the range between two bounds."""
    low, high = bounds
    return low + (high - low) * uniform
