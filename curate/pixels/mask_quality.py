"""What makes a mask doubtful: its shape in its box, and where it lies in its image.

Each test costs a few microseconds for most masks, because the run-lengths and the box
tell that it cannot apply; only then are pixels looked at.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.run_lengths import RunLengths
from curate.records import Box

_LEAST_FILL = (
    0.05  # share of its box that a mask fills; a line across a square of 60 px
)
_HUGGING_SHARE = (
    0.4  # of the outline; half a disk at the edge has a third, a corner half
)
_GAP_PX = 2  # annotators who mean the image's edge miss it by a px or two
_STRAIGHT_PX = 12  # a shorter straight side may be an object that just ends there
_STRAIGHT_SHARE = 0.5  # of the box's side; a round object has a shorter flat end
_SPECK_PX = 9  # a block of 3 x 3 px
_SPECKS = 10
_SIDES_PER_SPECK = 100  # a long outline between twigs leaves some


def quality_flags(runs: RunLengths, box: Box, area: int) -> list[Flag]:
    """What is doubtful of a mask; `box` and `area` are its own."""
    flags = []
    if is_near_empty(box, area):
        flags.append(Flag.NEAR_EMPTY)
    if hugs_edge(runs, box):
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


def hugs_edge(runs: RunLengths, box: Box) -> bool:
    """Whether two fifths of the mask's outline or more lie on the image's edge.

    The outline is counted in sides of px. Of a rectangle at one edge that is as long as
    it is high, a quarter lies on it, of half a disk a third, and of what fills a corner
    half. So these are slivers along an edge, and what the image cuts off on several
    sides.
    """
    touches = _meets_sides(runs, box, 0)
    if not any(touches):
        return False

    mask = masks.decode_window(runs, box)
    contact = 0
    for side, touching in zip(_sides(mask), touches, strict=True):
        if touching:
            contact += int(np.count_nonzero(side))

    # No mask has a shorter outline than a block of its area.
    shortest = 4 * np.sqrt(np.count_nonzero(mask))
    if contact < _HUGGING_SHARE * shortest:
        return False
    return contact >= _HUGGING_SHARE * _outline_length(mask)


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


def is_speckled(runs: RunLengths, box: Box) -> bool:
    """Whether ten specks or pinholes of 9 px or less are in the mask.

    A speck is an 8-connected piece, a pinhole a 4-connected hole. Nobody draws so many
    by hand: they are what thresholds and noise leave. A mask with an outline of more
    than 1,000 sides of px has one for each 100 of them.
    """
    # A speck or pinhole has a run of its own, if runs do not go on from one column to
    # the next.
    if box.height < runs.height:
        inner = runs.counts[1:-1]
        if np.count_nonzero(inner <= _SPECK_PX) < _SPECKS:
            return False

    mask = masks.decode_window(runs, box)
    padded = np.pad(mask, 1).astype(np.uint8)
    specks = _small_pieces(padded, 8) + _small_pieces(1 - padded, 4)
    if specks < _SPECKS:
        return False
    return specks * _SIDES_PER_SPECK >= _outline_length(mask)


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


def _outline_length(mask: Mask) -> int:
    """Number of sides of px between mask and not mask; beyond the array nothing is mask."""
    padded = np.pad(mask, 1)
    across = padded[:, 1:] != padded[:, :-1]
    down = padded[1:] != padded[:-1]
    return int(np.count_nonzero(across) + np.count_nonzero(down))


def _small_pieces(mask: NDArray[np.uint8], connectivity: int) -> int:
    """Number of connected pieces of 9 px or less."""
    _, _, statistics, _ = cv2.connectedComponentsWithStats(
        mask, connectivity=connectivity, ltype=cv2.CV_32S
    )
    areas = statistics[1:, cv2.CC_STAT_AREA]  # without what is no mask
    return int(np.count_nonzero(areas <= _SPECK_PX))
