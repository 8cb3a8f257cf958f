"""Annotations as objects of the displayed frame, with their masks as run-lengths."""

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.components import split_components
from curate.pixels.mask_quality import quality_flags
from curate.pixels.regions import Region
from curate.pixels.run_lengths import compress
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Box, Record
from curate.stages.image_masks import ImageMasks
from curate.stages.image_source import ImageLimits
from curate.stages.stated_boxes import disagrees


class Object(Record, frozen=True, kw_only=True):
    """One object of an image, in the displayed frame."""

    key: str
    label: str
    counts: str
    """Run-lengths of its mask, compressed as COCO does."""
    area: int
    box: Box
    source: str
    flags: list[str]
    attributes: dict[str, str]


def annotation_objects(
    annotation: Annotation, masks_of: ImageMasks, cut: bool, limits: ImageLimits
) -> list[Object]:
    """The objects of an annotation: one, or its 8-connected components if `cut`.

    Refusal if it has no mask, or no good one.
    """
    if annotation.dropped is not None:
        raise Refusal(annotation.dropped, annotation.detail)
    check_label(annotation.label, limits)
    mask = masks_of.mask(annotation)
    if masks.area(mask.runs) == 0:
        raise Refusal(Reason.EMPTY_MASK, "the mask has no pixel on the raster")

    flags = [*annotation.flags, *mask.flags]
    if annotation.box is not None:
        frame = masks_of.frames.of_record()
        if disagrees(masks.box(mask.runs), annotation.box, frame):
            flags.append(Flag.BOX_MISMATCH)

    whole = Region(
        key=annotation.key,
        label=annotation.label,
        runs=mask.runs,
        flags=flags,
        source="instance",
    )
    return region_objects(whole, annotation.attributes, cut)


def region_objects(
    whole: Region, attributes: dict[str, str], cut: bool
) -> list[Object]:
    """A region of the displayed frame as one object, or as its components if `cut`."""
    regions = [whole]
    if cut:
        regions = _components(whole)
    return [make_object(region, attributes) for region in regions]


def make_object(region: Region, attributes: dict[str, str]) -> Object:
    """A region of the displayed frame as an object."""
    area = masks.area(region.runs)
    box = masks.box(region.runs)
    flags = [*region.flags, *quality_flags(region.runs, box, area)]
    return Object(
        key=region.key,
        label=region.label,
        counts=compress(region.runs),
        area=area,
        box=box,
        source=region.source,
        flags=[flag.value for flag in flags],
        attributes=attributes,
    )


def check_label(label: str, limits: ImageLimits) -> None:
    """Refuse a label that is too long."""
    if len(label) > limits.label_characters:
        length = f"a label of {len(label):,} characters"
        raise Refusal(
            Reason.OVER_LIMIT, f"{length}, more than {limits.label_characters:,}"
        )


def _components(whole: Region) -> list[Region]:
    """The 8-connected components of a region, each named by the top left px of its box."""
    bounds = masks.box(whole.runs)
    mask = masks.decode_window(whole.runs, bounds)

    regions = []
    for component in split_components(mask):
        x = bounds.x0 + component.x
        y = bounds.y0 + component.y
        region = Region(
            key=f"{whole.key}@{x},{y}",
            label=whole.label,
            runs=masks.place(
                component.mask,
                x,
                y,
                whole.runs.height,
                whole.runs.width,
            ),
            flags=whole.flags,
            source="component",
        )
        regions.append(region)
    return regions
