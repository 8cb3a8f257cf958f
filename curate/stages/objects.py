"""What becomes of one image: probed, and each of its shapes turned into run-lengths of the displayed frame.

This runs in the child process (child.py), so it imports only what decoding needs. An annotation that does not
become an object becomes a drop; so does a mask file, and an image with all its annotations.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from curate.boundary import runs_in_child
from curate.pixels import images, masks
from curate.pixels.regions import Region, read_regions
from curate.pixels.run_lengths import compress
from curate.pixels.shapes import to_run_lengths
from curate.reasons import Reason, Refusal
from curate.records import (
    Annotation,
    Box,
    Drop,
    Flag,
    FoundImage,
    ImageRecord,
    Record,
    RegionMap,
    object_id,
)


class Object(Record, frozen=True, kw_only=True):
    """One object of an image, in the displayed frame. `counts`: COCO's compressed run-lengths."""

    key: str
    label: str
    counts: str
    area: int
    box: Box
    source: str
    flags: list[str]
    attributes: dict[str, str]


class ImageObjects(Record, frozen=True, kw_only=True):
    """What became of one image. `seen`: its annotations; `labelled_share`: of its px, those of some class."""

    probe: images.Probe | None
    objects: list[Object]
    drops: list[Drop]
    seen: int
    labelled_share: float = 0.0


class ImageLimits(msgspec.Struct, frozen=True):
    """The limits of the settings that hold for one image."""

    file_bytes: int
    image_pixels: int
    label_characters: int


class _Frame(NamedTuple):
    """The frame in which shapes stand: its size, and the EXIF orientation that leads to the displayed one."""

    height: int
    width: int
    orientation: int


class _Source(NamedTuple):
    """Whose image it is: what each of its drops says."""

    export: str
    found: FoundImage
    root: str
    files: Mapping[str, bytes]
    limits: ImageLimits

    def read(self, file: str) -> bytes:
        if file in self.files:
            return self.files[file]
        path = Path(file)
        if path.stat().st_size > self.limits.file_bytes:
            raise Refusal(
                Reason.OVER_LIMIT, f"{path.name}: larger than {self.limits.file_bytes:,} bytes"
            )
        return path.read_bytes()

    def drop(self, key: str, refusal: Refusal, count: int | None = 1) -> Drop:
        path = self.found.path
        identity = object_id(self.export, path, key)
        shared = {
            "export": self.export,
            "image_path": path,
            "annotation_key": key,
            "object_id": identity,
        }
        return Drop(reason=refusal.reason, detail=refusal.detail, count=count, **shared)


@runs_in_child
def read_image(
    found: FoundImage,
    export: str,
    root: str,
    objects: str,
    limits: ImageLimits,
    files: dict[str, bytes],
) -> ImageObjects:
    """Probe one image of `export` and turn its annotations into objects of the displayed frame.

    `root`: folder of the export, where mask files lie. `objects`: `components` cuts instances into 8-connected
    pieces. `files`: bytes of files that are not on this machine, by FoundImage.file and by ROOT/PATH for masks.
    """
    source = _Source(export, found, root, files, limits)
    try:
        probe = images.probe(source.read(found.file), limits.image_pixels)
    except OSError as error:
        return lost_image(
            export,
            found,
            Refusal(Reason.UNREADABLE_FILE, f"{found.path}: {error.strerror or error}"),
        )
    except Refusal as refusal:
        return lost_image(export, found, Refusal(refusal.reason, f"{found.path}: {refusal.detail}"))
    frame = _frame(found.record, probe)
    made: list[Object] = []
    drops: list[Drop] = []
    for annotation in found.record.annotations:
        try:
            made += _objects(annotation, frame, objects, limits)
        except Refusal as refusal:
            drops.append(source.drop(annotation.key, refusal))
    labelled = float(sum(each.area for each in made))
    for region_map in found.record.maps:
        regions, lost, share = _read_map(region_map, source, frame, probe)
        made += regions
        drops += lost
        labelled += share * probe.height * probe.width
    seen = len(made) + sum(drop.count or 0 for drop in drops)
    made, repeated = _first_of_each_key(made, source)
    finished = [_finish(each, found.flags, probe) for each in made]
    share = labelled / (probe.height * probe.width)
    return ImageObjects(
        probe=probe, objects=finished, drops=drops + repeated, seen=seen, labelled_share=share
    )


def lost_image(export: str, found: FoundImage, refusal: Refusal) -> ImageObjects:
    """An image that cannot be had."""
    drops = image_drops(export, found.record, found.path, refusal)
    return ImageObjects(probe=None, objects=[], drops=drops, seen=len(found.record.annotations))


def image_drops(export: str, record: ImageRecord, path: str, refusal: Refusal) -> list[Drop]:
    """Its annotations in one row, and each of its mask files as a row of unknown count."""

    def drop(key: str, count: int | None) -> Drop:
        reason, detail = refusal.reason, refusal.detail
        return Drop(
            reason=reason,
            detail=detail,
            export=export,
            image_path=path,
            annotation_key=key,
            count=count,
        )

    unknown = [drop(each.path, None) for each in record.maps]
    return (
        unknown
        if unknown and not record.annotations
        else [drop("", len(record.annotations)), *unknown]
    )


def _frame(record: ImageRecord, probe: images.Probe) -> _Frame:
    turned = probe.orientation >= 5
    stored = (probe.width, probe.height) if turned else (probe.height, probe.width)
    says_stored = (record.height, record.width) == stored != (probe.height, probe.width)
    if record.frame == "stored" or (record.frame == "by_size" and says_stored):
        return _Frame(*stored, probe.orientation)
    return _Frame(probe.height, probe.width, 1)


def _objects(
    annotation: Annotation, frame: _Frame, objects: str, limits: ImageLimits
) -> list[Object]:
    if annotation.dropped is not None:
        raise Refusal(annotation.dropped, annotation.detail)
    if annotation.shape is None:
        raise Refusal(Reason.NO_MASK, annotation.detail or "the annotation has no mask")
    label = _label(annotation.label, limits)
    runs, flags = to_run_lengths(annotation.shape, frame.height, frame.width, limits.image_pixels)
    if masks.area(runs) == 0:
        raise Refusal(Reason.EMPTY_MASK, "the mask has no pixel on the raster")
    runs = masks.reorient(runs, frame.orientation)
    whole = Region(annotation.key, label, runs, [*annotation.flags, *flags], "instance")
    cut = _components(whole) if objects == "components" else [whole]
    return [_object(region, annotation.attributes) for region in cut]


def _components(region: Region) -> list[Region]:
    box = masks.box(region.runs)
    pieces = masks.components(masks.decode_window(region.runs, box))
    return [
        Region(
            key=f"{region.key}@{box.x0 + x},{box.y0 + y}",
            label=region.label,
            runs=masks.place(piece, box.x0 + x, box.y0 + y, region.runs.height, region.runs.width),
            flags=region.flags,
            source="component",
        )
        for piece, x, y in pieces
    ]


def _read_map(
    region_map: RegionMap, source: _Source, frame: _Frame, probe: images.Probe
) -> tuple[list[Object], list[Drop], float]:
    def picture(path: str) -> images.MaskPicture:
        try:
            return images.decode_mask(
                source.read(f"{source.root}/{path}"), source.limits.image_pixels
            )
        except OSError as error:
            reason = (
                Reason.MISSING_MASK
                if isinstance(error, FileNotFoundError)
                else Reason.UNDECODABLE_MASK
            )
            raise Refusal(reason, f"{path}: {error.strerror or error}") from None
        except Refusal as refusal:
            raise Refusal(refusal.reason, f"{path}: {refusal.detail}") from None

    try:
        instances = picture(region_map.instances) if region_map.instances else None
        mask = picture(region_map.path)
        if probe.orientation >= 5 and mask.pixels.shape == (probe.width, probe.height) != (
            probe.height,
            probe.width,
        ):
            frame = _Frame(
                probe.width, probe.height, probe.orientation
            )  # drawn over the picture as stored
        result = read_regions(region_map, mask, instances, frame.height, frame.width)
    except Refusal as refusal:
        return [], [source.drop(region_map.path, refusal, count=None)], 0.0
    made: list[Object] = []
    drops = [source.drop(lost.key, lost.refusal, lost.count) for lost in result.lost]
    for region in result.regions:
        try:
            label = _label(region.label, source.limits)
        except Refusal as refusal:
            drops.append(source.drop(region.key, refusal))
            continue
        turned = masks.reorient(region.runs, frame.orientation)
        made.append(_object(region._replace(label=label, runs=turned), {}))
    return made, drops, result.labelled_share


def _label(text: str, limits: ImageLimits) -> str:
    if len(text) > limits.label_characters:
        raise Refusal(
            Reason.OVER_LIMIT,
            f"a label of {len(text):,} characters, more than {limits.label_characters:,}",
        )
    return text


def _object(region: Region, attributes: dict[str, str]) -> Object:
    return Object(
        key=region.key,
        label=region.label,
        counts=compress(region.runs),
        area=masks.area(region.runs),
        box=masks.box(region.runs),
        source=region.source,
        flags=[flag.value for flag in region.flags],
        attributes=attributes,
    )


def _finish(each: Object, image_flags: list[Flag], probe: images.Probe) -> Object:
    x0, y0, x1, y1 = each.box
    at_edge = x0 == 0 or y0 == 0 or x1 == probe.width or y1 == probe.height
    flags = {
        *each.flags,
        *(flag.value for flag in image_flags),
        *([Flag.TOUCHES_EDGE.value] if at_edge else []),
    }
    return msgspec.structs.replace(each, flags=sorted(flags))


def _first_of_each_key(made: list[Object], source: _Source) -> tuple[list[Object], list[Drop]]:
    first: dict[str, Object] = {}
    drops = []
    for each in made:
        if first.setdefault(each.key, each) is not each:
            refusal = Refusal(
                Reason.DUPLICATE_ANNOTATION, f"{each.key} stands twice; the first stays"
            )
            drops.append(source.drop(each.key, refusal))
    return list(first.values()), drops
