"""Mask files of which each value is an annotation: read once, and what no annotation claims."""

from dataclasses import dataclass

from curate.drops import Drop
from curate.mask_records import SegmentMap
from curate.pixels import masks
from curate.pixels.regions import Region
from curate.pixels.run_lengths import RunLengths
from curate.pixels.segments import (
    Segments,
    class_of,
    is_crowd,
    labelled_px,
    read_segments,
)
from curate.reasons import Reason, Refusal
from curate.stages.annotations import Drawn
from curate.stages.frames import Frames
from curate.stages.image_source import ImageSource
from curate.stages.mask_reading import MaskReader


@dataclass(frozen=True, slots=True)
class OtherValues:
    """What became of the values of a mask file that no annotation claims."""

    drawn: list[Drawn]
    drops: list[Drop]
    labelled_px: int
    """Px of any annotation or class, also of those that annotations claim."""


def displayed_segments(
    segment_map: SegmentMap, files: MaskReader, frames: Frames
) -> Segments | Refusal:
    """The segments of a mask file in the displayed frame; why it cannot be used, if so."""
    try:
        picture = files.read(segment_map.path)
        frame = frames.of_mask(picture.size)
        found = read_segments(segment_map, picture, frame.height, frame.width)
    except Refusal as refusal:
        return refusal

    turned = {}
    for value, runs in found.runs.items():
        turned[value] = masks.reorient(runs, frame.orientation)
    return Segments(turned, [*found.flags, *frame.flags])


def other_values(
    segment_map: SegmentMap,
    segments: Segments | Refusal,
    source: ImageSource,
) -> OtherValues:
    """The values of a mask file that no annotation claims, as masks or drops.

    A file that cannot be used is one drop of unknown
    count, unless its annotations are all that it would have held.
    """
    if isinstance(segments, Refusal):
        drops = []
        if segment_map.labels:
            drops.append(source.drop(segment_map.path, segments, count=None))
        return OtherValues([], drops, 0)

    drawn: list[Drawn] = []
    drops = []
    known = set(segment_map.known)
    for value, runs in segments.runs.items():
        is_void = class_of(segment_map, value) in segment_map.void
        if not segment_map.others or value in known or is_void:
            continue
        key = f"{segment_map.path}#{value}"
        try:
            label = _label(segment_map, value, runs)
        except Refusal as refusal:
            drops.append(source.drop(key, refusal))
            continue
        whole = Region(
            key=key,
            label=label,
            runs=runs,
            flags=segments.flags,
            source="instance",
        )
        drawn.append(Drawn(whole, {}))
    return OtherValues(drawn, drops, labelled_px(segment_map, segments))


def _label(segment_map: SegmentMap, value: int, runs: RunLengths) -> str:
    """The label of a value. Refusal unknown_class or crowd."""
    path = segment_map.path
    label = segment_map.labels.get(class_of(segment_map, value))
    if label is None:
        px = f"{path}: {masks.area(runs):,} px have the value {value}, which is not listed"
        detail = f"{px}; if the map is by another list, its other objects are wrong"
        raise Refusal(Reason.UNKNOWN_CLASS, detail)
    if is_crowd(segment_map, value):
        detail = f"{path}: px of {label} that have no object's number"
        raise Refusal(Reason.CROWD, detail)
    return label
