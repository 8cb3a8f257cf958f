"""Whether label files hold boxes with keypoints (YOLO pose) where no data.yaml says so.

Their lines look like polygons: a class and an even count of numbers. But all have one length,
the first four numbers are the middle and the size of a box in the image, and the others are
places in that box, each with its visibility (0, 1 or 2) or without. Small polygons at the top left
of an image can look like that, too, as their second point is then near a box's size. So in some
lines the size, taken for a point, must lie outside the box, as no second point of a polygon does.
"""

from collections.abc import Iterable, Sequence

_SLACK = 0.01  # of the image: by so much tools round, or do not clip
_VISIBILITIES = (0.0, 1.0, 2.0)
_LEAST_CLEAR = 0.2  # share of the lines whose size would be no point of a polygon


def keypoint_numbers(lines: Iterable[Sequence[float]]) -> int:
    """How many numbers follow the class in lines of boxes with keypoints; 0 for other lines.

    `lines`: the numbers after the class of some lines. Boxes without keypoints tell nothing.
    """
    telling = [line for line in lines if len(line) > 4]
    lengths = {len(line) for line in telling}
    if len(lengths) != 1:
        return 0

    length = lengths.pop()
    for numbers_each in (3, 2):
        if (length - 4) % numbers_each == 0 and _fit(telling, numbers_each):
            return length
    return 0


def _fit(lines: list[Sequence[float]], numbers_each: int) -> bool:
    """Whether all lines may be boxes with keypoints of so many numbers, and some clearly are."""
    if not all(_may_be_pose(line, numbers_each) for line in lines):
        return False
    clear = sum(not _is_in_box(line[2], line[3], line) for line in lines)
    return clear >= max(1, _LEAST_CLEAR * len(lines))


def _may_be_pose(line: Sequence[float], numbers_each: int) -> bool:
    """Whether a line may be a box in the image, and keypoints in it."""
    middle_x, middle_y, width, height = line[:4]
    if not (_is_in_image(middle_x, width) and _is_in_image(middle_y, height)):
        return False

    for at in range(4, len(line), numbers_each):
        point_x, point_y, *visibility = line[at : at + numbers_each]
        if visibility and visibility[0] not in _VISIBILITIES:
            return False
        is_labelled = point_x != 0 or point_y != 0
        if is_labelled and not _is_in_box(point_x, point_y, line):
            return False
    return True


def _is_in_image(middle: float, side: float) -> bool:
    """Whether a side of a box has a length and lies in the image, given where its middle is."""
    half = side / 2
    return side > 0 and half - _SLACK <= middle <= 1 + _SLACK - half


def _is_in_box(x: float, y: float, line: Sequence[float]) -> bool:
    """Whether a place is in the box that a line begins with, or half its size beside it."""
    middle_x, middle_y, width, height = line[:4]
    return abs(x - middle_x) <= width and abs(y - middle_y) <= height
