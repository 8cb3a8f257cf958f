"""A box that someone draws around an object, checked before the model is asked about it."""

import math
from typing import Any

from curate.errors import InputError
from curate.records import Box

DrawnBox = tuple[float, float, float, float]
"""x0, y0, x1, y1 as drawn: px of the image, whole or not, half-open."""


class OutsideImage(InputError):
    """A drawn box that has no pixel of its image."""


def checked_box(box: Any, width: int, height: int) -> Box:
    """A drawn box as whole px, clipped to an image of width × height px.

    InputError if it is not four finite numbers, or if it is empty, swapped or only one pixel;
    OutsideImage, which is one, if it is outside the image.

    >>> checked_box((-3, 10.5, 20, 30), width=100, height=25)
    Box(x0=0, y0=10, x1=20, y1=25)
    """
    x0, y0, x1, y1 = _corners(box)
    shown = f"box {x0:g}, {y0:g}, {x1:g}, {y1:g}"

    if x1 <= x0 or y1 <= y0:
        wrong = "swapped"
        if x1 == x0 or y1 == y0:
            wrong = "empty"
        raise InputError(
            f"{shown}: {wrong}; x0 must be less than x1, and y0 less than y1 (half-open: the last "
            "px is x1 - 1, y1 - 1)"
        )

    left = max(0, math.floor(x0))
    top = max(0, math.floor(y0))
    right = min(width, math.ceil(x1))
    bottom = min(height, math.ceil(y1))

    if left >= right or top >= bottom:
        raise OutsideImage(
            f"{shown}: outside the image, which is {width} × {height} px"
        )
    if (right - left) * (bottom - top) == 1:
        raise InputError(
            f"{shown}: one pixel of the image; there is nothing to find in it"
        )
    return Box(left, top, right, bottom)


def _corners(box: Any) -> DrawnBox:
    """The four numbers of a box. InputError if they are not four finite numbers."""
    try:
        numbers = [float(number) for number in box]
    except (TypeError, ValueError):
        raise InputError(
            f"box {box!r}: four numbers are needed: x0, y0, x1, y1 in px"
        ) from None

    shown = ", ".join(f"{number:g}" for number in numbers)
    if len(numbers) != 4:
        raise InputError(f"box {shown}: four numbers are needed: x0, y0, x1, y1 in px")
    if not all(math.isfinite(number) for number in numbers):
        raise InputError(f"box {shown}: each number must be finite")
    x0, y0, x1, y1 = numbers
    return x0, y0, x1, y1
