"""Frames that are a picture's at another size: what was annotated in one, scaled to the
picture.

Tools state the size of the picture that they showed. If the file was made smaller or
larger since, its annotations are scaled with it, as long as both sizes have the same
proportions. Other proportions mean another picture, or one that was cut.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal

Size = tuple[int, int]
"""Height and width, px."""

Places = NDArray[np.int64]
"""(n,): rows or columns."""

_MAX_DISTORTION = 0.01  # by how much the proportions of two frames may differ
_FARTHEST = 1 << 40  # px; a mask that lies farther away is as far outside


def same_proportions(annotated: Size, picture: Size) -> bool:
    """Whether two sizes have the same proportions, to 1% or to a px of the smaller one.

    >>> same_proportions((300, 400), (150, 200)), same_proportions((480, 480), (480, 640))
    (True, False)
    """
    rows, columns = annotated
    height, width = picture
    distortion = abs(rows * width - columns * height)
    allowed = _MAX_DISTORTION * rows * width
    rounding = max(rows, columns, height, width)
    return distortion <= max(allowed, rounding)


def check_proportions(annotated: Any, picture: Size) -> None:
    """Refusal mask_size_mismatch if an annotated size is not of a picture's proportions."""
    if same_proportions(annotated, picture):
        return
    raise size_mismatch(annotated, picture)


def size_mismatch(annotated: tuple[Any, Any], picture: Size) -> Refusal:
    """The refusal of a mask, or of a stated size, that is not the picture's."""
    rows, columns = annotated
    height, width = picture
    stated = f"{columns} x {rows}"[:100]
    detail = f"annotated at {stated} px, the image is {width} x {height}"
    return Refusal(Reason.MASK_SIZE_MISMATCH, detail)


def centres(count: int, source: int) -> Places:
    """(count,) which of `source` px hold the centres of `count` px of the same length."""
    half_px = np.arange(count) * 2 + 1
    return half_px * source // (2 * count)


def place_scaled(
    mask: Mask, x: int, y: int, annotated: Size, picture: Size
) -> RunLengths:
    """Run-lengths over a picture of a mask at `x`, `y` in a frame of another size.

    A px of the picture is the px of the annotated frame that holds its centre. Refusal
    outside_image or empty_mask.
    """
    if annotated == picture:
        return masks.place(mask, x, y, *picture)

    rows, columns = mask.shape
    annotated_height, annotated_width = annotated
    height, width = picture
    top, chosen_rows = _chosen(y, rows, annotated_height, height)
    left, chosen_columns = _chosen(x, columns, annotated_width, width)
    if chosen_rows.size == 0 or chosen_columns.size == 0:
        # This refuses a mask that lies outside; another one is too small to be seen.
        masks.place(mask, x, y, annotated_height, annotated_width)

    scaled = mask[np.ix_(chosen_rows, chosen_columns)]
    if not scaled.any():
        raise Refusal(Reason.EMPTY_MASK, "the scaled mask covers no px")
    return masks.place(scaled, left, top, height, width)


def _chosen(
    start: int, length: int, annotated: int, picture: int
) -> tuple[int, Places]:
    """Along one axis: the first px of the picture that shows the mask, and what each px shows.

    Gives that place, and (k,) the row or column of the mask that each px from there on shows.
    `start`, `length`: of the mask in the annotated frame, px.
    """
    start = max(-_FARTHEST, min(start, _FARTHEST))
    places = centres(picture, annotated) - start
    is_inside = (places >= 0) & (places < length)
    first = int(is_inside.argmax())
    return first, places[is_inside]
