"""Run-lengths that go row by row through a rectangle, as those of COCO."""

from typing import Any

from curate.pixels import masks, run_lengths
from curate.pixels.proportions import Size, place_scaled
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Box, RowRunLengths

_FARTHEST = 1_000_000_000  # px; no mask of a picture is so far away, or so long
_LONGEST_DETAIL = 200  # characters


def place_rows(
    shape: RowRunLengths,
    height: int,
    width: int,
    max_pixels: int,
    annotated: Size | None = None,
) -> RunLengths:
    """The mask at its place in the frame of height × width px.

    What is beyond the frame is cut off. `max_pixels`: px that the rectangle may have.
    `annotated`: size of the frame that the rectangle is in, if it has another one.
    Refusal bad_run_lengths, over_limit, outside_image or empty_mask.
    """
    left = _whole(shape.x)
    top = _whole(shape.y)
    columns = _whole(shape.width)
    rows = _whole(shape.height)
    if columns <= 0 or rows <= 0:
        detail = f"a mask of {columns} x {rows} px"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail)
    if columns * rows > max_pixels:
        detail = f"a mask of {columns} x {rows} px, more than {max_pixels:,} px"
        raise Refusal(Reason.OVER_LIMIT, detail)

    # Row by row through a mask is column by column through the transposed mask.
    turned = run_lengths.parse(shape.counts, height=columns, width=rows)
    mask = masks.decode(turned).T
    return place_scaled(mask, left, top, annotated or (height, width), (height, width))


def rows_of(runs: RunLengths) -> RowRunLengths:
    """The mask in its box; one empty px at the top left if there is no mask."""
    box = masks.box(runs)
    if runs.is_empty:
        box = Box(0, 0, 1, 1)
    turned = masks.encode(masks.decode_window(runs, box).T)
    return RowRunLengths(
        counts=turned.counts.tolist(),
        x=box.x0,
        y=box.y0,
        width=box.width,
        height=box.height,
    )


def _whole(number: Any) -> int:
    """A whole number of px. Refusal bad_run_lengths if it is not one, or absurd."""
    is_whole = isinstance(number, int) and not isinstance(number, bool)
    if is_whole and abs(number) <= _FARTHEST:
        return int(number)
    detail = f"the place or size of the mask is {number!r}"
    raise Refusal(Reason.BAD_RUN_LENGTHS, detail[:_LONGEST_DETAIL])
