"""Shapes that are drawn over one another: of each, the px that no higher one covers."""

from dataclasses import dataclass

from curate.flags import Flag
from curate.mask_records import MaskFile, Painted
from curate.pixels import masks
from curate.pixels.proportions import Size
from curate.pixels.run_lengths import RunLengths
from curate.pixels.shapes import to_run_lengths
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord, Shape


@dataclass(frozen=True, slots=True)
class Visible:
    """What is seen of a shape."""

    runs: RunLengths
    flags: list[Flag]


def visible_shapes(
    record: ImageRecord,
    height: int,
    width: int,
    max_pixels: int,
    annotated: Size | None = None,
) -> dict[int, Visible | Refusal]:
    """What is seen of each shape that has a layer, by its layer; a Refusal if nothing is.

    `height`, `width`: of the picture. `annotated`: size of the frame in which the shapes are,
    if it has another one. A shape that is refused covers nothing;
    one whose annotation is dropped for another reason, such as a crowd, covers as it was drawn.
    """
    found: dict[int, Visible | Refusal] = {}
    covered: RunLengths | None = None
    for layer, shape in sorted(_layers(record).items(), reverse=True):
        try:
            runs, flags = to_run_lengths(shape, height, width, max_pixels, annotated)
        except Refusal as refusal:
            found[layer] = refusal
            continue

        if covered is None:
            found[layer] = Visible(runs, flags)
            covered = runs
            continue
        seen = masks.subtract(runs, covered)
        if masks.area(seen) == 0 and masks.area(runs) > 0:
            found[layer] = Refusal(
                Reason.EMPTY_MASK, "shapes drawn later cover all of it"
            )
        else:
            found[layer] = Visible(seen, flags)
        covered = masks.union([covered, runs])
    return found


def _layers(record: ImageRecord) -> dict[int, Shape]:
    """The shapes that cover others, by their layers."""
    layers = {cover.layer: cover.shape for cover in record.covers}
    for annotation in record.annotations:
        shape = annotation.shape
        if annotation.layer is None or shape is None:
            continue
        if isinstance(shape, MaskFile | Painted):
            continue
        layers[annotation.layer] = shape
    return layers
