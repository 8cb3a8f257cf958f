"""Planning of ingest: from an export's records to found images, before a px is read.

Each record is made fit to be written, and its image is looked for. What has no image,
and what comes twice, becomes a drop with its count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import msgspec
from upath import UPath

from curate import formats, storage
from curate.drops import Drop, FaultReport, IgnoredFile
from curate.errors import InputError
from curate.export_settings import ExportSettings
from curate.exports.copies import uncopied
from curate.exports.export import Export
from curate.exports.finding import find_image
from curate.exports.not_opened import not_opened
from curate.flags import Flag
from curate.mask_records import RegionMap
from curate.reasons import Refusal
from curate.records import ExportTraits, FoundImage, ImageRecord, ReadItem
from curate.stages.faults import fault_refusal, fault_report
from curate.stages.found_files import check_length, embedded_path, with_found_files
from curate.stages.given_masks import repeated, usable_segments
from curate.stages.lost_images import image_drops
from curate.stages.repetition import Given, new_annotations
from curate.stages.shares import with_shares
from curate.stages.traits import Sample
from curate.stages.writable import writable_drop, writable_record, writable_report

Keep = Callable[[bytes], str]
"""Keeps a picture that is embedded in a document, and names its file."""

BatchItem = FoundImage | Drop | FaultReport | ExportTraits
"""One of the things that a batch of the plan holds."""

PlanItem = BatchItem | IgnoredFile
"""One of the things that `plan` yields."""


_MOST_NAMED = 3  # of what was not opened, in a message


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
        message = str(error).removeprefix(f"export {settings.name}: ")
        if settings.path not in message:
            message = f"{settings.path}: {message}"
        for ignored in islice(not_opened(export), _MOST_NAMED):
            message += f"; {ignored.path} {ignored.why}"
        raise type(error)(settings.told(message)) from None
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
    does one that causes a fault. Files that were left alone are passed on. Last come the
    export's traits, if its pictures have any.
    """
    given: defaultdict[str, Given] = defaultdict(Given)
    sample = Sample(export.limits)
    for each in records:
        if isinstance(each, Drop):
            yield writable_drop(each)
        elif isinstance(each, ImageRecord):
            for item in _plan_record(export, each, keep, given):
                if isinstance(item, FoundImage):
                    sample.add(item)
                yield item
        else:
            yield each
    yield from _traits(export, sample)


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


def _traits(export: Export, sample: Sample) -> Iterator[BatchItem]:
    """The traits of an export if its pictures show any; a fault costs them alone."""
    try:
        traits = sample.traits(export.files.places)
    except Exception as error:  # a bug of ours
        yield writable_report(fault_report(error, export.name, ""))
        return
    if traits != ExportTraits():
        yield traits


def _plan_record(
    export: Export,
    record: ImageRecord,
    keep: Keep,
    given: defaultdict[str, Given],
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
    given: defaultdict[str, Given],
) -> list[BatchItem]:
    """A writable record with its image, and the drops of what is lost of it."""
    try:
        path, file, flags = _image(export, record, keep)
    except Refusal as refusal:
        return [*image_drops(export.name, record, record.name, refusal)]

    segments = usable_segments(export, path, record, given[path].keys)
    record = with_shares(segments.record)
    annotations = new_annotations(record, given[path])
    maps, lost_maps, map_flags = _new_maps(export, path, record, given[path])
    flags = list(dict.fromkeys([*flags, *segments.flags, *map_flags]))
    record = msgspec.structs.replace(
        record,
        annotations=annotations,
        maps=maps,
        embedded=None,
    )
    found = FoundImage(record=record, path=path, file=file, flags=flags)
    return [*segments.drops, *lost_maps, found]


def _image(
    export: Export, record: ImageRecord, keep: Keep
) -> tuple[str, str, list[Flag]]:
    """Path, file and flags of a record's image; Refusal if there is none.

    A picture that is embedded is sure. So it is the image where no file is found, and where the
    one that is found has but the name of the stated one, and other bytes.
    """
    embedded = record.embedded
    try:
        check_length("image", record.name, export.limits)
        path, flags = find_image(
            export.files,
            record.name,
            record.document,
            record.folders,
            _masks(record),
        )
        path = uncopied(export.files, path, export.limits)
    except Refusal:
        if embedded is None:
            raise
    else:
        is_sure = Flag.IMAGE_BY_NAME not in flags
        if embedded is None or is_sure or export.has_bytes(path, embedded):
            return path, export.files.places.file(path), flags
    return embedded_path(record), keep(embedded), [Flag.EMBEDDED_IMAGE]


def _masks(record: ImageRecord) -> set[str]:
    """The mask files of a record, none of which is its image."""
    masks = {region_map.path for region_map in record.maps}
    masks.update(segment_map.path for segment_map in record.segment_maps)
    return masks


def _new_maps(
    export: Export,
    path: str,
    record: ImageRecord,
    given: Given,
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
            original = uncopied(export.files, region_map.path, export.limits)
            if original in given.keys:
                raise repeated(original)
        except Refusal as refusal:
            drop = export.drop(
                refusal,
                image_path=path,
                annotation_key=stated.path,
                count=None,
            )
            lost.append(drop)
            continue
        given.keys.add(original)
        flags += map_flags
        maps.append(region_map)
    return maps, lost, list(dict.fromkeys(flags))
