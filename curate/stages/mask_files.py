"""Mask files of an image as objects of the displayed frame."""

from dataclasses import dataclass, replace

import msgspec

from curate.pixels import masks
from curate.pixels.mask_pictures import MaskPicture, decode_mask
from curate.pixels.probing import Probe
from curate.pixels.regions import MapRegions, read_regions
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Bitmap, Drop, MaskFile, RegionMap
from curate.stages.annotations import (
    Object,
    annotation_objects,
    check_label,
    make_object,
)
from curate.stages.image_source import Frame, ImageSource, displayed_frame, stored_frame


@dataclass(frozen=True, slots=True)
class MapObjects:
    """What became of a mask file."""

    objects: list[Object]
    drops: list[Drop]
    labelled_share: float
    """Share of its px that are of some class."""


def map_objects(
    region_map: RegionMap, source: ImageSource, frame: Frame, probe: Probe
) -> MapObjects:
    """The objects of a mask file; a file that cannot be read is one drop.

    `frame`: of the image's annotations.
    """
    try:
        instances = None
        if region_map.instances:
            instances = _picture(region_map.instances, source)
        picture = _picture(region_map.path, source)
        frame = _frame(picture, frame, probe)
        found = read_regions(region_map, picture, instances, frame.height, frame.width)
    except Refusal as refusal:
        return MapObjects([], [source.drop(region_map.path, refusal, count=None)], 0.0)
    return _objects(found, source, frame)


def file_objects(
    annotation: Annotation, file: MaskFile, source: ImageSource, frame: Frame, cut: bool
) -> list[Object]:
    """The objects of an annotation whose mask is a file: one, or its components if `cut`.

    Refusal missing_mask, undecodable_mask or over_limit, or as `annotation_objects`.
    """
    bitmap = Bitmap(data=_data(file.path, source), whole=True, colour=file.colour)
    annotation = msgspec.structs.replace(annotation, shape=bitmap)
    try:
        return annotation_objects(annotation, frame, cut, source.limits)
    except Refusal as refusal:
        reason = refusal.reason
        if reason is Reason.BAD_BITMAP:
            reason = Reason.UNDECODABLE_MASK
        raise Refusal(reason, f"{file.path}: {refusal.detail}") from None


def _picture(path: str, source: ImageSource) -> MaskPicture:
    """A mask file of the export. Refusal missing_mask, undecodable_mask or over_limit."""
    data = _data(path, source)
    try:
        return decode_mask(data, source.limits.image_pixels)
    except Refusal as refusal:
        raise Refusal(refusal.reason, f"{path}: {refusal.detail}") from None


def _data(path: str, source: ImageSource) -> bytes:
    """The bytes of a mask file. Refusal missing_mask, undecodable_mask or over_limit."""
    try:
        return source.read(f"{source.root}/{path}")
    except FileNotFoundError as error:
        raise Refusal(Reason.MISSING_MASK, f"{path}: {error.strerror}") from None
    except OSError as error:
        raise Refusal(
            Reason.UNDECODABLE_MASK, f"{path}: {error.strerror or error}"
        ) from None
    except Refusal as refusal:
        raise Refusal(refusal.reason, f"{path}: {refusal.detail}") from None


def _frame(picture: MaskPicture, frame: Frame, probe: Probe) -> Frame:
    """The frame of a mask: the stored one if only that has its size, else `frame`."""
    # Some tools show the picture as it is stored, and masks are painted over that.
    stored = stored_frame(probe)
    displayed = displayed_frame(probe)
    is_turned = (stored.height, stored.width) != (displayed.height, displayed.width)
    if is_turned and picture.pixels.shape == (stored.height, stored.width):
        return stored
    return frame


def _objects(found: MapRegions, source: ImageSource, frame: Frame) -> MapObjects:
    """The regions of a mask as objects, and what is lost of them as drops."""
    objects: list[Object] = []
    drops = [source.drop(lost.key, lost.refusal, lost.count) for lost in found.lost]
    for region in found.regions:
        try:
            check_label(region.label, source.limits)
        except Refusal as refusal:
            drops.append(source.drop(region.key, refusal))
            continue
        turned = masks.reorient(region.runs, frame.orientation)
        objects.append(make_object(replace(region, runs=turned), {}))
    return MapObjects(objects, drops, found.labelled_share)
