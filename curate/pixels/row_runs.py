"""Run-lengths that go row by row through a rectangle, as COCO's run-lengths over the frame."""

from typing import Any

from curate.pixels import masks, run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import RowRunLengths

_FARTHEST = 1_000_000_000  # px; no mask of a picture lies so far away, or is so long


def place_rows(
    shape: RowRunLengths, height: int, width: int, max_pixels: int
) -> RunLengths:
    """The mask at its place in the frame of height × width px; what is beyond the frame is cut off.

    `max_pixels`: px that the rectangle may have.

    Raises:
        Refusal: bad_run_lengths, over_limit or outside_image.
    """
    left, top, columns, rows = map(
        _whole, (shape.x, shape.y, shape.width, shape.height)
    )
    if columns <= 0 or rows <= 0:
        detail = f"a mask of {columns} x {rows} px"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail)
    if columns * rows > max_pixels:
        detail = f"a mask of {columns} x {rows} px, more than {max_pixels:,} px"
        raise Refusal(Reason.OVER_LIMIT, detail)

    # Row by row through a mask is column by column through the mask turned over its diagonal.
    turned = run_lengths.parse(shape.counts, height=columns, width=rows)
    mask = masks.decode(turned).T
    return masks.place(mask, left, top, height, width)


def _whole(number: Any) -> int:
    if (
        isinstance(number, bool)
        or not isinstance(number, int)
        or abs(number) > _FARTHEST
    ):
        detail = f"the place or size of the mask is {number!r}"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail[:200])
    return number
