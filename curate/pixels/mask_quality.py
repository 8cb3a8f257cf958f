"""What makes a mask doubtful: its shape in its box, and where it lies in its image.

Each test costs a few microseconds for most masks, because the run-lengths and the box
tell that it cannot apply; only then are pixels looked at.
"""

import numpy as np

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.outline_sides import outline_sides
from curate.pixels.run_lengths import RunLengths
from curate.pixels.specks import is_speckled
from curate.records import Box

_LEAST_FILL = 0.05  # of its box, as a line of 3 px across a square of 60 px
_HUGGING_SHARE = 0.4  # of the outline; half a disk has a third, a corner half
_GAP_PX = 2  # annotators who mean the image's edge miss it by a px or two
_STRAIGHT_PX = 12  # a shorter straight side may be an object that just ends there
_STRAIGHT_SHARE = 0.5  # of the box's side; a round object has a shorter flat end


def quality_flags(runs: RunLengths, box: Box, area: int) -> list[Flag]:
    """What is doubtful of a mask; `box` and `area` are its own."""
    flags = []
    if is_near_empty(box, area):
        flags.append(Flag.NEAR_EMPTY)
    if _is_near_side(runs, box):
        if hugs_edge(runs, box, area):
            flags.append(Flag.HUGS_EDGE)
        if ends_short_of_edge(runs, box):
            flags.append(Flag.SHORT_OF_EDGE)
    if is_speckled(runs, box):
        flags.append(Flag.SPECKLED)
    return flags


def is_near_empty(box: Box, area: int) -> bool:
    """Whether a mask fills less than a twentieth of its box.

    Such a box tells little of the mask: it is a thin line across the box, or a few px
    far apart.
    """
    return area < _LEAST_FILL * box.width * box.height


def hugs_edge(runs: RunLengths, box: Box, area: int) -> bool:
    """Whether two fifths of the mask's outline or more lie on the image's edge.

    The outline is counted in sides of px. Of a rectangle at one edge that is as long as
    it is high, a quarter lies on it, of half a disk a third, and of what fills a corner
    half. So these are slivers along an edge, and what the image cuts off on several
    sides.
    """
    # No mask has a shorter outline than a square of its area.
    left, top, right, bottom = _meets_sides(runs, box, 0)
    longest_contact = (left + right) * box.height + (top + bottom) * box.width
    if longest_contact < _HUGGING_SHARE * 4 * area**0.5:
        return False

    sides = outline_sides(runs)
    return sides.on_edge >= _HUGGING_SHARE * sides.all


def ends_short_of_edge(runs: RunLengths, box: Box) -> bool:
    """Whether a straight side of the mask lies 1 or 2 px before the image's edge.

    The side has 12 px at least and half of the box's length there. Annotators who stop
    there mean the edge; what is judged as an object's outline is then none.
    """
    touches = _meets_sides(runs, box, 0)
    is_near = _meets_sides(runs, box, _GAP_PX)
    if touches == is_near:
        return False

    mask = masks.decode_window(runs, box)
    for side, near, touching in zip(_sides(mask), is_near, touches, strict=True):
        if not near or touching:
            continue
        least = max(_STRAIGHT_PX, _STRAIGHT_SHARE * side.size)
        if np.count_nonzero(side) >= least:
            return True
    return False


def _is_near_side(runs: RunLengths, box: Box) -> bool:
    """Whether the box lies at a side of the image, or 1 or 2 px from one."""
    is_inner = box.x0 > _GAP_PX and box.y0 > _GAP_PX
    is_inner = is_inner and box.x1 < runs.width - _GAP_PX
    return not (is_inner and box.y1 < runs.height - _GAP_PX)


def _meets_sides(runs: RunLengths, box: Box, gap: int) -> masks.OfSides:
    """Whether the box reaches up to `gap` px from each side of the image."""
    return (
        box.x0 <= gap,
        box.y0 <= gap,
        box.x1 >= runs.width - gap,
        box.y1 >= runs.height - gap,
    )


def _sides(mask: Mask) -> tuple[Mask, Mask, Mask, Mask]:
    """The px along the left, top, right and bottom side of an array."""
    return mask[:, 0], mask[0], mask[:, -1], mask[-1]
