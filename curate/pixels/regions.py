"""Regions of a mask file: each becomes an object, or is lost for a stated reason.

Components: the px of each value are cut into 8-connected regions. Instances: a value
stays whole. With an instance map (VOC SegmentationObject) each of its numbers is an
object, except 0 and 255 (VOC's border); its class is the commonest one under it.
Regions of a class that no number touches are objects too, as components.

Blends: a region of doubtful px alone that holds no block of 3 x 3 px is an edge between
two regions. Those of a mask become one drop of count 0.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import msgspec
import numpy as np

from curate.flags import Flag
from curate.mask_records import RegionMap
from curate.pixels.blended_numbers import lowest_and_highest
from curate.pixels.class_codes import class_codes
from curate.pixels.class_table import BACKGROUND, Bools, ClassCodes, Integers
from curate.pixels.mask_pictures import MaskPicture
from curate.pixels.mask_scaling import fit_to_image
from curate.pixels.masks import Mask
from curate.pixels.numbered_regions import (
    NumberedRegions,
    by_class,
    by_instance,
    instance_map,
    without_instance,
)
from curate.pixels.region_runs import region_runs
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal

_BLOCK = np.ones((3, 3), np.uint8)

Source = Literal["instance", "component"]
"""Whether the annotator drew an object as one, or it is a connected part of a class."""


# There are many of them: a Struct is made in a tenth of a dataclass's time.
class Region(msgspec.Struct, frozen=True, gc=False):
    """An object in the frame of its mask file's image."""

    key: str
    label: str
    runs: RunLengths
    flags: list[Flag]
    source: Source


@dataclass(frozen=True, slots=True)
class Lost:
    """A region that becomes no object. `count`: annotations that it stands for."""

    key: str
    refusal: Refusal
    count: int


@dataclass(frozen=True, slots=True)
class MapRegions:
    """All that a mask file holds."""

    regions: list[Region]
    lost: list[Lost]
    labelled_share: float
    """Share of the px that are of a listed class, background included."""


def read_regions(
    region_map: RegionMap,
    picture: MaskPicture,
    instances: MaskPicture | None,
    height: int,
    width: int,
) -> MapRegions:
    """Objects of a mask over an image of height × width px, by class, then by first px.

    Keys: `PATH#LABEL@X,Y` with a component's topmost, then leftmost px; `PATH#LABEL`
    for a whole class, `PATH#NUMBER` for an object of the instance map. Refusal
    mask_size_mismatch, undecodable_mask, or over_limit.
    """
    fitted = fit_to_image(picture, region_map, height, width)
    coded = class_codes(region_map, fitted)
    flags = []
    if picture.lossy:
        flags.append(Flag.JPEG_MASK)
    if picture.pixels.shape != (height, width):
        flags.append(Flag.SCALED_MASK)

    if instances is not None:
        instances = fit_to_image(instances, region_map, height, width)

    path = region_map.path
    regions: list[Region] = []
    lost: list[Lost] = []
    for numbered in _numbered(region_map, coded, fitted, instances):
        if numbered.count:
            made, missed = _cut(path, coded, numbered, flags)
            regions += made
            lost += missed

    if not regions and not lost and _is_one_object(region_map):
        detail = f"{path}: the file of one object has no px that is set"
        refusal = Refusal(Reason.EMPTY_MASK, detail)
        lost.append(Lost(f"{path}#1", refusal, 1))
    return MapRegions(regions, lost, _labelled_share(coded))


def _is_one_object(region_map: RegionMap) -> bool:
    """Whether all px of a mask file are one object."""
    return region_map.pixels == "binary" and region_map.objects == "instances"


def _numbered(
    region_map: RegionMap,
    coded: ClassCodes,
    picture: MaskPicture,
    instances: MaskPicture | None,
) -> list[NumberedRegions]:
    """The regions of a mask, numbered: those of an instance map, then the others.

    Refusal over_limit.
    """
    whole = region_map.objects == "instances"
    if region_map.pixels == "objects" and whole:
        objects = instance_map(picture, has_border=False)
        return [by_instance(coded, objects)]
    if instances is None:
        return [by_class(coded, whole)]

    objects = instance_map(instances, has_border=True)
    return [
        by_instance(coded, objects),
        without_instance(coded, objects),
    ]


def _labelled_share(coded: ClassCodes) -> float:
    """Share of the px whose code is of a listed class or of the background."""
    is_listed = [name is not None for name in coded.names]
    is_listed[BACKGROUND] = True
    labelled = np.array(is_listed)[coded.codes]
    return float(labelled.mean())


def _cut(
    path: str,
    coded: ClassCodes,
    numbered: NumberedRegions,
    flags: list[Flag],
) -> tuple[list[Region], list[Lost]]:
    """The regions that become objects, and those that are lost. There is at least one."""
    runs = region_runs(numbered)
    is_blended, is_sliver = _blends(coded, numbered)

    source: Source = "instance"
    if numbered.ids is None:
        source = "component"

    regions = []
    lost = []
    for at, code in enumerate(numbered.codes.tolist()):
        if is_sliver[at]:
            continue
        x, y = runs.first_px[at]
        label = coded.names[code]
        if label is None:
            lost.append(_unlisted(path, coded.values[code], (x, y)))
            continue

        # A component has no id of its own: its label and first px name it.
        name = f"{label}@{x},{y}"
        if numbered.ids is not None:
            name = numbered.ids[at]

        # A JPEG blends all colours, and has its own flag.
        remarks = flags
        if is_blended[at] and Flag.JPEG_MASK not in flags:
            remarks = [*flags, Flag.BLENDED]
        region = Region(
            key=f"{path}#{name}",
            label=label,
            runs=runs.run_lengths[at],
            flags=remarks,
            source=source,
        )
        regions.append(region)

    slivers = np.count_nonzero(is_sliver)
    if slivers:
        what = f"{slivers} slivers of blended colours or numbers between regions, of no class"
        refusal = Refusal(Reason.UNKNOWN_CLASS, f"{path}: {what}")
        lost.append(Lost(path, refusal, 0))
    return regions, lost


def _unlisted(path: str, value: int, first_px: tuple[int, int]) -> Lost:
    """A region of no listed class."""
    x, y = first_px
    place = f"{x},{y}"
    what = f"a region of value {value} (#{value:06X}), of no listed class"
    refusal = Refusal(Reason.UNKNOWN_CLASS, f"{path}: {what}, from px {place}")
    key = f"{path}#{value}@{place}"
    return Lost(key, refusal, 1)


def _blends(coded: ClassCodes, numbered: NumberedRegions) -> tuple[Bools, Bools]:
    """(n,) whether each region has doubtful px or is beside some, and whether it is a sliver."""
    nowhere = np.zeros(numbered.count, bool)
    if coded.doubtful is None:
        return nowhere, nowhere

    beside = cv2.dilate(coded.doubtful.astype(np.uint8), _BLOCK)
    is_blended = numbered.holding(beside.astype(np.bool_))
    if numbered.ids is not None:  # a numbered object is one, however thin
        return is_blended, nowhere
    is_sure = ~coded.doubtful | _inside_blocks(coded.codes)
    is_solid = numbered.holding(is_sure)
    return is_blended, ~is_solid


def _inside_blocks(codes: Integers) -> Mask:
    """(H, W) the px in the middle of a block of 3 x 3 px of one code."""
    numbers = codes.astype(np.float32)
    padded = np.pad(numbers, 1, constant_values=-1)
    lowest, highest = lowest_and_highest(padded)
    is_inside: Mask = lowest == highest
    return is_inside[1:-1, 1:-1]
