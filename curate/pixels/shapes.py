"""Shapes of annotations, as their export wrote them, as run-lengths over the frame that
they are in."""

import math
from collections.abc import Iterable

from curate.pixels import masks, packed_runs, polygons, row_runs, run_lengths
from curate.pixels.binary_masks import binary_mask
from curate.pixels.mask_pictures import MaskPicture, decode_mask
from curate.pixels.mask_scaling import fit_mask
from curate.pixels.masks import Mask
from curate.pixels.outlines import ellipse
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import (
    Bitmap,
    Compound,
    Ellipse,
    Flag,
    PackedRunLengths,
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
    if isinstance(shape, Ellipse):
        return polygons.rasterise(_outline(shape, height, width), height, width)
    if isinstance(shape, Bitmap):
        return _bitmap(shape, height, width, max_pixels)
    if isinstance(shape, PackedRunLengths):
        return packed_runs.unpack(shape, height, width, max_pixels)
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


def _outline(shape: Ellipse, height: int, width: int) -> Polygons:
    """An ellipse as a polygon in px. Refusal bad_polygon or over_limit."""
    numbers = (shape.cx, shape.cy, shape.rx, shape.ry, shape.angle)
    is_finite = all(math.isfinite(number) for number in numbers)
    if not is_finite or shape.rx < 0 or shape.ry < 0:
        detail = "an ellipse without a finite place and size"
        raise Refusal(Reason.BAD_POLYGON, detail)

    rx = shape.rx * width
    ry = shape.ry * height
    limit = polygons.MAX_COORDINATE
    if max(rx, ry) > limit:
        detail = f"an ellipse of {max(rx, ry):g} px, more than {limit:,.0f}"
        raise Refusal(Reason.OVER_LIMIT, detail)

    ring = ellipse(
        cx=shape.cx * width,
        cy=shape.cy * height,
        rx=rx,
        ry=ry,
        angle=math.radians(shape.angle),
    )
    return Polygons(rings=[ring])


def whole_mask(
    picture: MaskPicture, colour: int | None, height: int, width: int
) -> tuple[RunLengths, list[Flag]]:
    """The mask of a picture of the whole frame, which is height × width px, and remarks.

    `colour`: the mask is the px of this colour, 0xRRGGBB; without it, what is opaque or
    white. A picture of another size is scaled. Refusal mask_size_mismatch.
    """
    fitted, flags = fit_mask(_mask_of(picture, colour), height, width)
    if picture.lossy:
        flags.append(Flag.JPEG_MASK)
    return masks.encode(fitted), flags


def _mask_of(picture: MaskPicture, colour: int | None) -> Mask:
    """(H, W) bool: the px of a colour; without one, what is opaque or white."""
    if colour is None:
        return binary_mask(picture)
    is_of_colour: Mask = picture.colours == colour
    return is_of_colour


def _bitmap(
    shape: Bitmap,
    height: int,
    width: int,
    max_pixels: int,
) -> tuple[RunLengths, list[Flag]]:
    """A bitmap at its place in the frame, or over all of it.

    Refusal bad_bitmap, outside_image or mask_size_mismatch.
    """
    try:
        picture = decode_mask(shape.data, max_pixels)
    except Refusal as refusal:
        raise Refusal(Reason.BAD_BITMAP, refusal.detail) from None
    if shape.whole:
        return whole_mask(picture, shape.colour, height, width)
    mask = picture.foreground()
    return masks.place(mask, shape.x, shape.y, height, width), []


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
