"""COCO instances (JSON), in the dialects of the tools that write it.

Tools: COCO, CVAT, Roboflow, Label Studio, Datumaro, FiftyOne, COCO Annotator, VIA, Hasty, LVIS,
    SAHI
Versions: any
Masks: polygons, run-lengths of both kinds
Gives: instances

Documents: every .json file whose top level has `images`, and `annotations` or `categories`.
There may be any number of them, in any folder: one for each split, or one for each image.
Documents of captions, panoptic segments or keypoints alone hold no instances. Like the JSON
of other tools they are left alone, and a note names them. A document that cannot be read is
`malformed_file`; an entry that is no object costs only itself.

Images: `file_name` is a path from the document's folder or from the export's root. If there
is no such file, it is looked for in the folders `images`, `JPEGImages` and `data`, and in
folders named after the document: for `instances_val2017.json` and for
`val2017_annotations.json` these are `val2017`, `images/val2017` and `val2017/images`. They
may be in the document's folder, in the root, or beside the document's folder. Last, the one
file of that name is taken, and so it is for a path of another machine or a URL: of several
files, the one whose path ends most like it. LVIS has no `file_name`: there the end of
`coco_url` is taken. No URL is ever opened. An image id that stands for two file names is
`ambiguous_image`. `width` and `height` tell whether an image with an EXIF orientation was
annotated as displayed or as stored. If they are of another size than the picture, but of its
proportions, its masks are scaled (flag `scaled_mask`), and so are run-lengths of another
`size`; other proportions are `mask_size_mismatch`.

Ids: an id is a name. 1, 1.0 and "1" are one id, and numbers may have any size.

Classes: `categories`. A category id that is not listed, or stands for several names or for
none, is `unknown_class`. A name that stands under several ids is one label.

Objects: `segmentation` is a list of polygons (the object is their union; a hole may be walked
to and fro from the outline), one flat list, a list of points as pairs, run-lengths of either
kind (column by column), or a list of run-lengths. `[]`, `[[]]` and null are `no_mask`, and
so is an annotation with COCO Annotator's `isbbox`. `bbox` and `area` are never read.

Crowds: an annotation with `iscrowd` is dropped as `crowd`, see the option.

Attributes: `attributes` (CVAT) and `metadata` (COCO Annotator) stay with the object, as text.
What has `deleted` set, an annotation or its image, is dropped as `deleted`.

Keys: `DOCUMENT#ID`. Without an id it is `DOCUMENT#` and a digest of class and segmentation.
An id proves nothing, as tools number anew: an annotation is `duplicate_annotation` if its
image has one of the same label and mask already, from this document or from another, as
`all.json` repeats `train.json`. If an id stands for different annotations of one image, the
digest of each is added to its key: `DOCUMENT#ID~DIGEST`.

Options:

- `crowds: auto` (the default) drops annotations with `iscrowd` as `crowd`, with two
  exceptions: those of CVAT (their `attributes` have `occluded`), where it says only that the
  mask is written as run-lengths, and those of classes with `isthing: 0`.
- `crowds: drop` drops each of them, `crowds: keep` keeps each.

What is dropped: `no_mask`, `crowd`, `deleted`, `unknown_class`, `unknown_image`, `bad_polygon`,
`bad_run_lengths`, `ambiguous_image` (one id for two file names), `mask_size_mismatch` and
`malformed_file`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from curate.errors import InputError
from curate.exports.export import Export
from curate.formats.shared.coco_annotations import (
    Classes,
    annotation_key,
    read_annotation,
    read_classes,
)
from curate.formats.shared.coco_entries import (
    Entry,
    ImageId,
    has_other_content,
    read_entry,
    read_id,
    read_object,
)
from curate.formats.shared.coco_images import file_name, image_folders
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.json_values import value, whole
from curate.reasons import Reason, Refusal
from curate.records import Drop, ImageRecord, ReadItem

OPTIONS = ("crowds",)

_CROWDS = ("auto", "drop", "keep")
_NEEDS = "has the keys images, annotations and categories"
_SAMPLE = 100  # annotations that tell what kind of document it is

_Image = dict[str, Any]
"""An entry of `images`."""


@dataclass(frozen=True)
class _Document:
    """What holds for all images of a document."""

    export: Export
    path: str
    crowds: str
    """The option."""
    classes: Classes
    folders: list[str]
    """Where its images may be."""
    videos: dict[str, str]
    """Names of videos by id."""


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image of each document."""
    crowds = export.options.get("crowds", "auto")
    if crowds not in _CROWDS:
        words = ", ".join(_CROWDS)
        raise InputError(
            f"export {export.name}: option crowds is one of {words}, not {crowds!r}"
        )

    for each in documents(export, "COCO", _is_instances, _NEEDS):
        if not isinstance(each, JsonDocument):
            yield each
            continue
        try:
            yield from _read_document(export, each, crowds)
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=each.path, count=None)


def _is_instances(document: JsonDocument) -> bool:
    """Whether a document holds instances, not captions, panoptic segments or keypoints."""
    keys = document.pieces.keys()
    if "images" not in keys or keys.isdisjoint(("annotations", "categories")):
        return False
    try:
        sample = document.entries("annotations")[:_SAMPLE]
    except Refusal:
        return True  # what is wrong with it is said when it is read
    entries = [entry for entry in map(read_entry, sample) if entry is not None]
    return not entries or not all(has_other_content(entry) for entry in entries)


def _read_document(
    export: Export, source: JsonDocument, crowds: str
) -> Iterator[ReadItem]:
    """The records of a document's images. Refusal malformed_file if a list in it is none."""
    raw_images = source.entries("images")
    raw_annotations = source.entries("annotations")
    document = _Document(
        export=export,
        path=source.path,
        crowds=crowds,
        classes=read_classes(source.entries("categories")),
        folders=image_folders(source.path),
        videos=_video_names(value(source.pieces.get("videos"))),
    )

    annotations, malformed = _by_image(document, raw_annotations)
    yield from malformed
    images, malformed = _by_id(document, raw_images)
    yield from malformed
    for key, entries in images.items():
        # Taken out, so that what is decoded need not stay in memory as bytes, too.
        yield _image(document, key, entries, annotations.pop(key, []))
    for key, unlisted in annotations.items():
        yield from _of_no_image(document, key, unlisted)


def _video_names(videos: Any) -> dict[str, str]:
    """Names of videos by id, of those that have one."""
    names: dict[str, str] = {}
    if not isinstance(videos, list):
        return names
    for video in videos:
        if isinstance(video, dict) and isinstance(video.get("name"), str):
            key = read_id(video.get("id")) or ""
            names[key] = video["name"]
    return names


def _by_image(
    document: _Document, raw_annotations: list[msgspec.Raw]
) -> tuple[dict[str, list[msgspec.Raw]], list[Drop]]:
    """Annotations by image id, "" if they name no image; and drops of what is no object."""
    found: defaultdict[str, list[msgspec.Raw]] = defaultdict(list)
    drops = []
    for number, raw in enumerate(raw_annotations):
        try:
            # Of millions of annotations only this is decoded until their image's turn.
            image_id = msgspec.json.decode(raw, type=ImageId).image_id
        except msgspec.ValidationError:
            detail = f"{document.path}: annotations[{number}] is no object"
            refusal = Refusal(Reason.MALFORMED_FILE, detail)
            key = f"{document.path}[{number}]"
            drops.append(document.export.drop(refusal, annotation_key=key))
            continue
        found[read_id(value(image_id)) or ""].append(raw)
    return found, drops


def _by_id(
    document: _Document, raw_images: list[msgspec.Raw]
) -> tuple[dict[str, list[_Image]], list[Drop]]:
    """The images under each id; and drops of what is no object with an id."""
    found: defaultdict[str, list[_Image]] = defaultdict(list)
    drops = []
    for number, raw in enumerate(raw_images):
        image = read_object(raw)
        key = read_id(image.get("id"))
        if key is None:
            detail = f"{document.path}: images[{number}] is no object with an id"
            refusal = Refusal(Reason.MALFORMED_FILE, detail)
            key = f"{document.path}[images {number}]"
            drops.append(document.export.drop(refusal, annotation_key=key, count=0))
        else:
            found[key].append(image)
    return found, drops


def _image(
    document: _Document, key: str, images: list[_Image], annotations: list[msgspec.Raw]
) -> ImageRecord | Drop:
    """The record of an image id; a drop of its annotations if it has no name, or several."""
    # One image may be listed twice, as merged documents do; two images may not share an id.
    names = {file_name(image) for image in images}
    count = len(annotations)
    if len(names) > 1:
        several = ", ".join(sorted(names)[:4])
        detail = f"{document.path}: image id {key} stands for {several}"
        refusal = Refusal(Reason.AMBIGUOUS_IMAGE, detail)
        return document.export.drop(refusal, image_path=max(names), count=count)
    if names == {""}:
        detail = f"{document.path}: image {key} has no file_name"
        refusal = Refusal(Reason.MISSING_IMAGE, detail)
        return document.export.drop(refusal, count=count)
    return _image_record(document, images[0], annotations)


def _image_record(
    document: _Document, image: _Image, raw_annotations: list[msgspec.Raw]
) -> ImageRecord:
    annotations = []
    for raw in raw_annotations:
        annotation = read_annotation(
            document.path, _entry(raw), image, document.classes, document.crowds
        )
        annotations.append(annotation)
    return ImageRecord(
        name=file_name(image),
        document=document.path,
        annotations=annotations,
        width=whole(image.get("width")),
        height=whole(image.get("height")),
        folders=document.folders,
        video=_video(document, image),
    )


def _video(document: _Document, image: _Image) -> str:
    """The video that an image is a frame of, by its name or else its id; "" if it is of none."""
    video = read_id(image.get("video_id"))
    if not video:
        return ""
    return document.videos.get(video, f"{document.path}#{video}")


def _of_no_image(
    document: _Document, key: str, raw_annotations: list[msgspec.Raw]
) -> Iterator[Drop]:
    """Drops of annotations whose image is not listed."""
    detail = f"{document.path}: image {key} is not listed"
    if not key:
        detail = f"{document.path}: it names no image"
    refusal = Refusal(Reason.UNKNOWN_IMAGE, detail)
    for raw in raw_annotations:
        key = annotation_key(document.path, _entry(raw))
        yield document.export.drop(refusal, annotation_key=key)


def _entry(raw: msgspec.Raw) -> Entry:
    return read_entry(raw) or Entry()
