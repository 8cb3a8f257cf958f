"""COCO instances (JSON), in the dialects of the tools that write it.

Documents: every .json file whose top level has `images` and (`annotations` or `categories`), wherever it lies and
however many there are (train, val; one for each picture). Captions, panoptic and keypoints-only documents hold no
instances: like other tools' JSON they are left alone and named in the log. A document that cannot be read is
`malformed_file`; an entry that is no object costs itself.

Images: `file_name`, looked for from the document's folder, from the export's root, then in `images`, `JPEGImages`
and `data`, and in those by the word of the document's name (`instances_val2017.json`: `val2017`, `images/val2017`,
`val2017/images`), from either folder or the one above the document's, then by file name. LVIS has no `file_name`:
the end of `coco_url` is taken; no URL is ever called. An image id that stands for two file names is
`ambiguous_image`. `width` and `height` tell in which frame a picture with an EXIF orientation was annotated.

Ids are names: 1, 1.0 and "1" are one, numbers may have any size. A category id that stands for several names, for
none, or is not listed is `unknown_class`; names that stand under several ids are one label.

Masks: `segmentation` may be a list of polygons (their union; a hole walked to and fro on the outline is one), one
flat list, points as pairs, run-lengths of both kinds (column-major), or a list of these. `[]`, `[[]]` and null are
`no_mask`, and so is COCO Annotator's `isbbox`. `bbox` and `area` are never read. `attributes` (CVAT) and `metadata`
(COCO Annotator) stay with the object as text; `deleted` images and annotations are dropped as such.

Crowds: `iscrowd` 1 (or true) is dropped as `crowd`, by option `crowds`: `auto` (default) takes for none what CVAT
wrote (`attributes` with `occluded`: there 1 says only that the mask is run-lengths) and classes with `isthing` 0;
`drop` drops each; `keep` none.

Keys: `DOCUMENT#ID`; without an id, `DOCUMENT#` and a digest of class and segmentation. An id that stands twice in a
document: the first stays, the later ones are `duplicate_annotation`; so is an annotation that another document of the
export has already given (same picture, label and segmentation: `all.json` beside `train.json`).
"""

import hashlib
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from curate.errors import InputError
from curate.exports.export import Export, find_image
from curate.formats.shared import json_pieces as _json
from curate.formats.shared.coco_entries import (
    UNSET,
    Entry,
    Ids,
    file_name,
    is_other,
    read_entry,
    read_id,
    read_object,
    read_shape,
    says_yes,
)
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Drop, ImageRecord

OPTIONS = ("crowds",)

_CROWDS = ("auto", "drop", "keep")
_NEEDS = "has the keys images, annotations and categories"
_USUAL = ("images", "JPEGImages", "data")
_PLAIN_WORDS = {
    "instances",
    "annotations",
    "annotation",
    "coco",
    "labels",
    "result",
    "results",
    "dataset",
}
_SAMPLE = 100  # entries that tell what kind of document it is


@dataclass
class _Document:
    """What holds for all images of a document. `labels`: by category id, None where it stands for several names."""

    export: Export
    path: str
    crowds: str
    labels: dict[str, str | None] = field(default_factory=dict)
    stuff: set[str] = field(default_factory=set)
    videos: dict[str, str] = field(default_factory=dict)


@dataclass
class _Seen:
    """Digests of the annotations of earlier documents, and of the one that is read now."""

    earlier: set[bytes] = field(default_factory=set)
    here: set[bytes] = field(default_factory=set)


def read(export: Export) -> Iterator[ImageRecord | Drop]:
    """One record for each image of each document."""
    crowds = export.options.get("crowds", "auto")
    if crowds not in _CROWDS:
        raise InputError(
            f"export {export.name}: option crowds is one of {', '.join(_CROWDS)}, not {crowds!r}"
        )
    several = sum(path.lower().endswith(".json") for path in export.files.paths) > 1
    seen = _Seen() if several else None
    for each in _json.documents(export, "COCO", _is_instances, _NEEDS):
        if isinstance(each, Drop):
            yield each
            continue
        path, pieces = each
        try:
            yield from _read_document(_Document(export, path, crowds), pieces, seen)
        except Refusal as refusal:
            yield export.drop(refusal.reason, refusal.detail, key=path, count=None)
        if seen:
            seen.earlier |= seen.here
            seen.here.clear()


def _is_instances(pieces: _json.Pieces) -> bool:
    if "images" not in pieces or not {"annotations", "categories"} & pieces.keys():
        return False
    try:
        sample = _json.entries(pieces, "annotations", "")[:_SAMPLE]
    except Refusal:
        return True
    kinds = [entry for entry in map(read_entry, sample) if entry is not None]
    return not kinds or not all(is_other(entry) for entry in kinds)


def _read_document(
    document: _Document, pieces: _json.Pieces, seen: _Seen | None
) -> Iterator[ImageRecord | Drop]:
    raw_images, raw_annotations, raw_categories = (
        _json.entries(pieces, key, document.path) for key in ("images", "annotations", "categories")
    )
    _read_categories(document, raw_categories)
    _read_videos(document, pieces)
    by_image, drops = _by_image(document, raw_annotations)
    yield from drops
    listed: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, image in enumerate(map(read_object, raw_images)):
        if (key := read_id(image.get("id"))) is not None:
            listed[key].append(image)
        else:
            detail = f"{document.path}: images[{number}] is no object with an id"
            yield document.export.drop(
                Reason.MALFORMED_FILE, detail, key=f"{document.path}[images {number}]", count=0
            )
    for key, images in listed.items():
        yield _image(document, key, images, by_image.pop(key, []), seen)
    for key, annotations in by_image.items():
        detail = (
            f"{document.path}: image {key} is not listed"
            if key
            else f"{document.path}: it names no image"
        )
        for raw in annotations:
            yield document.export.drop(
                Reason.UNKNOWN_IMAGE, detail, key=_key(document, read_entry(raw) or Entry())
            )


def _image(
    document: _Document,
    key: str,
    images: list[dict[str, Any]],
    annotations: list[msgspec.Raw],
    seen: _Seen | None,
) -> ImageRecord | Drop:
    """The record of an image id, or what its images cost where they have no name, or several."""
    names = {file_name(image) for image in images}
    if len(names) > 1:
        detail = f"{document.path}: image id {key} stands for {', '.join(sorted(names)[:4])}"
        return document.export.drop(
            Reason.AMBIGUOUS_IMAGE, detail, image=max(names), count=len(annotations)
        )
    if names == {""}:
        detail = f"{document.path}: image {key} has no file_name"
        return document.export.drop(Reason.MISSING_IMAGE, detail, count=len(annotations))
    return _image_record(document, images[0], annotations, seen)


def _read_categories(document: _Document, raw_categories: list[msgspec.Raw]) -> None:
    for category in map(read_object, raw_categories):
        key, name = read_id(category.get("id")), category.get("name")
        if key is None or name is None or isinstance(name, list | dict):
            continue
        name = name if isinstance(name, str) else str(name)
        document.labels[key] = name if document.labels.get(key, name) == name else None
        if category.get("isthing") == 0:
            document.stuff.add(key)


def _read_videos(document: _Document, pieces: _json.Pieces) -> None:
    stated = _json.value(pieces.get("videos"))
    for video in stated if isinstance(stated, list) else []:
        if isinstance(video, dict) and isinstance(video.get("name"), str):
            document.videos[read_id(video.get("id")) or ""] = video["name"]


def _by_image(
    document: _Document, raw_annotations: list[msgspec.Raw]
) -> tuple[defaultdict[str, list[msgspec.Raw]], list[Drop]]:
    """Annotations by image id ('' where there is none), and those that are no object, or whose id stands twice."""
    by_image: defaultdict[str, list[msgspec.Raw]] = defaultdict(list)
    drops: list[Drop] = []
    ids: set[str] = set()
    for number, raw in enumerate(raw_annotations):
        try:
            entry = msgspec.json.decode(raw, type=Ids)
        except msgspec.ValidationError:
            detail = f"{document.path}: annotations[{number}] is no object"
            drops.append(
                document.export.drop(
                    Reason.MALFORMED_FILE, detail, key=f"{document.path}[{number}]"
                )
            )
            continue
        key = read_id(_json.value(entry.id))
        if key is not None and key in ids:
            detail = f"{document.path}: annotation id {key[:100]} stands twice; the first stays"
            drops.append(
                document.export.drop(
                    Reason.DUPLICATE_ANNOTATION, detail, key=f"{document.path}#{key}"
                )
            )
            continue
        if key is not None:
            ids.add(key)
        by_image[read_id(_json.value(entry.image_id)) or ""].append(raw)
    return by_image, drops


def _image_record(
    document: _Document,
    image: dict[str, Any],
    raw_annotations: list[msgspec.Raw],
    seen: _Seen | None,
) -> ImageRecord:
    name, folders = file_name(image), _folders(document.path)
    annotations = [
        _annotation(document, read_entry(raw) or Entry(), image) for raw in raw_annotations
    ]
    if seen:
        annotations = _without_repeats(document, annotations, name, folders, seen)
    video = read_id(image.get("video_id"))
    return ImageRecord(
        name=name,
        document=document.path,
        annotations=annotations,
        width=_json.whole(image.get("width")),
        height=_json.whole(image.get("height")),
        folders=folders,
        video=document.videos.get(video, f"{document.path}#{video}") if video else "",
    )


def _annotation(document: _Document, entry: Entry, image: dict[str, Any]) -> Annotation:
    key, category = _key(document, entry), read_id(_json.value(entry.category_id))
    label = document.labels.get(category or "")
    remarks = {
        **_json.attributes(_json.value(entry.metadata)),
        **_json.attributes(_json.value(entry.attributes)),
    }
    try:
        if says_yes(image.get("deleted")) or says_yes(_json.value(entry.deleted)):
            raise Refusal(Reason.DELETED, "deleted in the annotation tool")
        if label is None:
            several = "stands for several names" if category in document.labels else "is not listed"
            raise Refusal(
                Reason.UNKNOWN_CLASS,
                f"category {'none' if category is None else category[:100]} {several}",
            )
        if _is_crowd(document, entry, category, remarks):
            raise Refusal(Reason.CROWD, "iscrowd is 1; option crowds tells otherwise")
        if says_yes(_json.value(entry.isbbox)):
            raise Refusal(Reason.NO_MASK, "isbbox: a box")
        shape = read_shape(_json.value(entry.segmentation))
    except Refusal as refusal:
        return Annotation(
            key=key,
            label=label or "",
            dropped=refusal.reason,
            detail=refusal.detail,
            attributes=remarks,
        )
    return Annotation(
        key=key, label=label, shape=shape, flags=_json.label_flags(label), attributes=remarks
    )


def _is_crowd(
    document: _Document, entry: Entry, category: str | None, remarks: dict[str, str]
) -> bool:
    if document.crowds == "keep" or not says_yes(_json.value(entry.iscrowd)):
        return False
    return document.crowds == "drop" or not ("occluded" in remarks or category in document.stuff)


def _without_repeats(
    document: _Document, annotations: list[Annotation], name: str, folders: list[str], seen: _Seen
) -> list[Annotation]:
    try:
        path, _ = find_image(document.export.files, name, document.path, folders)
    except Refusal:
        return annotations
    kept = []
    for each in annotations:
        if each.shape is not None:
            same = _digest(path, each.label, each.shape)
            seen.here.add(same)
            if same in seen.earlier:
                detail = "another document of the export has it already"
                each = msgspec.structs.replace(
                    each, shape=None, dropped=Reason.DUPLICATE_ANNOTATION, detail=detail
                )
        kept.append(each)
    return kept


def _key(document: _Document, entry: Entry) -> str:
    key = read_id(_json.value(entry.id))
    if key is None:
        pieces = [
            b"" if piece is UNSET else bytes(piece)
            for piece in (entry.category_id, entry.segmentation)
        ]
        key = _digest(*pieces).hex()
    return f"{document.path}#{key}"


def _digest(*parts: Any) -> bytes:
    return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=12).digest()


def _folders(path: str) -> list[str]:
    """Where the images of a document may lie, from its folder or the root."""
    stem = re.sub(r"\.coco$", "", posixpath.basename(path)[: -len(".json")])
    word = re.sub(
        r"^_*(?:instances|annotations?|person_keypoints|stuff|coco|labels?|lvis_v\d(?:\.\d)?)[_-]+",
        "",
        stem,
    )
    named = [] if word.strip("_").lower() in _PLAIN_WORDS else [word]
    of_split = [
        folder
        for each in named
        for usual in _USUAL
        for folder in (f"{usual}/{each}", f"{each}/{usual}")
    ]
    folders = [*of_split, *named, *_USUAL]
    return [*folders, "..", *(f"../{folder}" for folder in folders)]
