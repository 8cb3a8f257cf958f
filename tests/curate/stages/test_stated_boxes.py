"""Stated boxes: which ones fit a mask, in any frame."""

import numpy as np
import pytest

from curate.pixels.orientation import displayed_box
from curate.records import Box, StatedBox
from curate.stages.frames import Frame
from curate.stages.stated_boxes import disagreeing

MASK = Box(20, 30, 60, 90)
FRAME = Frame(200, 100, 1)
NAN = float("nan")


def disagrees(mask: Box, stated: StatedBox, frame: Frame) -> bool:
    """Whether it does, beside a box that fits, in the frame of another image."""
    boxes = np.array([mask, mask])
    fitting = (mask.x0, mask.y0, mask.width, mask.height)
    found = disagreeing(boxes, [fitting, stated], [Frame(300, 300, 1), frame])
    assert found in ([], [1])
    return found == [1]


@pytest.mark.parametrize(
    ("stated", "is_other"),
    [
        ((20, 30, 40, 60), False),
        ((20, 30, 60, 90), False),  # corners in the place of width and height
        ((16.5, 26, 47, 64), False),  # a little slack
        ((10, 30, 50, 60), True),
        ((20, 30, 40, 90), True),
        ((60, 30, 40, 60), True),
        ((0, 0, 0, 0), False),
        ((20, 30, -40, 60), False),
        ((NAN, 30, 40, 60), False),
        ((20, 30, 40, NAN), False),
        ((1e300, 30, 40, 60), False),
    ],
)
def test_a_side_that_is_elsewhere_disagrees(stated: StatedBox, is_other: bool) -> None:
    assert disagrees(MASK, stated, FRAME) == is_other


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_in_the_frame_and_at_the_size_of_their_shapes(
    orientation: int,
) -> None:
    size = (200, 100) if orientation < 5 else (100, 200)
    shown = displayed_box(MASK, *size, orientation)
    frame = Frame(200, 100, orientation)
    assert not disagrees(shown, (20, 30, 40, 60), frame)
    half = Frame(200, 100, orientation, annotated=(100, 50))
    assert not disagrees(shown, (10, 15, 20, 30), half)
    assert disagrees(shown, (20, 30, 40, 60), half)


def test_a_box_that_leaves_the_image_fits_the_mask_inside() -> None:
    assert not disagrees(Box(70, 30, 100, 90), (70, 30, 80, 60), FRAME)
