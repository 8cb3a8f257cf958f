"""Planning of ingest: from an export's records to found images, before a px is read.

Each record is made fit to be written, and its image is looked for. What has no image,
and what comes twice, becomes a drop with its count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from upath import UPath

from curate import formats, storage
from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.finding import find_image
from curate.reasons import Reason, Refusal
from curate.records import (
    Annotation,
    Drop,
    FaultReport,
    Flag,
    FoundImage,
    IgnoredFile,
    ImageRecord,
    ReadItem,
    RegionMap,
)
from curate.settings import ExportSettings
from curate.stages.faults import fault_refusal, fault_report
from curate.stages.given_masks import check_mask, repeated, usable_segments
from curate.stages.objects import image_drops
from curate.stages.writable import writable_drop, writable_record, writable_report

Keep = Callable[[bytes], str]
"""Keeps a picture that is embedded in a document, and names its file."""

BatchItem = FoundImage | Drop | FaultReport
"""One of the things that a batch of the plan holds."""

PlanItem = BatchItem | IgnoredFile
"""One of the things that `plan` yields."""


@dataclass(slots=True)
class _Given:
    """What an export has given to one image so far."""

    keys: set[str] = field(default_factory=set)
    """Keys of annotations and of mask files."""
    documents: dict[int, str] = field(default_factory=dict)
    """By the hash of label and shape: the document that gave them first."""


def read_export(
    export: Export, settings: ExportSettings
) -> Iterator[ReadItem | FaultReport]:
    """What the export has lost already, then all that its format reads.

    A fault of the format's reader costs what it had not read yet. InputError, with the
    path of the settings in it, if the export is not what the settings say.
    """
    yield from export.lost
    if not export.files.paths:
        return
    try:
        yield from formats.reader(settings.format)(export)
    except InputError as error:
        if settings.path in str(error):
            raise
        raise InputError(f"export {settings.name}: {settings.path}: {error}") from None
    except Refusal as refusal:
        yield export.drop(refusal, count=None)
    except Exception as error:  # a bug of ours: it costs the rest of the export
        report = fault_report(error, export.name, "")
        yield report
        yield export.drop(fault_refusal(report), count=None)


def plan(
    export: Export,
    records: Iterable[ReadItem | FaultReport],
    keep: Keep,
) -> Iterator[PlanItem]:
    """Find the image of each record; one that is only embedded is handed to `keep`.

    A record whose image is not found becomes one drop that counts its annotations; so
    does one that causes a fault. Files that were left alone are passed on.
    """
    given: defaultdict[str, _Given] = defaultdict(_Given)
    for each in records:
        if isinstance(each, Drop):
            yield writable_drop(each)
        elif isinstance(each, ImageRecord):
            yield from _plan_record(export, each, keep, given)
        else:
            yield each


def keep_in(folder: UPath) -> Keep:
    """A `keep` for `plan`: pictures become files of the folder, named by their digest."""

    def keep(data: bytes) -> str:
        file = folder / storage.digest(data)[:32]
        if not file.exists():
            storage.write_bytes(file, data)
        return str(file)

    return keep


def encode_batch(batch: Sequence[BatchItem]) -> bytes:
    """A batch of the plan as bytes, which travel where records would cost more."""
    return msgspec.msgpack.encode(batch)


def decode_batch(data: bytes) -> list[BatchItem]:
    """The batch of `encode_batch`."""
    return msgspec.msgpack.decode(data, type=list[BatchItem])


def _plan_record(
    export: Export,
    record: ImageRecord,
    keep: Keep,
    given: defaultdict[str, _Given],
) -> list[BatchItem]:
    """What becomes of one record. `given`: to each image so far, by its path."""
    try:
        record = writable_record(record, export.limits)
        return _find(export, record, keep, given)
    except InputError:
        raise
    except Exception as error:  # a bug of ours: it costs the record
        report = writable_report(fault_report(error, export.name, record.name))
        refusal = fault_refusal(report)
        drops = image_drops(export.name, record, record.name, refusal)
        return [report, *map(writable_drop, drops)]


def _find(
    export: Export,
    record: ImageRecord,
    keep: Keep,
    given: defaultdict[str, _Given],
) -> list[BatchItem]:
    """A writable record with its image, and the drops of what is lost of it."""
    try:
        path, flags = find_image(
            export.files,
            record.name,
            record.document,
            record.folders,
        )
        _check_is_no_mask(record, path)
        file = str(export.files.root / path)
    except Refusal as refusal:
        if record.embedded is None or refusal.reason is Reason.PATH_ESCAPE:
            return [*image_drops(export.name, record, record.name, refusal)]
        path = record.name
        flags = [Flag.EMBEDDED_IMAGE]
        file = keep(record.embedded)

    record, lost_segments = usable_segments(export, path, record, given[path].keys)
    annotations, lost_annotations = _new_annotations(export, path, record, given[path])
    maps, lost_maps = _new_maps(export, path, record, given[path])
    record = msgspec.structs.replace(
        record,
        annotations=annotations,
        maps=maps,
        embedded=None,
    )
    found = FoundImage(record=record, path=path, file=file, flags=flags)
    return [*lost_segments, *lost_annotations, *lost_maps, found]


def _check_is_no_mask(record: ImageRecord, path: str) -> None:
    """Refuse the mask file of an image that was taken for the image, by its name."""
    masks = {region_map.path for region_map in record.maps}
    masks.update(segment_map.path for segment_map in record.segment_maps)
    if path in masks:
        detail = f"image {record.name!r} is not in the export; {path!r} is its mask"
        raise Refusal(Reason.MISSING_IMAGE, detail)


def _new_annotations(
    export: Export,
    path: str,
    record: ImageRecord,
    given: _Given,
) -> tuple[list[Annotation], list[Drop]]:
    """The annotations that the image does not have yet, and drops of the others.

    This is the one place that decides what is the same annotation twice: one whose key
    the image has already, or one whose label and shape another document has given to
    the image.
    """
    annotations = []
    lost = []
    for annotation in record.annotations:
        key = annotation.key
        if key in given.keys:
            drop = export.drop(repeated(key), image_path=path, annotation_key=key)
            lost.append(drop)
            continue
        given.keys.add(key)
        annotations.append(_unless_given(annotation, record.document, given))
    return annotations, lost


def _unless_given(annotation: Annotation, document: str, given: _Given) -> Annotation:
    """The annotation; marked as dropped if another document has given its image the
    same."""
    if annotation.shape is None:
        return annotation

    # Python's own hash is enough: it is compared with others of this image and run
    # only.
    content = msgspec.msgpack.encode((annotation.label, annotation.shape))
    first = given.documents.setdefault(hash(content), document)
    if first == document:
        return annotation
    return msgspec.structs.replace(
        annotation,
        shape=None,
        dropped=Reason.DUPLICATE_ANNOTATION,
        detail="another document of the export has it already",
    )


def _new_maps(
    export: Export,
    path: str,
    record: ImageRecord,
    given: _Given,
) -> tuple[list[RegionMap], list[Drop]]:
    """The mask files that the image does not have yet, and drops of the others.

    A mask file that is not in the export is dropped, too.
    """
    maps = []
    lost = []
    for region_map in record.maps:
        key = region_map.path
        try:
            if key in given.keys:
                raise repeated(key)
            check_mask(export, key)
            if region_map.instances:
                check_mask(export, region_map.instances)
        except Refusal as refusal:
            drop = export.drop(
                refusal,
                image_path=path,
                annotation_key=key,
                count=None,
            )
            lost.append(drop)
            continue
        given.keys.add(key)
        maps.append(region_map)
    return maps, lost
