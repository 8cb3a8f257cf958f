"""Boxes that exports state beside their masks: whether mask and box are of one object."""

from curate.pixels.orientation import displayed_box, displayed_size
from curate.records import Box, StatedBox
from curate.stages.frames import Frame

_LEAST_DIFFERENCE = 4.0  # px; polygons have tips that cover no px, and tools round
_DIFFERENCE = 0.15  # share of the box's side; boxes are drawn with a little slack
_LARGEST = 1e9  # px; a number beyond it says nothing of an image


def disagrees(mask_box: Box, stated: StatedBox, frame: Frame) -> bool:
    """Whether a stated box has a side that is no side of the mask's box.

    `mask_box`: in the displayed frame. `stated`: x, y, width and height in `frame`, or
    x0, y0, x1 and y1, which some tools write in their place. A side may be off by 4 px
    and by 15% of the box's length. What is no box with an area disagrees with
    nothing: tools fill in zeros.
    """
    x, y, width, height = stated
    is_sane = all(abs(number) <= _LARGEST for number in stated)  # NaN is not, either
    if not is_sane or width <= 0 or height <= 0:
        return False
    if _fits(mask_box, (x, y, x + width, y + height), frame):
        return False
    return not _fits(mask_box, stated, frame)


def _fits(
    mask_box: Box, corners: tuple[float, float, float, float], frame: Frame
) -> bool:
    """Whether each side of the mask's box is near that of the stated corners."""
    x0, y0, x1, y1 = _displayed(corners, frame)
    allowed = max(_LEAST_DIFFERENCE, _DIFFERENCE * mask_box.width)
    if abs(x0 - mask_box.x0) > allowed or abs(x1 - mask_box.x1) > allowed:
        return False
    allowed = max(_LEAST_DIFFERENCE, _DIFFERENCE * mask_box.height)
    return abs(y0 - mask_box.y0) <= allowed and abs(y1 - mask_box.y1) <= allowed


def _displayed(corners: tuple[float, float, float, float], frame: Frame) -> Box:
    """Corners of a frame in the displayed frame, clipped to it, in whole px."""
    scale_x = scale_y = 1.0
    if frame.annotated is not None:
        annotated_height, annotated_width = frame.annotated
        scale_x = frame.width / annotated_width
        scale_y = frame.height / annotated_height

    x0, y0, x1, y1 = corners
    box = Box(
        _clipped(x0 * scale_x, frame.width),
        _clipped(y0 * scale_y, frame.height),
        _clipped(x1 * scale_x, frame.width),
        _clipped(y1 * scale_y, frame.height),
    )
    if frame.orientation == 1:
        return box
    height, width = displayed_size(frame.height, frame.width, frame.orientation)
    return displayed_box(box, height, width, frame.orientation)


def _clipped(number: float, most: int) -> int:
    """The nearest whole number from 0 to `most`."""
    return min(max(round(number), 0), most)
