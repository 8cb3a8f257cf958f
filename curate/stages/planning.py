"""Planning of ingest: from an export's records to found images, before a px is read.

Each record is made fit to be written, and its image is looked for. What has no image,
and what comes twice, becomes a drop with its count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec
from upath import UPath

from curate import formats, storage
from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.file_names import original_of
from curate.exports.finding import find_image
from curate.exports.not_opened import not_opened
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
from curate.stages.found_files import check_length, embedded_path, with_found_files
from curate.stages.given_masks import repeated, usable_segments
from curate.stages.objects import image_drops
from curate.stages.writable import writable_drop, writable_record, writable_report

Keep = Callable[[bytes], str]
"""Keeps a picture that is embedded in a document, and names its file."""

BatchItem = FoundImage | Drop | FaultReport
"""One of the things that a batch of the plan holds."""

PlanItem = BatchItem | IgnoredFile
"""One of the things that `plan` yields."""


_MOST_NAMED = 3  # of what was not opened, in a message


@dataclass(slots=True)
class _Given:
    """What an export has given to one image so far."""

    keys: set[str] = field(default_factory=set)
    """Keys of annotations and of mask files."""
    documents: dict[int, str] = field(default_factory=dict)
    """By the hash of label and shape: the document that gave them first."""
    sources: set[str] = field(default_factory=set)
    """The documents that have given it annotations."""


def read_export(
    export: Export, settings: ExportSettings
) -> Iterator[ReadItem | FaultReport]:
    """What the export has lost already, then all that its format reads.

    A fault of the format's reader costs what it had not read yet. InputError, with the
    path of the settings in it, if the export is not what the settings say.
    """
    yield from export.lost
    yield from not_opened(export)
    if not export.files.paths:
        return
    try:
        yield from formats.reader(settings.format)(export)
    except InputError as error:
        message = str(error)
        if settings.path not in message:
            message = f"export {settings.name}: {settings.path}: {message}"
        for ignored in islice(not_opened(export), _MOST_NAMED):
            message += f"; {ignored.path} {ignored.why}"
        raise InputError(message) from None
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
        check_length("image", record.name, export.limits)
        path, flags = find_image(
            export.files,
            record.name,
            record.document,
            record.folders,
            _masks(record),
        )
        file = str(export.files.root / path)
    except Refusal as refusal:
        if record.embedded is None:
            return [*image_drops(export.name, record, record.name, refusal)]
        path = embedded_path(record)
        flags = [Flag.EMBEDDED_IMAGE]
        file = keep(record.embedded)

    segments = usable_segments(export, path, record, given[path].keys)
    record = segments.record
    annotations, lost_annotations = _new_annotations(export, path, record, given[path])
    maps, lost_maps, map_flags = _new_maps(export, path, record, given[path])
    flags = list(dict.fromkeys([*flags, *segments.flags, *map_flags]))
    record = msgspec.structs.replace(
        record,
        annotations=annotations,
        maps=maps,
        embedded=None,
    )
    found = FoundImage(record=record, path=path, file=file, flags=flags)
    return [*segments.drops, *lost_annotations, *lost_maps, found]


def _masks(record: ImageRecord) -> set[str]:
    """The mask files of a record, none of which is its image."""
    masks = {region_map.path for region_map in record.maps}
    masks.update(segment_map.path for segment_map in record.segment_maps)
    return masks


def _new_annotations(
    export: Export,
    path: str,
    record: ImageRecord,
    given: _Given,
) -> tuple[list[Annotation], list[Drop]]:
    """The annotations that the image does not have yet, and drops of the others.

    This is the one place that decides what is the same annotation twice: one whose key
    the image has already, one whose label and shape another document has given to the
    image, or one of a copy (`a (1).json`) if its original has given the image any.
    """
    annotations = []
    lost = []
    original = original_of(record.document)
    is_copy = original in given.sources
    given.sources.add(record.document)
    for annotation in record.annotations:
        key = annotation.key
        if key in given.keys:
            drop = export.drop(repeated(key), image_path=path, annotation_key=key)
            lost.append(drop)
            continue
        given.keys.add(key)
        if is_copy and annotation.dropped is None:
            detail = f"{original} has this image, and {record.document} is a copy of it"
            annotations.append(_as_duplicate(annotation, detail))
        else:
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
    return _as_duplicate(annotation, "another document of the export has it already")


def _as_duplicate(annotation: Annotation, detail: str) -> Annotation:
    return msgspec.structs.replace(
        annotation, shape=None, dropped=Reason.DUPLICATE_ANNOTATION, detail=detail
    )


def _new_maps(
    export: Export,
    path: str,
    record: ImageRecord,
    given: _Given,
) -> tuple[list[RegionMap], list[Drop], list[Flag]]:
    """The mask files that the image does not have yet, and drops of the others.

    A mask file that is not in the export is dropped, too.
    """
    maps = []
    lost = []
    flags: list[Flag] = []
    for stated in record.maps:
        try:
            region_map, map_flags = with_found_files(export, stated)
            if region_map.path in given.keys:
                raise repeated(region_map.path)
        except Refusal as refusal:
            drop = export.drop(
                refusal,
                image_path=path,
                annotation_key=stated.path,
                count=None,
            )
            lost.append(drop)
            continue
        given.keys.add(region_map.path)
        flags += map_flags
        maps.append(region_map)
    return maps, lost, list(dict.fromkeys(flags))
