"""Annotations as objects of the displayed frame, with their masks as run-lengths."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import msgspec

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.components import split_components
from curate.pixels.many_runs import Measured, compress, measure
from curate.pixels.mask_quality import quality_flags
from curate.pixels.regions import Region, Source
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Box, StatedBox
from curate.stages.frames import Frame
from curate.stages.image_masks import ImageMasks
from curate.stages.image_source import ImageLimits
from curate.stages.stated_boxes import disagreeing

# Of some hundred masks: with fewer, the steps in numpy cost more than their numbers.
_RUNS_AT_ONCE = 1 << 17


# Of these records each annotation has one: a Struct is made in a tenth of a dataclass's time.
class Object(msgspec.Struct, frozen=True, gc=False):
    """One object of an image, in the displayed frame."""

    key: str
    label: str
    runs: RunLengths
    counts: str
    """Its run-lengths, compressed as COCO does."""
    area: int
    box: Box
    source: Source
    flags: list[Flag]
    attributes: dict[str, str]


class Drawn(msgspec.Struct, frozen=True, gc=False):
    """A mask of the displayed frame, and what its annotation says of it."""

    region: Region
    attributes: dict[str, str]
    stated: StatedBox | None = None
    """The box that the export states beside the mask."""
    frame: Frame | None = None
    """The frame that this box is in."""


def with_mask(
    annotation: Annotation, masks_of: ImageMasks, limits: ImageLimits, frame: Frame
) -> Drawn:
    """An annotation with its mask. Refusal if it has none, or no good one.

    `frame`: of its record.
    """
    if annotation.dropped is not None:
        raise Refusal(annotation.dropped, annotation.detail)
    check_label(annotation.label, limits)
    mask = masks_of.mask(annotation)
    if mask.runs.is_empty:
        raise Refusal(Reason.EMPTY_MASK, "the mask has no pixel on the raster")

    region = Region(
        key=annotation.key,
        label=annotation.label,
        runs=mask.runs,
        flags=[*annotation.flags, *mask.flags],
        source="instance",
    )
    return Drawn(region, annotation.attributes, annotation.box, frame)


def make_objects(drawn: Sequence[Drawn], cut: bool = False) -> list[list[Object]]:
    """The objects of each mask: itself, or its 8-connected components if `cut`.

    Masks of several images are measured together.
    """
    objects: list[list[Object]] = []
    for group in _groups(drawn):
        measured = measure([each.region.runs for each in group])
        flags = _mismatches(group, measured)
        if cut:
            objects += _made_of_components(group, flags)
        else:
            objects += [[each] for each in _objects(group, measured, flags)]
    return objects


def check_label(label: str, limits: ImageLimits) -> None:
    """Refuse a label that is too long."""
    if len(label) > limits.label_characters:
        length = f"a label of {len(label):,} characters"
        raise Refusal(
            Reason.OVER_LIMIT, f"{length}, more than {limits.label_characters:,}"
        )


def _groups(drawn: Iterable[Drawn]) -> Iterator[list[Drawn]]:
    """The masks in lists. Each list has few runs, or just one mask."""
    group: list[Drawn] = []
    runs = 0
    for each in drawn:
        runs += each.region.runs.counts.size
        if group and runs > _RUNS_AT_ONCE:
            yield group
            group = []
            runs = each.region.runs.counts.size
        group.append(each)
    if group:
        yield group


def _mismatches(drawn: Sequence[Drawn], measured: Measured) -> list[list[Flag]]:
    """The flag `box_mismatch` for each mask that is not in the box that the export states."""
    flags: list[list[Flag]] = [[] for _ in drawn]
    with_box = [
        (number, each.stated, each.frame)
        for number, each in enumerate(drawn)
        if each.stated is not None and each.frame is not None
    ]
    if with_box:
        numbers, stated, frames = zip(*with_box, strict=True)
        boxes = measured.boxes[list(numbers)]
        for at in disagreeing(boxes, stated, frames):
            flags[numbers[at]].append(Flag.BOX_MISMATCH)
    return flags


def _objects(
    drawn: Sequence[Drawn], measured: Measured, flags: Sequence[list[Flag]]
) -> list[Object]:
    """Masks as objects. `flags`: more of each."""
    objects = []
    columns = zip(
        drawn,
        compress(measured.runs),
        measured.areas.tolist(),
        measured.boxes.tolist(),
        quality_flags(measured),
        flags,
        strict=True,
    )
    for each, counts, area, box, of_mask, others in columns:
        region = each.region
        made = Object(
            key=region.key,
            label=region.label,
            runs=region.runs,
            counts=counts,
            area=area,
            box=Box(*box),
            source=region.source,
            flags=[*region.flags, *others, *of_mask],
            attributes=each.attributes,
        )
        objects.append(made)
    return objects


def _made_of_components(
    drawn: Iterable[Drawn], flags: Iterable[list[Flag]]
) -> Iterator[list[Object]]:
    """The 8-connected components of each mask as objects. `flags`: more of each mask."""
    components = []
    pieces = []
    for each, others in zip(drawn, flags, strict=True):
        found = _components(each.region)
        for component in found:
            flags_of_both = [*component.flags, *others]
            region = msgspec.structs.replace(component, flags=flags_of_both)
            components.append(Drawn(region, each.attributes))
        pieces.append(len(found))

    made = chain.from_iterable(make_objects(components))
    for number in pieces:
        yield list(islice(made, number))


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
