"""COCO instances (JSON), in the dialects of the tools that write it.

Tools: COCO, CVAT, Roboflow, Label Studio, Datumaro, FiftyOne, COCO Annotator, VIA, Hasty, LVIS,
    SAHI, kwcoco
Versions: any
Masks: polygons, run-lengths of both kinds
Gives: instances

Documents: every .json file whose top level has `images`, and `annotations` or `categories`.
There may be any number of them, in any folder: one for each split, or one for each image.
Documents of captions, panoptic segments or keypoints alone hold no instances. Like the JSON
of other tools they are left alone, and a note names them. A document that cannot be read is
`malformed_file`; an entry that is no object costs only itself.

Images: `file_name` is a path from the document's folder or from the export's root. If there is
no such file, it is looked for in the folders `images`, `JPEGImages` and `data`, and in folders
named after the document: for `instances_val2017.json` and for `val2017_annotations.json` these
are `val2017`, `images/val2017` and `val2017/images`. They may be in the document's folder, in
the root, or beside the document's folder. Last, the one file of that name is taken, and so it is
for a path of another machine or a URL: of several files, the one whose path ends most like it;
or the one without the id that Label Studio puts before the name of an upload (`3f2a9c1e-car.jpg`
is `car.jpg`). An ending may be another one of its kind (`.jpeg` for `.jpg`, `.jpg` for `.heic`)
or missing. LVIS has no `file_name`: there the end of `coco_url` is taken. No URL is ever opened.
An image id that stands for two file names is `ambiguous_image`. `width` and `height` tell
whether an image with an EXIF orientation was annotated as displayed or as stored. If they are of
another size than the picture, but of its proportions, its masks are scaled (flag `scaled_mask`),
and so are run-lengths of another `size`; other proportions are `mask_size_mismatch`. What Label
Studio wrote is in the displayed frame always: it makes px of percent, by the stored picture's size.

Ids: an id is a name. 1, 1.0 and "1" are one id, and numbers may have any size. An id that is not
listed is the one that differs by the zeros before it ("000139" and 139), if there is only one.

Classes: `categories`. A category id that is not listed, or stands for several names or for
none, is `unknown_class`. A name that stands under several ids is one label.

Objects: `segmentation` is a list of polygons (the object is their union; a hole may be walked to
and fro from the outline), one flat list, a list of points as pairs, run-lengths of either kind
(column by column; flagged `order_unsure` if px hang together only row by row), or a list of run-
lengths, or kwcoco's polygons, each an `exterior` with `interiors`. If all polygons of an image have
numbers from 0 to 1, they are shares of it (flag `scaled_mask`). Without a `size`, or as mere text,
they are of the image's size. `[]`, `[[]]`, null and no `segmentation` at all are `no_mask`, and so
is an annotation with COCO Annotator's `isbbox`. `bbox` and `area` are never read.

Crowds: an annotation with `iscrowd` is dropped as `crowd`, see the option.

Attributes: `attributes` (CVAT) and `metadata` (COCO Annotator) stay with the object, as text.
What has `deleted` set, an annotation or its image, is dropped as `deleted`.

Keys: `DOCUMENT#ID`. Without an id it is `DOCUMENT#` and a digest of class and segmentation.
An id proves nothing, as tools number anew: an annotation is `duplicate_annotation` if its
image has one of the same label and mask already, from this document or from another, as
`all.json` repeats `train.json`. If an id stands for different annotations of one image, the
digest of each is added to its key: `DOCUMENT#ID~DIGEST`.

Options:

- `crowds: auto` (the default) drops annotations with `iscrowd` as `crowd`, with three
  exceptions: those of CVAT (their `attributes` have `occluded`) and of darwin-py (`info` says
  "Exported from Darwin"), where it says only that the mask is written as run-lengths, and those
  of classes with `isthing: 0`. Datumaro and supervision write it in the same sense, but keep
  real crowds with it, too, and nothing tells them apart: if an export has no crowds, say `keep`.
- `crowds: drop` drops each of them, `crowds: keep` keeps each.

What is dropped: `no_mask`, `crowd`, `deleted`, `unknown_class`, `unknown_image`, `bad_polygon`,
`bad_run_lengths`, `ambiguous_image` (one id for two file names), `mask_size_mismatch` and
`malformed_file`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from curate.drops import Drop
from curate.errors import InputError
from curate.exports.export import Export
from curate.formats.shared.class_numbers import not_listed
from curate.formats.shared.coco_annotations import (
    Classes,
    annotation_key,
    read_annotation,
    read_classes,
)
from curate.formats.shared.coco_entries import (
    has_other_content,
    read_entries,
    read_entry,
    read_id,
)
from curate.formats.shared.coco_images import file_name, image_folders
from curate.formats.shared.coco_index import index_annotations, index_images
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.json_values import as_object, value, whole
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord, ReadItem

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
    frame: Literal["by_size", "stretched"]
    """The frame of its shapes."""


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
        sample = document.sample("annotations", _SAMPLE)
    except Refusal:
        return True  # what is wrong with it is said when it is read
    entries = [entry for entry in map(read_entry, sample) if entry is not None]
    return not entries or not all(has_other_content(entry) for entry in entries)


def _is_of_darwin(source: JsonDocument) -> bool:
    """Whether darwin-py wrote a document: it writes iscrowd for a polygon of several paths."""
    return _info(source).get("description") == "Exported from Darwin"


def _is_of_label_studio(source: JsonDocument) -> bool:
    """Whether Label Studio wrote a document: it stretches shapes to the stored picture's size."""
    return _info(source).get("contributor") == "Label Studio"


def _info(source: JsonDocument) -> dict[str, Any]:
    return as_object(value(source.pieces.get("info")))


def _read_document(
    export: Export, source: JsonDocument, crowds: str
) -> Iterator[ReadItem]:
    """The records of a document's images. Refusal malformed_file if a list in it is no list."""
    images = index_images(source)
    annotations = index_annotations(source, images)
    if crowds == "auto" and _is_of_darwin(source):
        crowds = "keep"
    frame: Literal["by_size", "stretched"] = "by_size"
    if _is_of_label_studio(source):
        frame = "stretched"
    document = _Document(
        export=export,
        path=source.path,
        crowds=crowds,
        classes=read_classes(source.each("categories")),
        folders=image_folders(source.path),
        videos=_video_names(value(source.pieces.get("videos"))),
        frame=frame,
    )

    for place in annotations.malformed:
        yield _malformed(document, f"annotations[{place}] is no object", f"[{place}]")
    for place in images.malformed:
        detail = f"images[{place}] is no object with an id"
        yield _malformed(document, detail, f"[images {place}]", count=0)
    for key, number in images.numbers.items():
        yield _image(document, key, images.entries(number), annotations.of(number))
    for raw in annotations.of_unlisted():
        yield _of_no_image(document, raw, images.numbers)


def _malformed(document: _Document, detail: str, place: str, count: int = 1) -> Drop:
    """The drop of an entry of a list of the document. `place`: the end of its key."""
    refusal = Refusal(Reason.MALFORMED_FILE, f"{document.path}: {detail}")
    key = document.path + place
    return document.export.drop(refusal, annotation_key=key, count=count)


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


def _image(
    document: _Document, key: str, images: list[_Image], annotations: list[bytes]
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
    document: _Document, image: _Image, raw_annotations: list[bytes]
) -> ImageRecord:
    annotations = []
    entries = read_entries(raw_annotations)
    for entry, raw in zip(entries, raw_annotations, strict=True):
        annotation = read_annotation(
            document.path, entry, raw, image, document.classes, document.crowds
        )
        annotations.append(annotation)
    return ImageRecord(
        name=file_name(image),
        document=document.path,
        annotations=annotations,
        width=whole(image.get("width")),
        height=whole(image.get("height")),
        frame=document.frame,
        folders=document.folders,
        video=_video(document, image),
    )


def _video(document: _Document, image: _Image) -> str:
    """The video that an image is a frame of, by its name or else its id; "" if it is of none."""
    video = read_id(image.get("video_id"))
    if not video:
        return ""
    return document.videos.get(video, f"{document.path}#{video}")


def _of_no_image(document: _Document, raw: bytes, listed: Collection[str]) -> Drop:
    """The drop of an annotation whose image is not among those that are listed."""
    [entry] = read_entries([raw])
    image = read_id(entry.image_id)
    detail = f"{document.path}: it names no image"
    if image:
        detail = f"{document.path}: image {not_listed(image, listed)}"
    refusal = Refusal(Reason.UNKNOWN_IMAGE, detail)
    key = annotation_key(document.path, entry, raw)
    return document.export.drop(refusal, annotation_key=key)
