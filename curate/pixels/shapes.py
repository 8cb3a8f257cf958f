"""Shapes of annotations, as their export wrote them, as run-lengths over the frame that
they are in."""

from collections.abc import Iterable

from curate.pixels import mask_pictures, masks, polygons, row_runs, run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import (
    Bitmap,
    Compound,
    Flag,
    Polygons,
    RawRunLengths,
    RowRunLengths,
    Shape,
)

_LONGEST_SIZE = 100  # characters of a stated size that a message quotes


def to_run_lengths(
    shape: Shape,
    height: int,
    width: int,
    max_pixels: int,
) -> tuple[RunLengths, list[Flag]]:
    """Run-lengths of a shape over its frame of height × width px, and remarks.

    `max_pixels`: px that an embedded bitmap may have. Refusal if the shape gives no
    mask.
    """
    if isinstance(shape, Compound):
        return _join(shape, height, width, max_pixels)
    if isinstance(shape, Polygons):
        return polygons.rasterise(shape, height, width)
    if isinstance(shape, Bitmap):
        return _place(shape, height, width, max_pixels), []
    if isinstance(shape, RowRunLengths):
        return row_runs.place_rows(shape, height, width, max_pixels), []
    return _parse(shape, height, width), []


def _parse(shape: RawRunLengths, height: int, width: int) -> RunLengths:
    """Run-lengths as they are. Refusal mask_size_mismatch or bad_run_lengths."""
    stated = (shape.height, shape.width)
    if stated != (height, width):
        size = f"{shape.width} x {shape.height}"
        size = size[:_LONGEST_SIZE]
        detail = f"the mask is {size} px, the image {width} x {height}"
        raise Refusal(Reason.MASK_SIZE_MISMATCH, detail)
    return run_lengths.parse(shape.counts, height, width)


def _place(
    shape: Bitmap,
    height: int,
    width: int,
    max_pixels: int,
) -> RunLengths:
    """A bitmap at its place in the frame.

    Refusal bad_bitmap, outside_image or mask_size_mismatch.
    """
    try:
        picture = mask_pictures.decode_mask(shape.data, max_pixels)
    except Refusal as refusal:
        raise Refusal(Reason.BAD_BITMAP, refusal.detail) from None
    if shape.colour is not None:
        return _of_colour(picture, shape.colour, height, width)
    return masks.place(
        picture.foreground(),
        shape.x,
        shape.y,
        height,
        width,
    )


def _of_colour(
    picture: mask_pictures.MaskPicture,
    colour: int,
    height: int,
    width: int,
) -> RunLengths:
    """The px of a colour in a bitmap of the whole frame. Refusal mask_size_mismatch."""
    rows, columns = picture.pixels.shape
    if (rows, columns) != (height, width):
        detail = f"the bitmap is {columns} x {rows} px, the image {width} x {height}"
        raise Refusal(Reason.MASK_SIZE_MISMATCH, detail)
    return masks.encode(picture.colours == colour)


def _join(
    shape: Compound,
    height: int,
    width: int,
    max_pixels: int,
) -> tuple[RunLengths, list[Flag]]:
    """The union of the pieces less the holes; a bad one is left out and flagged if any
    good piece is left.

    Refusal as the first bad one's if no good piece is left.
    """
    flags: set[Flag] = set()
    refusals: list[Refusal] = []

    def good(shapes: Iterable[Shape]) -> list[RunLengths]:
        found = []
        for each in shapes:
            try:
                runs, remarks = to_run_lengths(each, height, width, max_pixels)
            except Refusal as refusal:
                refusals.append(refusal)
                continue
            found.append(runs)
            flags.update(remarks)
        return found

    pieces = good(shape.pieces)
    holes = good(shape.holes)
    if not pieces and refusals:
        raise refusals[0]
    if not pieces:
        raise Refusal(Reason.NO_MASK, "the annotation has no parts")

    joined = masks.union(pieces)
    if holes:
        joined = masks.subtract(joined, masks.union(holes))
    if refusals:
        flags.add(Flag.PARTIAL)
    return joined, sorted(flags)
