"""Mask files of an image as objects of the displayed frame."""

from dataclasses import dataclass

import msgspec

from curate.drops import Drop
from curate.mask_records import RegionMap
from curate.pixels import masks
from curate.pixels.regions import MapRegions, read_regions
from curate.reasons import Refusal
from curate.stages.annotations import Drawn, check_label
from curate.stages.frames import Frame, Frames
from curate.stages.image_source import ImageSource
from curate.stages.mask_reading import MaskReader


@dataclass(frozen=True, slots=True)
class MapObjects:
    """What became of a mask file."""

    drawn: list[Drawn]
    drops: list[Drop]
    labelled_share: float
    """Share of its px that are of some class."""


def map_objects(region_map: RegionMap, files: MaskReader, frames: Frames) -> MapObjects:
    """The masks in a mask file; a file that cannot be read is one drop."""
    source = files.source
    try:
        instances = None
        if region_map.instances:
            instances = files.read(region_map.instances)
        picture = files.read(region_map.path)
        frame = frames.of_mask(picture.size)
        found = read_regions(region_map, picture, instances, frame.height, frame.width)
    except Refusal as refusal:
        return MapObjects([], [source.drop(region_map.path, refusal, count=None)], 0.0)
    return _objects(found, source, frame)


def _objects(found: MapRegions, source: ImageSource, frame: Frame) -> MapObjects:
    """The regions of a mask, and what is lost of them as drops."""
    drawn: list[Drawn] = []
    drops = [source.drop(lost.key, lost.refusal, lost.count) for lost in found.lost]
    for region in found.regions:
        try:
            check_label(region.label, source.limits)
        except Refusal as refusal:
            drops.append(source.drop(region.key, refusal))
            continue
        turned = masks.reorient(region.runs, frame.orientation)
        flags = [*region.flags, *frame.flags]
        shown = msgspec.structs.replace(region, runs=turned, flags=flags)
        drawn.append(Drawn(shown, {}))
    return MapObjects(drawn, drops, found.labelled_share)
