"""Segments of panoptic documents: each an annotation whose mask is the px of its id."""

from collections.abc import Mapping, Sequence
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
)
from curate.mask_records import Painted, SegmentMap
from curate.reasons import Reason, Refusal
from curate.records import Annotation

_MOST_DIGITS = 18  # of an id; colours have 24 bits


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
        value = _id(as_object(segment))
        if value is not None:
            known.append(value)
    return SegmentMap(
        path=path,
        pixels="id",
        known=known,
        void=[0],
        resize=reading.resize,
    )


def read_segments(
    reading: SegmentReading, path: str, segments: Sequence[Any]
) -> list[Annotation]:
    """The entries of segments_info. `path`: of their map.

    One that is malformed, a crowd, of no class, or whose id another one has, is dropped.
    """
    seen: set[int] = set()
    annotations = []
    for number, segment in enumerate(segments):
        entry = as_object(segment)
        value = _id(entry)
        annotation = _annotation(reading, path, number, entry, value)
        if value in seen:
            # The same px cannot be of two classes; panopticapi knows one segment for each id.
            detail = f"segments_info[{number}]: id {value} is listed before"
            annotation = _dropped(
                annotation, Refusal(Reason.DUPLICATE_ANNOTATION, detail)
            )
        elif value is not None:
            seen.add(value)
        annotations.append(annotation)
    return annotations


def _id(entry: Mapping[str, Any]) -> int | None:
    """The id of a segment, which may be written as text; None if it is not one."""
    stated = read_id(entry.get("id"))
    if stated is None or not stated.isdecimal() or len(stated) > _MOST_DIGITS:
        return None
    return int(stated)


def _annotation(
    reading: SegmentReading,
    path: str,
    number: int,
    entry: Mapping[str, Any],
    value: int | None,
) -> Annotation:
    """The annotation of entry `number`, whose id is `value`."""
    category = reading.classes.listed(read_id(entry.get("category_id")))
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
        if value == 0:
            raise Refusal(Reason.EMPTY_MASK, "px of id 0 are px without a segment")
    except Refusal as refusal:
        return _dropped(annotation, refusal)
    return annotation


def _dropped(annotation: Annotation, refusal: Refusal) -> Annotation:
    return msgspec.structs.replace(
        annotation, dropped=refusal.reason, detail=refusal.detail
    )
