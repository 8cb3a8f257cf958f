"""A shape of an annotation, as its export wrote it, as run-lengths over the frame in which it stands."""

from curate.pixels import images, masks, polygons, row_runs, run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Bitmap, Compound, Flag, Polygons, RowRunLengths, Shape


def to_run_lengths(
    shape: Shape, height: int, width: int, max_pixels: int
) -> tuple[RunLengths, list[Flag]]:
    """Run-lengths of a shape over its frame of height × width px, and remarks. Refusal where there is no mask in it.

    `max_pixels`: of an embedded bitmap.
    """
    if isinstance(shape, Compound):
        return _join(shape, height, width, max_pixels)
    if isinstance(shape, Polygons):
        return polygons.rasterise(shape, height, width)
    if isinstance(shape, Bitmap):
        try:
            picture = images.decode_mask(shape.data, max_pixels)
        except Refusal as refusal:
            raise Refusal(Reason.BAD_BITMAP, refusal.detail) from None
        return masks.place(picture.foreground(), shape.x, shape.y, height, width), []
    if isinstance(shape, RowRunLengths):
        return row_runs.place_rows(shape, height, width, max_pixels), []
    if (shape.height, shape.width) != (height, width):
        stated = f"{shape.width} x {shape.height}"[:100]
        raise Refusal(
            Reason.MASK_SIZE_MISMATCH, f"the mask is {stated} px, the image {width} x {height}"
        )
    return run_lengths.parse(shape.counts, height, width), []


def _join(
    shape: Compound, height: int, width: int, max_pixels: int
) -> tuple[RunLengths, list[Flag]]:
    """The union of the parts less the holes; a bad one is left out and flagged partial, if any good part is left."""
    good: list[RunLengths] = []
    holes: list[RunLengths] = []
    flags: set[Flag] = set()
    refusals: list[Refusal] = []
    for kind, parts in ((good, shape.pieces), (holes, shape.holes)):
        for part in parts:
            try:
                runs, remarks = to_run_lengths(part, height, width, max_pixels)
            except Refusal as refusal:
                refusals.append(refusal)
                continue
            kind.append(runs)
            flags.update(remarks)
    if not good:
        raise refusals[0] if refusals else Refusal(Reason.NO_MASK, "the annotation has no parts")
    joined = masks.union(good)
    flags.update([Flag.PARTIAL] * bool(refusals))
    return (masks.subtract(joined, masks.union(holes)) if holes else joined), sorted(flags)
