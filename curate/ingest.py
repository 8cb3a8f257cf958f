"""Stage 1, ingest: from an export's records to one row per object, with its mask as run-lengths.

`plan` finds each image; `read_image` probes it and turns every shape into run-lengths of the displayed
frame; `tables` makes the rows. Whatever does not become a row becomes a drop with its count.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from upath import UPath

from curate import images, masks
from curate.documents import clean_label
from curate.export import Export, find_image
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Bitmap, Drop, Flag, ImageRecord, Polygons, RegionMap, Shape
from curate.regions import Region, read_regions
from curate.schema import drops_table
from curate.settings import ExportSettings, Limits

ADDS = pa.schema(
    [
        *((name, pa.string()) for name in ("object_id", "image_id", "export", "customer", "domain", "role", "licence")),
        *((name, pa.string()) for name in ("scene", "label", "annotation_key", "object_source")),
        ("attributes", pa.map_(pa.string(), pa.string())),
        ("image_path", pa.string()),
        ("image_file", pa.string()),
        ("image_dhash", pa.uint64()),
        ("video", pa.string()),
        *((name, pa.int32()) for name in ("image_height", "image_width", "box_x0", "box_y0", "box_x1", "box_y1")),
        ("area", pa.int64()),
        ("counts", pa.string()),
        ("flags", pa.list_(pa.string())),
    ]
)
"""Columns of ingest/segments. `counts`: COCO's compressed run-lengths over the displayed frame;
`image_file`: where the picture's bytes are; `image_dhash`: its 64-bit difference hash."""

_FULL_SCENE = 0.95  # a scene with so large a share of labelled pixels counts as full


class FoundImage(msgspec.Struct, frozen=True):
    """An image record whose image was found: its path in the export, and the file that holds its bytes."""

    record: ImageRecord
    path: str
    file: str
    flags: list[Flag]


class Object(msgspec.Struct, frozen=True):
    """One object of an image, in the displayed frame."""

    key: str
    label: str
    counts: str
    area: int
    box: tuple[int, int, int, int]
    source: str
    flags: list[str]
    attributes: dict[str, str]


class ImageObjects(msgspec.Struct, frozen=True):
    """What became of one image: its probe, its objects, its drops, and how many annotations it had."""

    probe: images.Probe | None
    objects: list[Object]
    drops: list[Drop]
    seen: int
    labelled_share: float


class Frame(NamedTuple):
    """The frame in which shapes stand: its size, and the EXIF orientation that leads to the displayed one."""

    height: int
    width: int
    orientation: int


def plan(
    export: Export, records: Iterable[ImageRecord | Drop], keep: Callable[[bytes], str]
) -> Iterator[FoundImage | Drop]:
    """Find the image of each record. An image that is only embedded is handed to `keep`, which names its file.

    A record whose image is not found becomes one drop that counts its annotations.
    """
    for record in records:
        if isinstance(record, Drop):
            yield record
            continue
        try:
            path, flags = find_image(export.files, record.name, record.document, record.folders)
            found = FoundImage(record, path, str(export.files.root / path), flags)
        except Refusal as refusal:
            if record.embedded is None or refusal.reason is Reason.PATH_ESCAPE:
                yield from _image_drops(export.name, record, record.name, refusal)
                continue
            found = FoundImage(record, record.name, keep(record.embedded), [Flag.EMBEDDED_IMAGE])
        yield msgspec.structs.replace(found, record=msgspec.structs.replace(record, embedded=None))


def read_image(found: FoundImage, name: str, root: UPath, objects: str, limits: Limits) -> ImageObjects:
    """Probe one image of export `name` and turn its annotations into objects of the displayed frame."""
    record = found.record
    try:
        probe = images.probe(UPath(found.file).read_bytes(), limits.image_pixels)
    except OSError as error:
        return _lost(name, found, Refusal(Reason.UNREADABLE_FILE, f"{found.path}: {error.strerror or error}"))
    except Refusal as refusal:
        return _lost(name, found, refusal)
    frame = _frame(record, probe)
    made: list[Object] = []
    drops: list[Drop] = []
    for annotation in record.annotations:
        try:
            made += _objects(annotation, frame, objects, limits)
        except Refusal as refusal:
            drops.append(_drop(name, found, annotation.key, refusal))
    labelled = sum(each.area for each in made)
    for region_map in record.maps:
        regions, lost, share = _read_map(region_map, name, found, root, frame, limits)
        made += regions
        drops += lost
        labelled += round(share * probe.height * probe.width)
    made, repeated = _first_of_each_key(made, name, found)
    finished = [_finish(each, found.flags, probe) for each in made]
    drops += repeated
    seen = len(finished) + sum(drop.count or 0 for drop in drops)
    return ImageObjects(probe, finished, drops, seen, labelled / (probe.height * probe.width))


def tables(
    export: ExportSettings, results: Iterable[tuple[FoundImage, ImageObjects]]
) -> tuple[pa.Table, pa.Table]:
    """Segments (schema `ADDS`) and drops of the images of one part."""
    rows: list[dict[str, Any]] = []
    drops: list[Drop] = []
    for found, result in results:
        drops += result.drops
        rows += [_row(export, found, result, each) for each in result.objects]
    return pa.Table.from_pylist(rows, schema=ADDS), drops_table(drops)


def object_id(export: str, image_path: str, annotation_key: str) -> str:
    """First 32 hex digits of SHA-256 over export name, image path and annotation key, joined by NUL."""
    text = "\0".join((export, image_path, annotation_key))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _frame(record: ImageRecord, probe: images.Probe) -> Frame:
    turned = probe.orientation >= 5
    stored = (probe.width, probe.height) if turned else (probe.height, probe.width)
    says_stored = (record.height, record.width) == stored != (probe.height, probe.width)
    if record.frame == "stored" or (record.frame == "by_size" and says_stored):
        return Frame(*stored, probe.orientation)
    return Frame(probe.height, probe.width, 1)


def _objects(annotation: Annotation, frame: Frame, objects: str, limits: Limits) -> list[Object]:
    if annotation.dropped is not None:
        raise Refusal(annotation.dropped, annotation.detail)
    if annotation.shape is None:
        raise Refusal(Reason.NO_MASK, "the annotation has no mask")
    label, flags = _label(annotation.label, limits)
    counts, shape_flags = _run_lengths(annotation.shape, frame, limits)
    if masks.area(counts) == 0:
        raise Refusal(Reason.EMPTY_MASK, "the mask has no pixel on the raster")
    counts = masks.reorient(counts, frame.height, frame.width, frame.orientation)
    height, width = _displayed(frame)
    remarks = [*annotation.flags, *flags, *shape_flags]
    whole = Region(annotation.key, label, counts, remarks, "instance")
    cut = _components(whole, height, width) if objects == "components" else [whole]
    return [_object(region, height, annotation.attributes) for region in cut]


def _run_lengths(shape: Shape, frame: Frame, limits: Limits) -> tuple[masks.Counts, list[Flag]]:
    if isinstance(shape, Polygons):
        return masks.rasterise(shape, frame.height, frame.width)
    if isinstance(shape, Bitmap):
        try:
            picture = images.decode_mask(shape.data, limits.image_pixels)
        except Refusal as refusal:
            raise Refusal(Reason.BAD_BITMAP, refusal.detail) from None
        return masks.place(picture.foreground(), shape.x, shape.y, frame.height, frame.width), []
    if (shape.height, shape.width) != (frame.height, frame.width):
        stated = f"{shape.width} x {shape.height}"
        raise Refusal(Reason.MASK_SIZE_MISMATCH, f"the mask is {stated} px, the image {frame.width} x {frame.height}")
    return masks.parse_counts(shape.counts, frame.height, frame.width), []


def _components(region: Region, height: int, width: int) -> list[Region]:
    x0, y0, x1, y1 = masks.box(region.counts, height)
    pieces = masks.components(masks.decode_window(region.counts, height, width, (x0, y0, x1, y1)))
    return [
        Region(
            key=f"{region.key}@{x0 + x},{y0 + y}",
            label=region.label,
            counts=masks.place(piece, x0 + x, y0 + y, height, width),
            flags=region.flags,
            source="component",
        )
        for piece, x, y in pieces
    ]


def _read_map(
    region_map: RegionMap, name: str, found: FoundImage, root: UPath, frame: Frame, limits: Limits
) -> tuple[list[Object], list[Drop], float]:
    def picture(path: str) -> images.MaskPicture:
        try:
            return images.decode_mask((root / path).read_bytes(), limits.image_pixels)
        except OSError as error:
            reason = Reason.MISSING_MASK if isinstance(error, FileNotFoundError) else Reason.UNDECODABLE_MASK
            raise Refusal(reason, f"{path}: {error.strerror or error}") from None

    try:
        instances = picture(region_map.instances) if region_map.instances else None
        result = read_regions(region_map, picture(region_map.path), instances, frame.height, frame.width)
    except Refusal as refusal:
        return [], [_drop(name, found, region_map.path, refusal, count=None)], 0.0
    height, _ = _displayed(frame)
    made, drops = [], [_drop(name, found, lost.key, lost.refusal, lost.count) for lost in result.lost]
    for region in result.regions:
        try:
            label, flags = _label(region.label, limits)
        except Refusal as refusal:
            drops.append(_drop(name, found, region.key, refusal))
            continue
        turned = masks.reorient(region.counts, frame.height, frame.width, frame.orientation)
        named = Region(region.key, label, turned, [*region.flags, *flags], region.source)
        made.append(_object(named, height, {}))
    return made, drops, result.labelled_share


def _label(text: str, limits: Limits) -> tuple[str, list[Flag]]:
    if len(text) > limits.label_characters:
        raise Refusal(Reason.OVER_LIMIT, f"a label of {len(text):,} characters, more than {limits.label_characters:,}")
    cleaned, replaced = clean_label(text)
    return cleaned, [Flag.REPLACED_CHARACTERS] if replaced else []


def _object(region: Region, height: int, attributes: dict[str, str]) -> Object:
    return Object(
        key=region.key,
        label=region.label,
        counts=masks.compress(region.counts),
        area=masks.area(region.counts),
        box=masks.box(region.counts, height),
        source=region.source,
        flags=[flag.value for flag in region.flags],
        attributes=attributes,
    )


def _finish(each: Object, image_flags: list[Flag], probe: images.Probe) -> Object:
    x0, y0, x1, y1 = each.box
    at_edge = x0 == 0 or y0 == 0 or x1 == probe.width or y1 == probe.height
    flags = {*each.flags, *image_flags, *([Flag.TOUCHES_EDGE] if at_edge else [])}
    return msgspec.structs.replace(each, flags=sorted(flags))


def _first_of_each_key(made: list[Object], name: str, found: FoundImage) -> tuple[list[Object], list[Drop]]:
    first: dict[str, Object] = {}
    drops = []
    for each in made:
        if first.setdefault(each.key, each) is not each:
            refusal = Refusal(Reason.DUPLICATE_ANNOTATION, f"{each.key} stands twice; the first stays")
            drops.append(_drop(name, found, each.key, refusal))
    return list(first.values()), drops


def _displayed(frame: Frame) -> tuple[int, int]:
    return (frame.width, frame.height) if frame.orientation >= 5 else (frame.height, frame.width)


def _lost(name: str, found: FoundImage, refusal: Refusal) -> ImageObjects:
    drops = _image_drops(name, found.record, found.path, refusal)
    return ImageObjects(None, [], drops, sum(drop.count or 0 for drop in drops), 0.0)


def _image_drops(name: str, record: ImageRecord, path: str, refusal: Refusal) -> list[Drop]:
    """An image that cannot be had: its annotations in one row, and each mask file as a row of unknown count."""
    shared = {"reason": refusal.reason, "detail": refusal.detail, "export": name, "image_path": path}
    unknown = [Drop(**shared, annotation_key=each.path, count=None) for each in record.maps]
    return [Drop(**shared, count=len(record.annotations)), *unknown] if record.annotations else unknown


def _drop(name: str, found: FoundImage, key: str, refusal: Refusal, count: int | None = 1) -> Drop:
    return Drop(
        reason=refusal.reason,
        detail=refusal.detail,
        export=name,
        image_path=found.path,
        annotation_key=key,
        object_id=object_id(name, found.path, key),
        count=count,
    )


def _row(export: ExportSettings, found: FoundImage, result: ImageObjects, each: Object) -> dict[str, Any]:
    probe = result.probe
    assert probe is not None  # noqa: S101  an image with objects was probed
    full = result.labelled_share >= _FULL_SCENE
    x0, y0, x1, y1 = each.box
    return {
        "object_id": object_id(export.name, found.path, each.key),
        "image_id": probe.image_id,
        "export": export.name,
        "customer": export.customer,
        "domain": export.domain,
        "role": export.role,
        "licence": export.licence,
        "scene": export.scene if export.scene != "auto" else ("full" if full else "partial"),
        "label": each.label,
        "annotation_key": each.key,
        "object_source": each.source,
        "attributes": list(each.attributes.items()),
        "image_path": found.path,
        "image_file": found.file,
        "image_dhash": probe.dhash,
        "video": found.record.video,
        "image_height": probe.height,
        "image_width": probe.width,
        "box_x0": x0,
        "box_y0": y0,
        "box_x1": x1,
        "box_y1": y1,
        "area": each.area,
        "counts": each.counts,
        "flags": each.flags,
    }
