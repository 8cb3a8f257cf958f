"""What becomes of one image: its annotations and mask files become objects or drops.

This runs in the child process (exports/child.py), so it imports only what decoding
needs.
"""

from collections.abc import Sequence

import msgspec

from curate.boundary import runs_in_child
from curate.drops import Drop, make_drop
from curate.exports.places import Places
from curate.flags import GREY_FLAGS, Flag
from curate.mask_records import Painted
from curate.pixels import masks
from curate.pixels.probing import Probe, probe
from curate.reasons import Reason, Refusal
from curate.records import Box, ExportTraits, FoundImage, ImageRecord
from curate.stages.annotations import Drawn, Object, draw_annotation, make_objects
from curate.stages.frames import Frames, StatedFrame
from curate.stages.image_masks import ImageMasks, draw_polygons
from curate.stages.image_source import ImageLimits, ImageSource
from curate.stages.layers import visible_shapes
from curate.stages.mask_files import map_objects
from curate.stages.mask_reading import MaskReader
from curate.stages.overlaps import overlapping_keys
from curate.stages.repetition import first_of_each
from curate.stages.segment_files import displayed_segments, other_values


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
        probe=None, objects=None, drops=drops, seen=len(found.record.annotations)
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
    drawn: list[Drawn] = []
    drops: list[Drop] = []
    files = MaskReader(source)
    masks_of = _masks_of(files, frames)
    # Px of a mask file are counted with all of it.
    labelled = 0.0
    for annotation in record.annotations:
        if annotation.dropped is None and masks_of.is_only_listed(annotation):
            continue
        try:
            each = draw_annotation(annotation, masks_of, source.limits)
        except Refusal as refusal:
            drops.append(source.drop(annotation.key, refusal))
            continue
        drawn.append(each)
        if isinstance(annotation.shape, Painted):
            labelled -= masks.area(each.region.runs)
    made = make_objects(drawn, frames.of_record(), cut)
    labelled += sum(each.area for each in made)

    for segment_map in record.segment_maps:
        segments = masks_of.segments[segment_map.path]
        others = other_values(segment_map, segments, source)
        made += make_objects(others.drawn, cut=cut)
        drops += others.drops
        labelled += others.labelled_px

    pixels = probed.height * probed.width
    for region_map in record.maps:
        found = map_objects(region_map, files, frames)
        made += make_objects(found.drawn)
        drops += found.drops
        labelled += found.labelled_share * pixels

    # An annotation may become several objects: each counts, as in the ledger.
    seen = len(made) + sum(drop.count or 0 for drop in drops)
    made, repeated = first_of_each(made)
    drops += [source.drop(each.key, each.refusal) for each in repeated]
    image_flags = [*source.found.flags, *_picture_flags(probed)]
    return ImageObjects(
        probe=probed,
        objects=_columns(made, image_flags, probed),
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
    drawn = draw_polygons(record, frame)
    return ImageMasks(frames, files, visible, drawn, segments)


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


def _columns(
    made: Sequence[Object], image_flags: Sequence[Flag], probed: Probe
) -> Objects:
    """The objects as columns, with the flags that follow from their image."""
    overlapping = overlapping_keys(made, probed.height, probed.width)
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
