"""A model's answer in the form that a request asked for."""

from msgspec.structs import replace

from curate.pixels import images, masks, run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.pixels.simple_polygons import (
    MIN_AREA,
    TOLERANCE,
    Region,
    coco_rings,
    geometry_rings,
    moved,
    simplify,
)
from pipelines.loop.answering import Answer, Answered
from pipelines.loop.records import (
    BoxAnswer,
    CompressedMask,
    Corners,
    MasksWanted,
    Picture,
)


def as_asked(
    answer: Answered, box: Corners, wanted: MasksWanted, picture: Picture
) -> BoxAnswer:
    """An answer of the API."""
    runs = in_picture(answer, picture)
    x0, y0, x1, y1 = masks.box(runs)
    found = BoxAnswer(
        box=box,
        bbox=(x0, y0, x1 - x0, y1 - y0),
        area=masks.area(runs),
        expected_iou=answer.expected_iou,
        model=answer.by.digest,
    )
    if wanted.form == "run_lengths":
        counts = run_lengths.compress(runs)
        compressed = CompressedMask((picture.height, picture.width), counts)
        return replace(found, segmentation=compressed)
    if wanted.form == "png":
        return replace(found, png=images.encode_mask(masks.decode(runs)))

    placed = regions_in_picture(answer, wanted.tolerance, wanted.min_area)
    if wanted.form == "geometry":
        return replace(found, geometry=geometry_rings(placed))
    return replace(found, segmentation=coco_rings(placed))


def in_picture(answer: Answer, picture: Picture) -> RunLengths:
    """The mask of an answer as run-lengths of the picture."""
    window = answer.window
    return masks.place(answer.mask, window.x0, window.y0, picture.height, picture.width)


def regions_in_picture(
    answer: Answer, tolerance: float = TOLERANCE, min_area: float = MIN_AREA
) -> list[Region]:
    """The mask of an answer as polygons in px of the picture, see `simplify`."""
    # On the window alone: the picture around it may be a hundred times as large.
    regions = simplify(answer.mask, tolerance, min_area)
    return [moved(region, answer.window.x0, answer.window.y0) for region in regions]
