"""What makes masks doubtful: their shape in their box, and where they lie in their image.

Many masks are tested together on their run-lengths and boxes. For most masks these show that
a flag cannot apply; pixels are read for the others alone.
"""

import numpy as np
from numpy.typing import NDArray

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.many_runs import Measured, Numbers
from curate.pixels.masks import Mask
from curate.pixels.outline_sides import outline_sides
from curate.pixels.run_lengths import RunLengths
from curate.pixels.specks import speckled
from curate.records import Box

_LEAST_FILLED = 20  # a twentieth of its box, as a line of 3 px across a square of 60 px
_HUGGING_SHARE = 0.4  # of the outline; half a disk has a third, a corner half
_GAP_PX = 2  # annotators who mean the image's edge miss it by a px or two
_STRAIGHT_PX = 12  # a shorter straight side may be an object that just ends there
_STRAIGHT_SHARE = 0.5  # of the box's side; a round object has a shorter flat end


def quality_flags(measured: Measured) -> list[list[Flag]]:
    """What is doubtful of each mask. There is at least one mask."""
    flags: list[list[Flag]] = [[] for _ in measured.masks]
    tests = {
        Flag.NEAR_EMPTY: near_empty,
        Flag.HUGS_EDGE: hugging_edge,
        Flag.SHORT_OF_EDGE: short_of_edge,
        Flag.SPECKLED: speckled,
    }
    for flag, test in tests.items():
        for number in test(measured):
            flags[number].append(flag)
    return flags


def near_empty(measured: Measured) -> list[int]:
    """The numbers of the masks that fill less than a twentieth of their box.

    Such a box tells little of the mask: it is a thin line across the box, or a few px
    far apart.
    """
    x0, y0, x1, y1 = measured.boxes.T
    box_areas = (x1 - x0) * (y1 - y0)
    is_empty = _LEAST_FILLED * measured.areas < box_areas
    return _list(np.flatnonzero(is_empty))


def hugging_edge(measured: Measured) -> list[int]:
    """The numbers of the masks that have two fifths or more of their outline on the image's edge.

    The outline is counted in sides of px. A square at one edge has a quarter of it there, half a
    disk a third, and what fills a corner half. So these masks are slivers along an edge, or the
    image cuts them off on several sides.
    """
    x0, y0, x1, y1 = measured.boxes.T
    left, top, right, bottom = _meets_sides(measured, 0).T
    sides_met = left.astype(np.int64) + right
    ends_met = top.astype(np.int64) + bottom
    most_on_edge = sides_met * (y1 - y0) + ends_met * (x1 - x0)

    # No mask has a shorter outline than a square of its area.
    shortest = 4 * np.sqrt(measured.areas)
    may_hug = np.flatnonzero(most_on_edge >= _HUGGING_SHARE * shortest)
    if not may_hug.size:
        return []
    sides = outline_sides(measured.px.take(may_hug))
    hugs = sides.on_edge >= _HUGGING_SHARE * sides.all
    return _list(may_hug[hugs])


def short_of_edge(measured: Measured) -> list[int]:
    """The numbers of the masks with a straight side that lies 1 or 2 px before the image's edge.

    The side has at least 12 px, and at least half of the box's length. Annotators who stop there
    mean the image's edge, so this side would be judged as an outline that the object has not.
    """
    touches = _meets_sides(measured, 0)
    is_near = _meets_sides(measured, _GAP_PX)
    stops_short = is_near & ~touches
    may_be = np.flatnonzero(stops_short.any(axis=1))

    found = []
    for number in may_be.tolist():
        runs = measured.masks[number]
        box = Box(*measured.boxes[number].tolist())
        if _has_straight_side(runs, box, stops_short[number]):
            found.append(number)
    return found


def _has_straight_side(
    runs: RunLengths, box: Box, stops_short: NDArray[np.bool_]
) -> bool:
    """Whether a mask is straight at one of the sides of its box that stop short of the edge."""
    mask = masks.decode_window(runs, box)
    sides = _sides(mask)
    for side, is_meant in zip(sides, stops_short.tolist(), strict=True):
        least = max(_STRAIGHT_PX, _STRAIGHT_SHARE * side.size)
        straight_px = np.count_nonzero(side)
        if is_meant and straight_px >= least:
            return True
    return False


def _meets_sides(measured: Measured, gap: int) -> NDArray[np.bool_]:
    """(n, 4) whether each box reaches up to `gap` px from each side of the image."""
    x0, y0, x1, y1 = measured.boxes.T
    at_start = x0 <= gap
    at_top = y0 <= gap
    at_end = x1 >= measured.runs.widths - gap
    at_foot = y1 >= measured.runs.heights - gap
    return np.column_stack((at_start, at_top, at_end, at_foot))


def _sides(mask: Mask) -> tuple[Mask, Mask, Mask, Mask]:
    """The px along the left, top, right and bottom side of an array."""
    by_column = mask.T
    return by_column[0], mask[0], by_column[-1], mask[-1]


def _list(numbers: Numbers) -> list[int]:
    found: list[int] = numbers.tolist()
    return found
