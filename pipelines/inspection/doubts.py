"""What all masks of an export show together, and no mask alone: that they may mean something else.

A single mask that fills its box may well be of a window; hundreds of them are boxes. Nothing is
changed, as nothing here is sure.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_FEWEST = 20  # objects that say something of an export
_MOST_ARE = 0.9  # share of them
_LEAST_SIDE = 8  # px; what is smaller fills its box by chance
_PERCENT = 100
_NEARLY = 90  # of 100, which some of many objects reach
_LARGE = 200  # px; a picture of which 100 px are a corner

_Columns = dict[str, NDArray[np.int64]]


def doubts(segments: pa.Table) -> list[str]:
    """What to look at before the masks are believed, in words. `segments`: of ingest."""
    names = ("box_x0", "box_y0", "box_x1", "box_y1", "area")
    sizes = ("image_height", "image_width")
    columns = {name: segments[name].to_numpy() for name in (*names, *sizes)}
    return [*_boxes(columns), *_percent(columns)]


def _boxes(columns: _Columns) -> Iterator[str]:
    """Whether most masks are rectangles from side to side of their box."""
    widths = columns["box_x1"] - columns["box_x0"]
    heights = columns["box_y1"] - columns["box_y0"]
    is_large = np.minimum(widths, heights) >= _LEAST_SIDE
    fills_box = is_large & (columns["area"] == widths * heights)
    large = int(is_large.sum())
    filled = int(fills_box.sum())
    if large >= _FEWEST and filled >= _MOST_ARE * large:
        yield (
            f"{filled:,} of {large:,} masks fill their box from side to side: "
            "boxes may have been written as outlines"
        )


def _percent(columns: _Columns) -> Iterator[str]:
    """Whether all objects are in the first 100 px of pictures that are larger."""
    ends = np.maximum(columns["box_x1"], columns["box_y1"])
    smallest = np.minimum(columns["image_height"], columns["image_width"])
    if ends.size < _FEWEST or smallest.min() < _LARGE:
        return
    if _NEARLY <= ends.max() <= _PERCENT:
        yield (
            f"all {ends.size:,} objects are in the upper left 100 x 100 px of their pictures: "
            "coordinates may be percent"
        )
