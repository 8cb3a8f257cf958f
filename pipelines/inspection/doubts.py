"""What all masks of an export show together, and no mask alone: that they may mean something else.

A single mask that fills its box may well be of a window; hundreds of them are boxes. Nothing is
changed, as nothing here is sure.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_FEWEST = 20  # objects that say something of an export
_MOST_ARE = 0.9  # share of them
_LEAST_SIDE = 8  # px; what is smaller fills its box by chance
_FEWEST_INVERTED = 3  # objects; each of them fills most of a picture
_PERCENT = 100
_NEARLY = 90  # of 100, which some of many objects reach
_LARGE = 200  # px; a picture of which 100 px are a corner

_READS = (
    "box_x0",
    "box_y0",
    "box_x1",
    "box_y1",
    "area",
    "image_height",
    "image_width",
)
_Columns = dict[str, NDArray[np.int64]]


def doubts(segments: pa.Table) -> list[str]:
    """What to look at before the masks are believed, in words. `segments`: of ingest."""
    columns: _Columns = {}
    for name in _READS:
        columns[name] = segments[name].to_numpy()
    found = [_boxes(columns), _percent(columns), _inverted(columns)]
    return [doubt for doubt in found if doubt]


def _boxes(columns: _Columns) -> str:
    """Whether most masks are rectangles from side to side of their box; "" if not."""
    widths = columns["box_x1"] - columns["box_x0"]
    heights = columns["box_y1"] - columns["box_y0"]
    shorter = np.minimum(widths, heights)
    is_large = shorter >= _LEAST_SIDE
    is_full = columns["area"] == widths * heights
    large = int(is_large.sum())
    filled = int((is_large & is_full).sum())

    if large < _FEWEST or filled < _MOST_ARE * large:
        return ""
    share = f"{filled:,} of {large:,} masks fill their box from side to side"
    return f"{share}: boxes may have been written as outlines"


def _percent(columns: _Columns) -> str:
    """Whether all objects are in the first 100 px of pictures that are larger; "" if not."""
    ends = np.maximum(columns["box_x1"], columns["box_y1"])
    sides = np.minimum(columns["image_height"], columns["image_width"])
    if ends.size < _FEWEST or sides.min() < _LARGE:
        return ""

    last = int(ends.max())
    if last < _NEARLY or last > _PERCENT:
        return ""
    place = "in the upper left 100 x 100 px of their pictures"
    return f"all {ends.size:,} objects are {place}: coordinates may be percent"


def _inverted(columns: _Columns) -> str:
    """Whether all masks reach all sides of their pictures and fill most of them; "" if not."""
    starts = np.maximum(columns["box_x0"], columns["box_y0"])
    ends_right = columns["box_x1"] == columns["image_width"]
    ends_below = columns["box_y1"] == columns["image_height"]
    pixels = columns["image_height"] * columns["image_width"]
    reaches_all_sides = (starts == 0) & ends_right & ends_below
    is_most = 2 * columns["area"] > pixels
    is_whole = columns["area"] == pixels
    if starts.size < _FEWEST_INVERTED or is_whole.all():
        return ""
    if not np.all(reaches_all_sides & is_most):
        return ""
    masks = f"all {starts.size:,} masks reach all sides of their pictures"
    return (
        f"{masks} and fill most of them: objects may be black on white, which "
        "option classes says: {object: 0, background: 255}"
    )
