"""sa1b: a JSON file for each picture, as SA-1B and Roboflow's export for SAM 2 write it.

Tools: SA-1B, Roboflow (SAM 2)
Versions: any
Masks: run-lengths, polygons
Gives: instances

Documents: every .json file with `annotations`, and `image` with `file_name`. Those of other tools
are left alone, and a note names them.

Images: `file_name`, from the document's folder or the root, or in `images`; else the picture beside
the document that has the document's name: Roboflow's exports write a dot in `file_name` where the
file has an underscore. Masks are in the frame of the image's `width` and `height`: the displayed
one, or the stored one.

Objects: each annotation is one. `segmentation` holds run-lengths over the whole image, column by
column, compressed or not; polygons, as COCO has them, are read, too. An annotation without it is
`no_mask`, one with `iscrowd` is `crowd`.

Labels: SA-1B has no classes. If a document has `categories`, as in COCO, an annotation's
`category_id` stands for a name in it, and any other is `unknown_class`. Else the label is what an
annotation says as `category_name`, `category`, `class_name`, `class`, `label` or `name`. Without
any of these, it is the option `label`, or the export's name.

Attributes: `predicted_iou` and `stability_score` stay with the object, as text.

Keys: `DOCUMENT#` and the annotation's id; without an id, or if the document has it twice, a digest
of label and segmentation.

Options:

- `label`: the label of annotations that have none.

What is dropped: `no_mask`, `crowd`, `unknown_class`, `bad_run_lengths`, `bad_polygon`,
`mask_size_mismatch` and `malformed_file`.
"""

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.finding import find_image
from curate.formats.shared.coco_annotations import Classes, read_classes
from curate.formats.shared.coco_entries import read_id
from curate.formats.shared.coco_shapes import read_shape
from curate.formats.shared.json_documents import JsonDocument, documents, record_each
from curate.formats.shared.json_values import (
    attributes,
    label_flags,
    stated_box,
    value,
    whole,
)
from curate.formats.shared.keys import content_digest
from curate.formats.shared.picture_names import pictures_by_stem
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem, refused_annotation

OPTIONS = ("label",)

_NEEDS = "has the keys annotations and image, with file_name in image"
_FOLDERS = ["images", "../images"]
_NAMES = ("category_name", "category", "class_name", "class", "label", "name")
_NOTED = ("predicted_iou", "stability_score")


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each document."""
    label = export.options.get("label", export.name)
    if not isinstance(label, str) or not label:
        raise InputError(
            f"option label is {label!r}; it is the label of all objects, as text"
        )

    pictures = pictures_by_stem(export)
    found = documents(export, "SA-1B", _is_sa1b, _NEEDS)
    return record_each(export, found, partial(_record, export, label, pictures))


def _is_sa1b(document: JsonDocument) -> bool:
    if "annotations" not in document.pieces:
        return False
    image = value(document.pieces.get("image"))
    return isinstance(image, dict) and "file_name" in image


def _record(
    export: Export,
    label: str,
    pictures: Mapping[str, list[str]],
    document: JsonDocument,
) -> ImageRecord:
    """The record of a document's image. `label`: of annotations that have no class.

    Refusal malformed_file.
    """
    entries = [value(raw) for raw in document.entries("annotations")]
    classes = read_classes(document.entries("categories"))
    image = value(document.pieces.get("image"))
    return ImageRecord(
        name=_image_name(export, document.path, image.get("file_name"), pictures),
        document=document.path,
        annotations=_annotations(document.path, entries, classes, label),
        width=whole(image.get("width")),
        height=whole(image.get("height")),
        folders=_FOLDERS,
    )


def _image_name(
    export: Export, document: str, stated: Any, pictures: Mapping[str, list[str]]
) -> str:
    """The image that a document names; else the one beside it that has its name."""
    without_suffix, _ = posixpath.splitext(document)
    name = posixpath.basename(without_suffix)
    if isinstance(stated, str) and stated:
        name = stated
    beside = pictures.get(without_suffix, [])
    if len(beside) != 1:
        return name
    # What the document says comes first, if it is there under any folder.
    try:
        find_image(export.files, name, document, _FOLDERS)
    except Refusal:
        return beside[0]
    return name


def _annotations(
    document: str, entries: list[Any], classes: Classes, label: str
) -> list[Annotation]:
    """The annotations of a document. `label`: of those that have no class."""
    ids: Counter[str | None] = Counter()
    for entry in entries:
        if isinstance(entry, dict):
            ids[read_id(entry.get("id"))] += 1

    annotations = []
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            annotations.append(
                Annotation(
                    key=f"{document}[{number}]",
                    dropped=Reason.MALFORMED_FILE,
                    detail=f"{document}: annotations[{number}] is no object",
                )
            )
            continue
        name = read_id(entry.get("id"))
        if name is None or ids[name] > 1:
            name = content_digest(
                _label(entry, classes, label), entry.get("segmentation")
            )
        annotations.append(_annotation(f"{document}#{name}", entry, classes, label))
    return annotations


def _annotation(
    key: str, entry: dict[str, Any], classes: Classes, default: str
) -> Annotation:
    """An annotation that is an object."""
    label = _label(entry, classes, default)
    noted = attributes({name: entry.get(name) for name in _NOTED})
    try:
        if classes.labels:  # else nobody has declared classes that could be unknown
            classes.check(read_id(entry.get("category_id")))
        if entry.get("iscrowd") in (1, True):
            raise Refusal(Reason.CROWD, "iscrowd is 1")
        shape = read_shape(entry.get("segmentation"))
        if shape is None:
            raise Refusal(Reason.NO_MASK, "an annotation without segmentation")
    except Refusal as refusal:
        return refused_annotation(refusal, key=key, label=label, attributes=noted)
    return Annotation(
        key=key,
        label=label,
        shape=shape,
        flags=label_flags(label),
        attributes=noted,
        box=stated_box(entry.get("bbox")),
    )


def _label(entry: dict[str, Any], classes: Classes, default: str) -> str:
    """The label of an annotation: its class, or the one that all objects have."""
    if classes.labels:
        return classes.label(read_id(entry.get("category_id")))
    for name in _NAMES:
        stated = entry.get(name)
        if isinstance(stated, str) and stated:
            return stated
    return default
