"""Stage 1, ingest: from an export's records to one row per object, with its mask as run-lengths.

`open_export` and `read_export` give the records, `plan` finds each one's image, and `ingest_part` has the images
read in the child process and makes the rows. Whatever does not become a row becomes a drop with its count.
"""

import posixpath
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa
from upath import UPath

from curate import formats, storage
from curate.errors import InputError
from curate.exports.child import ChildDied, call
from curate.exports.export import Export
from curate.exports.finding import find_image, refused_path
from curate.exports.opening import open_export
from curate.limits import Limits
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
    object_id,
)
from curate.schema import drops_table
from curate.settings import ExportSettings
from curate.stages.objects import (
    ImageLimits,
    ImageObjects,
    image_drops,
    lost_image,
    read_image,
)
from curate.text import encodable

__all__ = [
    "ADDS",
    "FoundImage",
    "decode_batch",
    "encode_batch",
    "ingest_part",
    "keep_in",
    "open_export",
    "plan",
    "read_export",
]

ADDS = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("object_id", "image_id", "export", "customer", "domain", "role", "licence")
        ),
        *((name, pa.string()) for name in ("scene", "label", "annotation_key", "object_source")),
        ("attributes", pa.map_(pa.string(), pa.string())),
        ("image_path", pa.string()),
        ("image_file", pa.string()),
        ("image_dhash", pa.uint64()),
        ("video", pa.string()),
        *(
            (name, pa.int32())
            for name in ("image_height", "image_width", "box_x0", "box_y0", "box_x1", "box_y1")
        ),
        ("area", pa.int64()),
        ("counts", pa.string()),
        ("flags", pa.list_(pa.string())),
    ]
)
"""Columns of ingest/segments. `counts`: COCO's compressed run-lengths over the displayed frame;
`image_file`: where the picture's bytes are; `image_dhash`: its 64-bit difference hash."""

_FULL_SCENE = 0.95  # a scene with so large a share of labelled pixels counts as full


PlanItem = FoundImage | Drop | IgnoredFile | FaultReport
"""One of the things that `plan` yields; the first two make the batches of the parts."""


@dataclass
class _Given:
    """What an export has given to one image so far."""

    keys: set[str] = field(default_factory=set)
    """Keys of annotations and of mask files."""
    documents: dict[int, str] = field(default_factory=dict)
    """By the hash of label and shape: the document that gave them first."""


def read_export(export: Export, settings: ExportSettings) -> Iterator[ReadItem | FaultReport]:
    """What the export has lost already, then all that its format reads. InputError with the settings' path in it."""
    yield from export.lost
    if not export.files.paths:
        return
    try:
        yield from formats.reader(settings.format)(export)
    except InputError as error:
        named = settings.path in str(error)
        raise (
            error if named else InputError(f"export {settings.name}: {settings.path}: {error}")
        ) from None
    except Refusal as refusal:
        yield export.drop(refusal, count=None)


def plan(
    export: Export, records: Iterable[ReadItem | FaultReport], keep: Callable[[bytes], str]
) -> Iterator[PlanItem]:
    """Find the image of each record. An image that is only embedded is handed to `keep`, which names its file.

    A record whose image is not found becomes one drop that counts its annotations. Files that
    were left alone, and faults, are passed on.
    """
    given: defaultdict[str, _Given] = defaultdict(_Given)
    for each in records:
        if isinstance(each, IgnoredFile | FaultReport):
            yield each
            continue
        if isinstance(each, Drop):
            yield _checked_drop(each)
            continue
        record = _checked(each, export.limits)
        try:
            path, flags = find_image(export.files, record.name, record.document, record.folders)
            file = str(export.files.root / path)
        except Refusal as refusal:
            if record.embedded is None or refusal.reason is Reason.PATH_ESCAPE:
                yield from image_drops(export.name, record, record.name, refusal)
                continue
            path, flags, file = record.name, [Flag.EMBEDDED_IMAGE], keep(record.embedded)
        annotations, maps, lost = _first_of_each(export, path, record, given[path])
        yield from lost
        record = msgspec.structs.replace(record, annotations=annotations, maps=maps, embedded=None)
        yield FoundImage(record=record, path=path, file=file, flags=flags)


def keep_in(folder: UPath) -> Callable[[bytes], str]:
    """A `keep` for `plan`: each picture becomes a file of the folder, named by its digest."""

    def keep(data: bytes) -> str:
        file = folder / storage.digest(data)[:32]
        if not file.exists():
            storage.write_bytes(file, data)
        return str(file)

    return keep


def encode_batch(batch: Sequence[FoundImage | Drop]) -> bytes:
    """A batch of the plan as bytes, which travel where records would cost more."""
    return msgspec.msgpack.encode(batch)


def decode_batch(data: bytes) -> list[FoundImage | Drop]:
    """The batch of `encode_batch`."""
    return msgspec.msgpack.decode(data, type=list[FoundImage | Drop])


def ingest_part(
    found: Iterable[FoundImage | Drop], export: ExportSettings, root: UPath, limits: Limits
) -> tuple[pa.Table, pa.Table, dict[str, int]]:
    """Segments (schema `ADDS`), drops, and the number of annotations seen by export, of a batch of the plan."""
    results: list[tuple[FoundImage, ImageObjects]] = []
    drops: list[Drop] = []
    seen = Counter({export.name: 0})
    for each in found:
        if isinstance(each, Drop):
            drops.append(_identified(each, export.name))
            seen[export.name] += each.count or 0
            continue
        result = _read(each, export, root, limits)
        results.append((each, result))
        drops += result.drops
        seen[export.name] += result.seen
    return _segments(export, results), drops_table(drops), dict(seen)


def _checked(record: ImageRecord, limits: Limits) -> ImageRecord:
    """The record with what no file of ours can hold replaced, and annotations with endless keys dropped."""
    try:
        msgspec.msgpack.encode(record)
    except (UnicodeEncodeError, OverflowError):  # lone surrogates, numbers beyond 64 bits
        plain = encodable(msgspec.to_builtins(record, builtin_types=(bytes,)))
        remarks = [_remarks(each) for each in record.annotations]
        record = msgspec.convert(plain, ImageRecord)
        annotations = [
            msgspec.structs.replace(each, flags=[*each.flags, *remark])
            for each, remark in zip(record.annotations, remarks, strict=True)
        ]
        record = msgspec.structs.replace(record, annotations=annotations)
    if any(len(each.key) > limits.label_characters for each in record.annotations):
        annotations = [
            _with_short_key(each, limits.label_characters) for each in record.annotations
        ]
        record = msgspec.structs.replace(record, annotations=annotations)
    return record


def _checked_drop(drop: Drop) -> Drop:
    try:
        msgspec.msgpack.encode(drop)
    except UnicodeEncodeError:
        plain = msgspec.convert(encodable(msgspec.to_builtins(drop)), Drop)
        return msgspec.structs.replace(plain, object_id="")  # see `_identified`
    return drop


def _remarks(annotation: Annotation) -> list[Flag]:
    return [] if annotation.label == encodable(annotation.label) else [Flag.REPLACED_CHARACTERS]


def _with_short_key(annotation: Annotation, longest: int) -> Annotation:
    if len(annotation.key) <= longest:
        return annotation
    detail = f"an annotation id of {len(annotation.key):,} characters, more than {longest:,}"
    return Annotation(key=annotation.key[:longest], dropped=Reason.OVER_LIMIT, detail=detail)


def _first_of_each(
    export: Export, path: str, record: ImageRecord, given: _Given
) -> tuple[list[Annotation], list[RegionMap], list[Drop]]:
    """The annotations and masks that the image does not have yet; what is lost, as drops.

    This is the one place that decides what is the same annotation twice: one whose key the
    image has already, or one whose label and shape another document has given to the image.
    """
    annotations, maps, lost = [], [], []
    for annotation in record.annotations:
        if annotation.key in given.keys:
            refusal = _repeats(f"{annotation.key} is there twice; the first is kept")
            lost.append(export.drop(refusal, image_path=path, annotation_key=annotation.key))
            continue
        given.keys.add(annotation.key)
        annotations.append(_unless_given(annotation, record.document, given))
    for region_map in record.maps:
        try:
            if region_map.path in given.keys:
                raise _repeats(f"{region_map.path} is there twice; the first is kept")
            for file in filter(None, (region_map.path, region_map.instances)):
                _check_mask(export, file)
        except Refusal as refusal:
            lost.append(
                export.drop(refusal, image_path=path, annotation_key=region_map.path, count=None)
            )
            continue
        given.keys.add(region_map.path)
        maps.append(region_map)
    return annotations, maps, lost


def _unless_given(annotation: Annotation, document: str, given: _Given) -> Annotation:
    """The annotation; marked as dropped if another document has given its image the same."""
    if annotation.shape is None:
        return annotation
    # Python's own hash is enough: it is compared with others of this image and run only.
    content = hash(msgspec.msgpack.encode((annotation.label, annotation.shape)))
    if given.documents.setdefault(content, document) == document:
        return annotation
    refusal = _repeats("another document of the export has it already")
    return msgspec.structs.replace(
        annotation, shape=None, dropped=refusal.reason, detail=refusal.detail
    )


def _repeats(detail: str) -> Refusal:
    return Refusal(Reason.DUPLICATE_ANNOTATION, detail)


def _check_mask(export: Export, path: str) -> None:
    if path in export.files.known:
        return
    if refusal := refused_path(export.files, path):
        raise refusal
    if path.startswith("/") or posixpath.normpath(path).startswith(".."):
        raise Refusal(Reason.PATH_ESCAPE, f"mask {path!r} leaves the export")
    raise Refusal(Reason.MISSING_MASK, f"mask {path!r} is not in the export")


def _read(found: FoundImage, export: ExportSettings, root: UPath, limits: Limits) -> ImageObjects:
    bounds = msgspec.convert(limits, ImageLimits, from_attributes=True)
    try:
        files = _remote_files(found, root, limits)
        return call(
            read_image, limits, found, export.name, str(root), export.objects, bounds, files
        )
    except ChildDied as death:
        reason = Reason.IMAGE_BOMB if death.memory else Reason.UNDECODABLE_IMAGE
        return lost_image(export.name, found, Refusal(reason, f"{found.path}: {death.detail}"))
    except Refusal as refusal:
        return lost_image(export.name, found, refusal)


def _remote_files(found: FoundImage, root: UPath, limits: Limits) -> dict[str, bytes]:
    """The bytes of what is not on this machine: the child has neither network nor credentials."""
    paths = [
        each
        for region_map in found.record.maps
        for each in (region_map.path, region_map.instances)
        if each
    ]
    files = [
        UPath(found.file),
        *(() if storage.is_local(root) else (root / path for path in paths)),
    ]
    remote = [file for file in files if not storage.is_local(file)]
    read: dict[str, bytes] = {}
    for file in remote:
        try:
            if file.stat().st_size > limits.file_bytes:
                raise Refusal(
                    Reason.OVER_LIMIT, f"{file.name}: larger than {limits.file_bytes:,} bytes"
                )
            read[str(file)] = file.read_bytes()
        except OSError as error:
            raise Refusal(Reason.UNREADABLE_FILE, f"{file}: {error.strerror or error}") from None
    return read


def _identified(drop: Drop, export: str) -> Drop:
    if drop.object_id or not drop.annotation_key:
        return drop
    identity = object_id(export, drop.image_path, drop.annotation_key)
    return msgspec.structs.replace(drop, object_id=identity)


def _segments(
    export: ExportSettings, results: Sequence[tuple[FoundImage, ImageObjects]]
) -> pa.Table:
    """One row for each object, column by column."""
    rows = [(found, result, each) for found, result in results for each in result.objects]
    probes = [result.probe for _, result, _ in rows if result.probe is not None]
    scenes = {id(result): _scene(export, result) for _, result in results}
    columns: dict[str, list[Any]] = {
        "object_id": [object_id(export.name, found.path, each.key) for found, _, each in rows],
        "image_id": [probe.image_id for probe in probes],
        "scene": [scenes[id(result)] for _, result, _ in rows],
        "label": [each.label for *_, each in rows],
        "annotation_key": [each.key for *_, each in rows],
        "object_source": [each.source for *_, each in rows],
        "attributes": [list(each.attributes.items()) for *_, each in rows],
        "image_path": [found.path for found, *_ in rows],
        "image_file": [found.file for found, *_ in rows],
        "image_dhash": [probe.dhash for probe in probes],
        "video": [found.record.video for found, *_ in rows],
        "image_height": [probe.height for probe in probes],
        "image_width": [probe.width for probe in probes],
        **{
            f"box_{side}": [each.box[at] for *_, each in rows]
            for at, side in enumerate(("x0", "y0", "x1", "y1"))
        },
        "area": [each.area for *_, each in rows],
        "counts": [each.counts for *_, each in rows],
        "flags": [each.flags for *_, each in rows],
    }
    for name, value in (
        ("export", export.name),
        *((name, getattr(export, name)) for name in _OF_THE_EXPORT),
    ):
        columns[name] = [value] * len(rows)
    return pa.table([pa.array(columns[field.name], field.type) for field in ADDS], schema=ADDS)


_OF_THE_EXPORT = ("customer", "domain", "role", "licence")


def _scene(export: ExportSettings, result: ImageObjects) -> str:
    if export.scene != "auto":
        return export.scene
    return "full" if result.labelled_share >= _FULL_SCENE else "partial"
