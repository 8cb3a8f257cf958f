"""Segments of panoptic documents: each an annotation whose mask is the px of its id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from curate.formats.shared.coco_annotations import Classes
from curate.formats.shared.coco_entries import is_set, read_id
from curate.formats.shared.json_values import (
    as_object,
    attributes,
    label_flags,
    stated_box,
    whole,
)
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Painted, SegmentMap


@dataclass(frozen=True, slots=True)
class SegmentReading:
    """How all segments of a document are read."""

    document: str
    classes: Classes
    keep_crowds: bool
    """Whether a crowd is an object."""
    resize: bool
    """Whether a map of another size is scaled."""


def map_of_segments(
    reading: SegmentReading, path: str, segments: Sequence[Any]
) -> SegmentMap:
    """The map at a path, which holds an image's segments."""
    known = []
    for segment in segments:
        value = whole(as_object(segment).get("id"))
        if value is not None:
            known.append(value)
    return SegmentMap(
        path=path,
        pixels="id",
        known=known,
        void=[0],
        resize=reading.resize,
    )


def read_segment(
    reading: SegmentReading, path: str, number: int, segment: Any
) -> Annotation:
    """An entry of segments_info; it is dropped if it is malformed, a crowd or of no class.

    `path`: of its map. `number`: its place in the list.
    """
    entry = as_object(segment)
    value = whole(entry.get("id"))
    category = read_id(entry.get("category_id"))
    label = reading.classes.label(category)
    if value is None:
        return Annotation(
            key=f"{reading.document}#{path}[{number}]",
            label=label,
            dropped=Reason.MALFORMED_FILE,
            detail=f"segments_info[{number}] has no id",
        )

    annotation = Annotation(
        key=f"{reading.document}#{value}",
        label=label,
        shape=Painted(path=path, value=value),
        attributes=attributes(entry.get("attributes")),
        flags=label_flags(label),
        box=stated_box(entry.get("bbox")),
    )
    try:
        reading.classes.check(category)
        if is_set(entry.get("iscrowd")) and not reading.keep_crowds:
            raise Refusal(Reason.CROWD, "iscrowd is 1; option crowds tells otherwise")
    except Refusal as refusal:
        return msgspec.structs.replace(
            annotation,
            dropped=refusal.reason,
            detail=refusal.detail,
        )
    return annotation
