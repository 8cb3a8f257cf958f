"""COCO panoptic: a JSON document, and a folder of PNGs whose colours are the ids of segments.

Tools: COCO panoptic, panopticapi, detectron2, cityscapesScripts, VIPSeg
Versions: any
Masks: colours that are the ids of segments
Gives: instances, and a region for each class of stuff

Documents: every .json file whose `annotations` have `segments_info`, as panopticapi, detectron2,
cityscapesScripts (createPanopticImgs) and COCO itself write it. Documents of video panoptic
segmentation (VIPSeg: `videos` with `images`, and `annotations` in `annotations`) are read, too.
Other documents are left alone, and a note names them. An entry that is no object costs itself.

Maps: `file_name` of an annotation; without it, the image's name with .png. A map is looked for in
the folder of the document's name beside it (`panoptic_val2017.json` and `panoptic_val2017/`), in
the document's folder, in the root, in `panoptic`, `panoptic_masks`, `panoptic_maps`, `masks` and
`annotations`; last, the one file of that name which is not the image is taken. The id of a pixel is
R + 256 G + 65,536 B; in a grey picture or a palette it is the value or the index, if only these
are ids of segments. Id 0 has no class.

Images: `file_name` of the image with the annotation's `image_id`, looked for as in format coco. If
it is not there, the names that Cityscapes' own files have are tried, since createPanopticImgs
writes `NAME_gtFine_leftImg8bit.png` for `NAME_leftImg8bit.png`.

Objects: each entry of `segments_info` is one object, in one piece or in several, of a thing or of
stuff. `objects: components` in the settings cuts each into its 8-connected pieces. `bbox`, `area`
and `isthing` are never read. The second entry of one id is `duplicate_annotation`. All px of an
image that a segment has count as labelled.

Keys: `DOCUMENT#ID`. The same segment in another document is `duplicate_annotation`.

Options:

- `crowds: keep` takes segments with `iscrowd` for objects.
- `mask_size: scale`: a map of another size, but of its image's proportions, is scaled (nearest px)
  in place of being refused.
- `maps`: the folder of the maps, if the rules do not find it.

What is dropped: `crowd` (`iscrowd: 1`), `empty_mask` (no px has the id), `unknown_class` (a
category that is not listed, or an id in the map that is no segment's), `unknown_image`,
`ambiguous_image` (one id for two names), `missing_mask`, `undecodable_mask`, `mask_size_mismatch`
(each segment of the map is counted), `missing_image` and `malformed_file`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from curate.drops import Drop
from curate.errors import InputError
from curate.exports.export import Export
from curate.formats.shared.class_numbers import by_plain_number, without_zeros
from curate.formats.shared.coco_annotations import read_classes
from curate.formats.shared.coco_entries import read_id, read_object
from curate.formats.shared.coco_images import file_name
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.json_values import whole
from curate.formats.shared.options import stated_choice
from curate.formats.shared.panoptic_files import Places, folders_of_images, map_folders
from curate.formats.shared.panoptic_segments import (
    SegmentReading,
    map_of_segments,
    read_segments,
)
from curate.mask_records import SegmentMap
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem

OPTIONS = ("crowds", "mask_size", "maps")

_NEEDS = "has annotations with segments_info"
_SAMPLE = 100  # annotations that tell what kind of document it is

_Entry = dict[str, Any]
"""An image or an annotation of a document."""


@dataclass(frozen=True, slots=True)
class _Document:
    """What holds for all images of a document."""

    export: Export
    path: str
    reading: SegmentReading
    places: Places


@dataclass(frozen=True, slots=True)
class _Listed:
    """An image of a document, and the video that it is a frame of."""

    entry: _Entry
    video: str = ""


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each annotation of an image, and one for each image without any."""
    keep_crowds = stated_choice(export, "crowds", ("drop", "keep")) == "keep"
    resize = stated_choice(export, "mask_size", ("refuse", "scale")) == "scale"
    folder = export.options.get("maps", "")
    if not isinstance(folder, str):
        raise InputError(
            f"export {export.name}: option maps is a folder, not {folder!r}"
        )

    for each in documents(export, "COCO panoptic", _is_panoptic, _NEEDS):
        if not isinstance(each, JsonDocument):
            yield each
            continue
        try:
            reading = SegmentReading(
                document=each.path,
                classes=read_classes(each.entries("categories")),
                keep_crowds=keep_crowds,
                resize=resize,
            )
            places = Places(
                files=export.files,
                document=each.path,
                map_folders=map_folders(each.path, folder),
                image_folders=folders_of_images(each.path),
            )
            document = _Document(export, each.path, reading, places)
            yield from _read_document(document, each)
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=each.path, count=None)


def _is_panoptic(document: JsonDocument) -> bool:
    """Whether a document's annotations have segments."""
    if "annotations" not in document.pieces:
        return False
    try:
        sample = document.sample("annotations", _SAMPLE)
    except Refusal:
        return False
    for raw in sample:
        entry = read_object(raw)
        if "segments_info" in entry:
            return True
        frames = entry.get("annotations")  # of a video
        if isinstance(frames, list) and any(
            _has_segments(each) for each in frames[:_SAMPLE]
        ):
            return True
    return False


def _has_segments(entry: Any) -> bool:
    return isinstance(entry, dict) and "segments_info" in entry


def _read_document(document: _Document, source: JsonDocument) -> Iterator[ReadItem]:
    """The records of a document. Refusal malformed_file if a list in it is no list."""
    raw_annotations = source.each("annotations")
    images = _images(source)
    by_number = by_plain_number(images)
    annotated = set()
    for number, raw in enumerate(raw_annotations):
        for entry in _flat(read_object(raw)):
            if not isinstance(entry, dict) or not _has_segments(entry):
                yield _malformed(document, number)
                continue
            image_id = read_id(entry.get("image_id")) or ""
            if image_id not in images:
                image_id = by_number.get(without_zeros(image_id), image_id)
            annotated.add(image_id)
            yield _record_or_drop(document, entry, image_id, images.get(image_id, []))

    for image_id, listed in images.items():
        if image_id not in annotated and file_name(listed[0].entry):
            yield _image_record(document, listed[0], [], [])


def _flat(entry: _Entry) -> list[Any]:
    """An annotation; those of its frames, if it is of a video."""
    frames = entry.get("annotations")
    if isinstance(frames, list):
        return frames
    return [entry]


def _malformed(document: _Document, number: int) -> Drop:
    detail = f"{document.path}: annotations[{number}] has no segments_info"
    refusal = Refusal(Reason.MALFORMED_FILE, detail)
    key = f"{document.path}[{number}]"
    return document.export.drop(refusal, annotation_key=key)


def _images(source: JsonDocument) -> dict[str, list[_Listed]]:
    """The images of a document by id; those of its videos, too."""
    found: defaultdict[str, list[_Listed]] = defaultdict(list)
    for raw in source.each("images"):
        entry = read_object(raw)
        video = read_id(entry.get("video_id")) or ""
        found[read_id(entry.get("id")) or ""].append(_Listed(entry, video))

    for raw in source.each("videos"):
        video_entry = read_object(raw)
        frames = video_entry.get("images")
        if not isinstance(frames, list):
            continue
        video = read_id(video_entry.get("video_id", video_entry.get("id"))) or ""
        for frame in frames:
            if isinstance(frame, dict):
                found[read_id(frame.get("id")) or ""].append(_Listed(frame, video))
    found.pop("", None)
    return found


def _record_or_drop(
    document: _Document, entry: _Entry, image_id: str, images: list[_Listed]
) -> ImageRecord | Drop:
    """The record of an annotation; a drop of its segments if its image is not sure."""
    segments = entry.get("segments_info")
    if segments is None:
        segments = []
    names = sorted({file_name(image.entry) for image in images})
    if not isinstance(segments, list):
        detail = f"{document.path}: segments_info of image {image_id} is no list"
        refusal = Refusal(Reason.MALFORMED_FILE, detail)
        return document.export.drop(
            refusal, annotation_key=f"{document.path}#{image_id}"
        )

    count = len(segments)
    if not images:
        detail = f"{document.path}: image {image_id} is not listed"
        refusal = Refusal(Reason.UNKNOWN_IMAGE, detail)
        return document.export.drop(refusal, count=count)
    if len(names) > 1:
        detail = (
            f"{document.path}: image id {image_id} stands for {', '.join(names[:4])}"
        )
        refusal = Refusal(Reason.AMBIGUOUS_IMAGE, detail)
        return document.export.drop(refusal, image_path=names[-1], count=count)
    if names == [""]:
        detail = f"{document.path}: image {image_id} has no file_name"
        refusal = Refusal(Reason.MISSING_IMAGE, detail)
        return document.export.drop(refusal, count=count)

    path = document.places.map_path(entry.get("file_name"), names[0])
    annotations = read_segments(document.reading, path, segments)
    segment_map = map_of_segments(document.reading, path, segments)
    return _image_record(document, images[0], annotations, [segment_map])


def _image_record(
    document: _Document,
    image: _Listed,
    annotations: list[Annotation],
    maps: list[SegmentMap],
) -> ImageRecord:
    return ImageRecord(
        name=document.places.image_name(file_name(image.entry), maps),
        document=document.path,
        annotations=annotations,
        segment_maps=maps,
        width=whole(image.entry.get("width")),
        height=whole(image.entry.get("height")),
        folders=document.places.image_folders,
        video=_video(document, image.video),
    )


def _video(document: _Document, video: str) -> str:
    if video:
        return f"{document.path}#{video}"
    return ""
