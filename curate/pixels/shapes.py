"""Shapes of annotations, as their export wrote them, as run-lengths over their
picture."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from curate.flags import Flag
from curate.pixels import (
    masks,
    packed_runs,
    polygons,
    row_runs,
    run_lengths,
    started_runs,
)
from curate.pixels.binary_masks import binary_mask
from curate.pixels.mask_pictures import MaskPicture, decode_mask
from curate.pixels.mask_scaling import fit_mask
from curate.pixels.masks import Mask
from curate.pixels.outlines import ellipse
from curate.pixels.polygon_outlines import MAX_COORDINATE
from curate.pixels.proportions import (
    Size,
    check_proportions,
    place_scaled,
    size_mismatch,
)
from curate.pixels.run_lengths import RunLengths
from curate.pixels.run_orders import clear_order
from curate.reasons import Reason, Refusal
from curate.records import (
    Bitmap,
    Compound,
    Ellipse,
    PackedRunLengths,
    Polygons,
    RawRunLengths,
    RowRunLengths,
    Shape,
    StartedRuns,
)

_OfStatedSize = Polygons | RowRunLengths | Bitmap
"""Shapes in px of the frame whose size their record states."""


def to_run_lengths(
    shape: Shape,
    height: int,
    width: int,
    max_pixels: int,
    annotated: Size | None = None,
) -> tuple[RunLengths, list[Flag]]:
    """Run-lengths of a shape over a picture of height × width px, and remarks.

    `max_pixels`: px that an embedded bitmap may have. `annotated`: size of the frame
    that the shape is in, if it is not the picture's; masks of the whole frame have their
    own. Refusal if the shape gives no mask, or is not of the picture's proportions.
    """
    picture = (height, width)
    if isinstance(shape, Compound):
        return _join(shape, picture, max_pixels, annotated)
    if isinstance(shape, RawRunLengths):
        runs, flags = _parse(shape, picture, max_pixels)
        return runs, [*flags, *_flags_of_order(runs)]
    if isinstance(shape, PackedRunLengths):
        return packed_runs.unpack(shape, height, width, max_pixels)
    if isinstance(shape, StartedRuns):
        own = annotated or picture
        runs, flags = started_runs.parse(shape, *own)
        counted = RawRunLengths(
            counts=runs.counts.tolist(), height=own[0], width=own[1]
        )
        placed, flags_of_place = _parse(counted, picture, max_pixels)
        return placed, [*flags, *flags_of_place]
    if isinstance(shape, Bitmap) and shape.whole:
        colours = [shape.colour] if shape.colour is not None else []
        return whole_mask(_decode(shape, max_pixels), colours, height, width)

    if annotated is not None:
        check_proportions(annotated, picture)
    if isinstance(shape, Ellipse):  # in shares of the frame
        return polygons.rasterise(_outline(shape, height, width), height, width)
    if annotated is None:
        return _drawn(shape, picture, max_pixels, picture)
    return _scaled(shape, picture, max_pixels, annotated)


def own_size(shape: Shape | None) -> Size | None:
    """The size of the frame that a shape itself states; None if it does not.

    For a shape of several pieces it is the size that all of them state.
    """
    if isinstance(shape, RawRunLengths | PackedRunLengths):
        if isinstance(shape.height, int) and isinstance(shape.width, int):
            return shape.height, shape.width
        return None
    if isinstance(shape, Compound):
        sizes = {own_size(piece) for piece in shape.pieces}
        if len(sizes) == 1:
            return sizes.pop()
    return None


def _scaled(
    shape: _OfStatedSize, picture: Size, max_pixels: int, annotated: Size
) -> tuple[RunLengths, list[Flag]]:
    """A shape of an annotated frame of another size over the picture, and remarks."""
    try:
        runs, flags = _drawn(shape, picture, max_pixels, annotated)
    except Refusal as refusal:
        if refusal.reason is Reason.EMPTY_MASK:
            raise _vanishing(annotated, picture) from None
        raise
    return runs, [Flag.SCALED_MASK, *flags]


def _drawn(
    shape: _OfStatedSize, picture: Size, max_pixels: int, annotated: Size
) -> tuple[RunLengths, list[Flag]]:
    """A shape in px of an annotated frame as run-lengths over the picture, and remarks."""
    height, width = picture
    if isinstance(shape, Polygons):
        return polygons.rasterise(shape, height, width, annotated)
    if isinstance(shape, RowRunLengths):
        return row_runs.place_rows(shape, height, width, max_pixels, annotated), []
    mask = _decode(shape, max_pixels).foreground()
    return place_scaled(mask, shape.x, shape.y, annotated, picture), []


def _parse(
    shape: RawRunLengths, picture: Size, max_pixels: int
) -> tuple[RunLengths, list[Flag]]:
    """Run-lengths over a picture, scaled if they are of another size.

    Refusal mask_size_mismatch, bad_run_lengths or empty_mask.
    """
    if (shape.height, shape.width) == picture:
        return run_lengths.parse(shape.counts, *picture), []

    size = own_size(shape)
    if size is None or min(size) <= 0:
        raise size_mismatch((shape.height, shape.width), picture)
    check_proportions(size, picture)
    if size[0] * size[1] > max_pixels:  # it is decoded to be scaled
        raise size_mismatch(size, picture)

    runs = run_lengths.parse(shape.counts, *size)
    if masks.area(runs) == 0:
        raise Refusal(Reason.EMPTY_MASK, "the mask has no px")
    bounds = masks.box(runs)
    inside = masks.decode_window(runs, bounds)
    try:
        scaled = place_scaled(inside, bounds.x0, bounds.y0, size, picture)
    except Refusal:
        raise _vanishing(size, picture) from None
    return scaled, [Flag.SCALED_MASK]


def _flags_of_order(runs: RunLengths) -> list[Flag]:
    """A remark on run-lengths whose px hang together if they go row by row."""
    if runs.is_empty:
        return []
    height, width = runs.height, runs.width
    borders = np.cumsum(runs.counts)
    starts, ends = borders[:-1:2], borders[1::2]

    # Rows that are taken for columns are strewn from top to bottom: few masks are tall like that.
    top = np.min(starts % height)
    bottom = np.max((ends - 1) % height)
    is_tall = bottom - top >= height // 2
    if is_tall and clear_order(starts, ends, height, width):
        return [Flag.ORDER_UNSURE]
    return []


def _vanishing(annotated: Size, picture: Size) -> Refusal:
    """Why a mask is lost that is so small at the picture's size that no px is left."""
    mismatch = size_mismatch(annotated, picture)
    return Refusal(mismatch.reason, f"{mismatch.detail}; scaled, it covers no px")


def _outline(shape: Ellipse, height: int, width: int) -> Polygons:
    """An ellipse as a polygon in px. Refusal bad_polygon or over_limit."""
    numbers = (shape.cx, shape.cy, shape.rx, shape.ry, shape.angle)
    is_finite = all(math.isfinite(number) for number in numbers)
    if not is_finite or shape.rx < 0 or shape.ry < 0:
        detail = "an ellipse without a finite place and size"
        raise Refusal(Reason.BAD_POLYGON, detail)

    rx = shape.rx * width
    ry = shape.ry * height
    limit = MAX_COORDINATE
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
    picture: MaskPicture, colours: Sequence[int], height: int, width: int
) -> tuple[RunLengths, list[Flag]]:
    """The mask of a picture of the whole frame, which is height × width px, and remarks.

    `colours`: the mask is the px of these, 0xRRGGBB; without any, what is opaque or
    white. A picture of another size is scaled. Refusal mask_size_mismatch.
    """
    fitted, flags = fit_mask(_mask_of(picture, colours), height, width)
    if picture.lossy:
        flags.append(Flag.JPEG_MASK)
    return masks.encode(fitted), flags


def _mask_of(picture: MaskPicture, colours: Sequence[int]) -> Mask:
    """(H, W) bool: the px of some colours; without any, what is opaque or white."""
    if not colours:
        return binary_mask(picture)
    is_of_them: Mask = np.isin(picture.colours, colours)
    return is_of_them


def _decode(shape: Bitmap, max_pixels: int) -> MaskPicture:
    """The picture of a bitmap. Refusal bad_bitmap."""
    try:
        return decode_mask(shape.data, max_pixels)
    except Refusal as refusal:
        raise Refusal(Reason.BAD_BITMAP, refusal.detail) from None


def _join(
    shape: Compound,
    picture: Size,
    max_pixels: int,
    annotated: Size | None,
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
                runs, remarks = to_run_lengths(each, *picture, max_pixels, annotated)
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
