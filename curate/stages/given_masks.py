"""Which mask files of an image can be read, before a px of them is."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from curate.drops import Drop
from curate.exports.export import Export
from curate.exports.finding import find_mask
from curate.flags import Flag
from curate.mask_records import Painted, SegmentMap
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord
from curate.stages.found_files import check_length
from curate.stages.hashes import Hashes


@dataclass(frozen=True, slots=True)
class UsableSegments:
    """A record with the segment maps that can be read."""

    record: ImageRecord
    """Annotations of a map that cannot be read are marked as dropped."""
    drops: list[Drop]
    """Drops of the other maps."""
    flags: list[Flag]
    """How the maps were found."""


def repeated(key: str) -> Refusal:
    """The refusal of an annotation or a mask file that the image has already."""
    detail = f"{key} is there twice; the first is kept"
    return Refusal(Reason.DUPLICATE_ANNOTATION, detail)


def usable_segments(
    export: Export, path: str, record: ImageRecord, given: Hashes
) -> UsableSegments:
    """The record with its segment maps at their paths in the export, and what is lost of it.

    `path`: of its image. `given`: keys that the image has already; the maps are added.
    """
    usable: list[SegmentMap] = []
    paths: dict[str, str | Refusal] = {}  # in the export, by the paths that are stated
    drops: list[Drop] = []
    flags: list[Flag] = []
    for stated in record.segment_maps:
        try:
            check_length("mask", stated.path, export.limits)
            found, by_name = find_mask(export.files, stated.path)
            segment_map = msgspec.structs.replace(stated, path=found)
            usable.append(_unless_repeated(segment_map, given))
        except Refusal as refusal:
            paths[stated.path] = refusal
            if stated.labels:
                drop = export.drop(
                    refusal, image_path=path, annotation_key=stated.path, count=None
                )
                drops.append(drop)
            continue
        paths[stated.path] = found
        flags += by_name
        given.add(found)

    annotations = [_with_found_map(each, paths) for each in record.annotations]
    record = msgspec.structs.replace(
        record, annotations=annotations, segment_maps=usable
    )
    return UsableSegments(record, drops, flags)


def _unless_repeated(segment_map: SegmentMap, given: Hashes) -> SegmentMap:
    """The segment map. Refusal duplicate_annotation if the image has it already."""
    if segment_map.path not in given:
        return segment_map
    if segment_map.labels:
        raise repeated(segment_map.path)
    # What its annotations do not claim was reported where the map was named first.
    return msgspec.structs.replace(segment_map, others=False)


def _with_found_map(
    annotation: Annotation, paths: Mapping[str, str | Refusal]
) -> Annotation:
    """The annotation with its segment map; marked as dropped if that cannot be read."""
    shape = annotation.shape
    if annotation.dropped is not None or not isinstance(shape, Painted):
        return annotation
    found = paths.get(shape.path, shape.path)
    if isinstance(found, Refusal):
        return msgspec.structs.replace(
            annotation, shape=None, dropped=found.reason, detail=found.detail
        )
    if found == shape.path:
        return annotation
    moved = msgspec.structs.replace(shape, path=found)
    return msgspec.structs.replace(annotation, shape=moved)
