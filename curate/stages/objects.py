"""What becomes of images: their annotations and mask files become objects or drops.

This runs in the child process (exports/child.py), so it imports only what decoding
needs. Several images go through it together, because a step in numpy costs as much for
the masks of one as for those of twenty.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain, islice

import msgspec

from curate.boundary import runs_in_child
from curate.drops import Drop
from curate.exports.places import Places
from curate.flags import GREY_FLAGS, Flag
from curate.mask_records import Painted
from curate.pixels import masks
from curate.pixels.orientation import displayed_size
from curate.pixels.probing import Probe, probe
from curate.reasons import Reason, Refusal
from curate.records import Box, ExportTraits, FoundImage
from curate.stages.annotations import Drawn, Object, make_objects, with_mask
from curate.stages.frame_edges import fits_stored
from curate.stages.frames import Frames, StatedFrame
from curate.stages.image_masks import ImageMasks, PolygonMasks, rasterise_polygons
from curate.stages.image_source import ImageLimits, ImageSource
from curate.stages.layers import visible_shapes
from curate.stages.lost_images import image_drops
from curate.stages.mask_files import map_objects
from curate.stages.mask_reading import MaskReader
from curate.stages.overlaps import overlapping_keys
from curate.stages.repetition import Repeated, first_of_each
from curate.stages.run_tables import with_known_orders
from curate.stages.segment_files import displayed_segments, other_values
from curate.stages.shares import unstretched, with_unsure_units


class Objects(msgspec.Struct, frozen=True, kw_only=True):
    """The objects of one image, in the displayed frame: lists with an entry for each."""

    keys: list[str]
    labels: list[str]
    counts: list[str]
    """Run-lengths of their masks, compressed as COCO does."""
    areas: list[int]
    boxes: list[Box]
    sources: list[str]
    flags: list[list[str]]
    attributes: list[dict[str, str]]


class ImageObjects(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one image."""

    probe: Probe | None
    objects: Objects | None
    """None if the image is lost."""
    drops: list[Drop]
    seen: int
    """Annotations that the image had."""
    labelled_share: float = 0.0
    """Share of its px that are of some class."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """An image whose picture can be read."""

    source: ImageSource
    frames: Frames


@dataclass(slots=True)
class _Contents:
    """The masks of an image before they are measured, and what is lost of it."""

    annotated: list[Drawn] = field(default_factory=list)
    """Objects of its annotations."""
    segments: list[Drawn] = field(default_factory=list)
    """Objects of values that no annotation claims, in mask files whose values are annotations."""
    regions: list[Drawn] = field(default_factory=list)
    """Objects of other mask files. They are never cut into components."""
    drops: list[Drop] = field(default_factory=list)
    labelled_px: int = 0
    """Px of `annotated` and of mask files with `segments`, none of them twice."""
    labelled_in_maps: float = 0.0
    """Px of the other mask files that are of some class."""


@runs_in_child
def read_images(
    images: list[FoundImage],
    export: str,
    places: Places,
    objects: str,
    limits: ImageLimits,
    files: dict[str, bytes],
    frame: StatedFrame,
    traits: ExportTraits,
) -> list[ImageObjects]:
    """Probe images, and turn their annotations into objects of the displayed frame.

    `places`: where mask files are. `objects`: `components` cuts
    instances into 8-connected components. `files`: bytes of files that are not on this
    machine, by FoundImage.file and by ROOT/PATH for masks. `frame`: of all shapes, as
    the export's settings say. `traits`: what the export's pictures have in common.
    """
    opened = []
    lost = {}
    for number, given in enumerate(images):
        image = with_known_orders(given, traits.run_orders)
        source = ImageSource(export, image, places, files, limits)
        try:
            opened.append(_open(source, frame, traits))
        except Refusal as refusal:
            named = Refusal(refusal.reason, f"{image.path}: {refusal.detail}")
            lost[number] = lost_image(export, image, named)

    read = _objects_of(opened, objects == "components")
    for number, image_objects in lost.items():
        read.insert(number, image_objects)
    return read


def lost_image(export: str, found: FoundImage, refusal: Refusal) -> ImageObjects:
    """An image of which nothing goes on."""
    drops = image_drops(export, found.record, found.path, refusal)
    return ImageObjects(
        probe=None, objects=None, drops=drops, seen=len(found.record.annotations)
    )


def _open(source: ImageSource, stated: StatedFrame, traits: ExportTraits) -> _Opened:
    """Probe an image. Refusal unreadable_file or over_limit, or as `probe`."""
    data = _read(source)
    max_pixels = source.limits.image_pixels
    probed = probe(data, max_pixels, traits.grey_bits)
    found = source.found
    shown = probed.height, probed.width
    if stated != "stored":
        stored = displayed_size(*shown, probed.orientation)
        found = unstretched(found, shown, stored)
    if traits.may_be_percent:
        found = with_unsure_units(found, *shown)
    source = replace(source, found=found)
    record = found.record
    known = traits.frames.get(record.document, traits.frame)
    overruled = record.document in traits.overruled
    frames = Frames(record, probed, stated, known, overruled=overruled)
    if frames.of_record().is_unsure:
        is_stored = fits_stored(record, probed, data, max_pixels)
        frames = replace(frames, fits_stored=is_stored)
    return _Opened(source, frames)


def _read(source: ImageSource) -> bytes:
    """The bytes of the image. Refusal unreadable_file or over_limit."""
    try:
        return source.read(source.found.file)
    except OSError as error:
        raise Refusal(Reason.UNREADABLE_FILE, str(error.strerror or error)) from None


def _objects_of(images: Sequence[_Opened], cut: bool) -> list[ImageObjects]:
    """The objects of probed images. `cut`: cut instances into components."""
    polygons = rasterise_polygons([image.frames for image in images])
    contents = [_contents(image, polygons) for image in images]
    instances: list[Drawn] = []
    regions: list[Drawn] = []
    for each in contents:
        instances += each.annotated + each.segments
        regions += each.regions

    # The objects of each mask, to be taken in the order in which the masks were put together.
    of_instances = iter(make_objects(instances, cut))
    of_regions = iter(make_objects(regions))
    made = []
    for each in contents:
        objects = _next(of_instances, each.annotated)
        each.labelled_px += sum(annotated.area for annotated in objects)
        objects += _next(of_instances, each.segments)
        objects += _next(of_regions, each.regions)
        made.append(first_of_each(objects))

    overlapping = overlapping_keys([unique for unique, _ in made])
    read = []
    columns = zip(images, contents, made, overlapping, strict=True)
    for image, each, (unique, repeated), keys in columns:
        objects_of_image = _columns(unique, image, keys)
        read.append(_image_objects(image, each, objects_of_image, repeated))
    return read


def _image_objects(
    image: _Opened, contents: _Contents, objects: Objects, repeated: list[Repeated]
) -> ImageObjects:
    """What became of an image. `repeated`: objects that it has twice."""
    # An annotation may become several objects: each counts, as in the ledger.
    dropped = sum(drop.count or 0 for drop in contents.drops)
    seen = len(objects.keys) + len(repeated) + dropped
    repeats = [image.source.drop(each.key, each.refusal) for each in repeated]
    probed = image.frames.probe
    labelled = contents.labelled_px + contents.labelled_in_maps
    return ImageObjects(
        probe=probed,
        objects=objects,
        drops=contents.drops + repeats,
        seen=seen,
        labelled_share=labelled / (probed.height * probed.width),
    )


def _next(objects: Iterator[list[Object]], drawn: Sequence[Drawn]) -> list[Object]:
    """The objects of the next masks, which are `drawn`."""
    return list(chain.from_iterable(islice(objects, len(drawn))))


def _contents(image: _Opened, polygons: PolygonMasks) -> _Contents:
    """The masks of an image. `polygons`: among them those of this image."""
    source = image.source
    frames = image.frames
    record = source.found.record
    frame = frames.of_record()
    contents = _Contents()
    files = MaskReader(source)
    masks_of = _masks_of(files, frames, polygons)
    for annotation in record.annotations:
        if annotation.dropped is None and masks_of.is_only_listed(annotation):
            continue
        try:
            each = with_mask(annotation, masks_of, source.limits, frame)
        except Refusal as refusal:
            contents.drops.append(source.drop(annotation.key, refusal))
            continue
        contents.annotated.append(each)
        # Px of a mask file are counted with all of it.
        if isinstance(annotation.shape, Painted):
            contents.labelled_px -= masks.area(each.region.runs)

    for segment_map in record.segment_maps:
        segments = masks_of.segments[segment_map.path]
        others = other_values(segment_map, segments, source)
        contents.segments += others.drawn
        contents.drops += others.drops
        contents.labelled_px += others.labelled_px

    pixels = frames.probe.height * frames.probe.width
    for region_map in record.maps:
        found = map_objects(region_map, files, frames)
        contents.regions += found.drawn
        contents.drops += found.drops
        contents.labelled_in_maps += found.labelled_share * pixels
    return contents


def _masks_of(files: MaskReader, frames: Frames, polygons: PolygonMasks) -> ImageMasks:
    """What the masks of the image's annotations are made of."""
    record = files.source.found.record
    segments = {}
    for segment_map in record.segment_maps:
        segments[segment_map.path] = displayed_segments(segment_map, files, frames)
    max_pixels = files.source.limits.image_pixels
    frame = frames.of_record()
    visible = visible_shapes(
        record, frame.height, frame.width, max_pixels, frame.annotated
    )
    return ImageMasks(frames, files, visible, polygons, segments)


def _picture_flags(probed: Probe) -> list[Flag]:
    """What is remarkable of a picture."""
    flags = []
    if probed.ends_early:
        flags.append(Flag.ENDS_EARLY)
    if probed.grey_bits in GREY_FLAGS:
        flags.append(GREY_FLAGS[probed.grey_bits])
    if probed.is_dark:
        flags.append(Flag.DARK_GREY)
    return flags


def _columns(made: Sequence[Object], image: _Opened, overlapping: Set[str]) -> Objects:
    """The objects as columns, with the flags that follow from their image.

    `overlapping`: the keys of those that overlap others.
    """
    probed = image.frames.probe
    image_flags = [*image.source.found.flags, *_picture_flags(probed)]
    flags = []
    for each in made:
        named = {flag.value for flag in (*each.flags, *image_flags)}
        box = each.box
        touches_start = box.x0 == 0 or box.y0 == 0
        touches_end = box.x1 == probed.width or box.y1 == probed.height
        if touches_start or touches_end:
            named.add(Flag.TOUCHES_EDGE.value)
        if each.key in overlapping:
            named.add(Flag.OVERLAPPING.value)
        flags.append(sorted(named))
    return Objects(
        keys=[each.key for each in made],
        labels=[each.label for each in made],
        counts=[each.counts for each in made],
        areas=[each.area for each in made],
        boxes=[each.box for each in made],
        sources=[each.source for each in made],
        flags=flags,
        attributes=[each.attributes for each in made],
    )
