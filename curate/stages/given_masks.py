"""Which mask files of an image can be read, before a px of them is."""

import posixpath
from collections.abc import Mapping

import msgspec

from curate.exports.export import Export
from curate.exports.finding import refused_path
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Drop, ImageRecord, Painted, SegmentMap


def check_mask(export: Export, path: str) -> None:
    """Refuse a mask file that is not in the export."""
    if path in export.files.known:
        return
    refusal = refused_path(export.files, path)
    if refusal is not None:
        raise refusal
    if path.startswith("/") or posixpath.normpath(path).startswith(".."):
        raise Refusal(Reason.PATH_ESCAPE, f"mask {path!r} leaves the export")
    raise Refusal(Reason.MISSING_MASK, f"mask {path!r} is not in the export")


def repeated(key: str) -> Refusal:
    """The refusal of an annotation or a mask file that the image has already."""
    detail = f"{key} is there twice; the first is kept"
    return Refusal(Reason.DUPLICATE_ANNOTATION, detail)


def usable_segments(
    export: Export, path: str, record: ImageRecord, given: set[str]
) -> tuple[ImageRecord, list[Drop]]:
    """The record without the segment maps that cannot be read, and drops of these.

    `path`: of its image. `given`: keys that the image has already; the maps are added.
    Annotations of a map that cannot be read are marked as dropped.
    """
    usable: list[SegmentMap] = []
    refusals: dict[str, Refusal] = {}
    lost = []
    for segment_map in record.segment_maps:
        key = segment_map.path
        try:
            usable.append(_checked(export, segment_map, given))
        except Refusal as refusal:
            refusals[key] = refusal
            if segment_map.labels:
                drop = export.drop(
                    refusal, image_path=path, annotation_key=key, count=None
                )
                lost.append(drop)
        given.add(key)

    annotations = [_unless_refused(each, refusals) for each in record.annotations]
    record = msgspec.structs.replace(
        record, annotations=annotations, segment_maps=usable
    )
    return record, lost


def _checked(export: Export, segment_map: SegmentMap, given: set[str]) -> SegmentMap:
    """A segment map that can be read. Refusal if it cannot, or if the image has it."""
    check_mask(export, segment_map.path)
    if segment_map.path not in given:
        return segment_map
    if segment_map.labels:
        raise repeated(segment_map.path)
    # What its annotations do not claim was reported where the map was named first.
    return msgspec.structs.replace(segment_map, others=False)


def _unless_refused(
    annotation: Annotation, refusals: Mapping[str, Refusal]
) -> Annotation:
    """The annotation; marked as dropped if its segment map cannot be read."""
    shape = annotation.shape
    if annotation.dropped is not None or not isinstance(shape, Painted):
        return annotation
    refusal = refusals.get(shape.path)
    if refusal is None:
        return annotation
    return msgspec.structs.replace(
        annotation,
        shape=None,
        dropped=refusal.reason,
        detail=refusal.detail,
    )
