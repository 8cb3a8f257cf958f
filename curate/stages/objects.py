"""What becomes of one image: its annotations and mask files become objects or drops.

This runs in the child process (exports/child.py), so it imports only what decoding
needs.
"""

from collections.abc import Collection, Sequence

import msgspec

from curate.boundary import runs_in_child
from curate.exports.places import Places
from curate.pixels.probing import Probe, probe
from curate.reasons import Reason, Refusal
from curate.records import (
    GREY_FLAGS,
    Drop,
    ExportTraits,
    Flag,
    FoundImage,
    ImageRecord,
    Painted,
    Record,
    make_drop,
)
from curate.stages.annotations import Object, annotation_objects
from curate.stages.frames import Frames, StatedFrame
from curate.stages.image_masks import ImageMasks
from curate.stages.image_source import ImageLimits, ImageSource
from curate.stages.layers import visible_shapes
from curate.stages.mask_files import map_objects
from curate.stages.mask_reading import MaskReader
from curate.stages.overlaps import overlapping_keys
from curate.stages.repetition import first_of_each
from curate.stages.segment_files import displayed_segments, other_values


class ImageObjects(Record, frozen=True, kw_only=True):
    """What became of one image."""

    probe: Probe | None
    objects: list[Object]
    drops: list[Drop]
    seen: int
    """Annotations that the image had."""
    labelled_share: float = 0.0
    """Share of its px that are of some class."""


@runs_in_child
def read_image(
    found: FoundImage,
    export: str,
    places: Places,
    objects: str,
    limits: ImageLimits,
    files: dict[str, bytes],
    frame: StatedFrame,
    traits: ExportTraits,
) -> ImageObjects:
    """Probe an image, and turn its annotations into objects of the displayed frame.

    `places`: where mask files are. `objects`: `components` cuts
    instances into 8-connected components. `files`: bytes of files that are not on this
    machine, by FoundImage.file and by ROOT/PATH for masks. `frame`: of all shapes, as
    the export's settings say. `traits`: what the export's pictures have in common.
    """
    source = ImageSource(export, found, places, files, limits)
    try:
        probed = probe(_read(source), limits.image_pixels, traits.grey_bits)
    except Refusal as refusal:
        named = Refusal(refusal.reason, f"{found.path}: {refusal.detail}")
        return lost_image(export, found, named)

    known = traits.frames.get(found.record.document, traits.frame)
    frames = Frames(found.record, probed, frame, known)
    return _objects_of(source, frames, objects == "components")


def lost_image(export: str, found: FoundImage, refusal: Refusal) -> ImageObjects:
    """An image of which nothing goes on."""
    drops = image_drops(export, found.record, found.path, refusal)
    return ImageObjects(
        probe=None, objects=[], drops=drops, seen=len(found.record.annotations)
    )


def image_drops(
    export: str, record: ImageRecord, path: str, refusal: Refusal
) -> list[Drop]:
    """The drops of a lost image.

    One stands for its annotations, and one of unknown count for each of its mask files.
    """
    drops = []
    maps = [region_map.path for region_map in record.maps]
    maps += [each.path for each in record.segment_maps if each.labels]
    if record.annotations or not maps:
        count = len(record.annotations)
        drops.append(make_drop(refusal, export=export, image_path=path, count=count))
    for path_of_map in maps:
        drop = make_drop(
            refusal,
            export=export,
            image_path=path,
            annotation_key=path_of_map,
            count=None,
        )
        drops.append(drop)
    return drops


def _read(source: ImageSource) -> bytes:
    """The bytes of the image. Refusal unreadable_file or over_limit."""
    try:
        return source.read(source.found.file)
    except OSError as error:
        raise Refusal(Reason.UNREADABLE_FILE, str(error.strerror or error)) from None


def _objects_of(source: ImageSource, frames: Frames, cut: bool) -> ImageObjects:
    """The objects of a probed image. `cut`: cut instances into components."""
    record = source.found.record
    probed = frames.probe
    made: list[Object] = []
    drops: list[Drop] = []
    labelled = 0.0
    files = MaskReader(source)
    masks_of = _masks_of(files, frames)
    for annotation in record.annotations:
        if annotation.dropped is None and masks_of.is_only_listed(annotation):
            continue
        try:
            objects = annotation_objects(annotation, masks_of, cut, source.limits)
        except Refusal as refusal:
            drops.append(source.drop(annotation.key, refusal))
            continue
        made += objects
        # Px of a mask file are counted with all of it.
        if not isinstance(annotation.shape, Painted):
            labelled += sum(each.area for each in objects)

    for segment_map in record.segment_maps:
        segments = masks_of.segments[segment_map.path]
        others = other_values(segment_map, segments, source, cut)
        made += others.objects
        drops += others.drops
        labelled += others.labelled_px

    pixels = probed.height * probed.width
    for region_map in record.maps:
        found = map_objects(region_map, files, frames)
        made += found.objects
        drops += found.drops
        labelled += found.labelled_share * pixels

    # An annotation may become several objects: each counts, as in the ledger.
    seen = len(made) + sum(drop.count or 0 for drop in drops)
    made, repeated = first_of_each(made)
    drops += [source.drop(each.key, each.refusal) for each in repeated]
    image_flags = [*source.found.flags, *_picture_flags(probed)]
    overlapping = overlapping_keys(made, probed.height, probed.width)
    return ImageObjects(
        probe=probed,
        objects=[_flagged(each, image_flags, overlapping, probed) for each in made],
        drops=drops,
        seen=seen,
        labelled_share=labelled / pixels,
    )


def _masks_of(files: MaskReader, frames: Frames) -> ImageMasks:
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
    return ImageMasks(frames, files, visible, segments)


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


def _flagged(
    each: Object,
    image_flags: Sequence[Flag],
    overlapping: Collection[str],
    probed: Probe,
) -> Object:
    """An object with its own flags, and those that follow from its image, in order.

    `overlapping`: keys of the objects that overlap others.
    """
    flags = set(each.flags)
    flags.update(flag.value for flag in image_flags)
    box = each.box
    touches_start = box.x0 == 0 or box.y0 == 0
    touches_end = box.x1 == probed.width or box.y1 == probed.height
    if touches_start or touches_end:
        flags.add(Flag.TOUCHES_EDGE.value)
    if each.key in overlapping:
        flags.add(Flag.OVERLAPPING.value)
    return msgspec.structs.replace(each, flags=sorted(flags))
