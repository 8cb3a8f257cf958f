"""VIA (VGG Image Annotator): projects and exports of VIA 1 and 2, in JSON and in CSV.

Tools: VGG Image Annotator (VIA)
Versions: 1, 2 and 3: projects, JSON, CSV
Masks: polygons, circles, ellipses
Gives: instances

Documents: every .json file that is a project of VIA 2 (`_via_img_metadata`) or whose entries have
`filename` and `regions`, and every .csv file whose columns are VIA's, with `#` before them or not.
Projects of VIA 3 are read where they annotate images. Other tools' files are left alone, and so is
VIA's COCO export, which is of the format coco. An entry of a document, or a line of a table, that
cannot be read costs itself.

Images: `filename`, from the document's folder or the root, then in the folders where the project
has found its images, in `images`, and in the folder above, then by file name. Where several files
may be meant, it is the one of `size` bytes: VIA tells images apart by name and size. Where one
document gives a name to images of several sizes, each without a file of its size is
`ambiguous_image`. `base64_img_data` is used as labelme's `imageData` is (flag `embedded_image`); no
URL is ever called. Shapes stand in the displayed frame; VIA does not say the size of an image, but
if `width` and `height` are among the file's attributes, they are its size, as in projects made
from COCO.

Shapes: `polygon`, `circle` and `ellipse` (turned by `theta`, in radians; drawn as a polygon to a
twentieth of a px) have an area. All others are `no_mask`: `rect` is a box, and `polyline` and
`point` have no area. A polygon with more x than y, or with text for a number, is `bad_polygon`.

Objects: each region is one object. Its label is the value of one region attribute: the one that
option `label` names; else the one called class, label or category; else one called name, type,
object or species, if possible with options to choose from; else one with options (`radio`,
`dropdown`); else any other. Of several, the one with the most values. The label is the value as
VIA stores it; but if the id of an option is a number, it is what the option is called in a project
of the export. Several options of a `checkbox` are joined by ", ". A region whose attribute is empty
has the label "". If no region of a document has a value, the label is the export's name.

Attributes: all the other region attributes stay with the object, as text.

Keys: `DOCUMENT#` and a digest of label and shape: VIA numbers regions anew each time. The same
shape of one label twice is `duplicate_annotation`.

Options:

- `label`: the region attribute whose value is the label.

What is dropped: `no_mask`, `bad_polygon`, `ambiguous_image`, `unknown_image` (a region of VIA 3
without a file) and `malformed_file`.
"""

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.finding import find_image
from curate.formats.shared.json_values import attributes, label_flags
from curate.formats.shared.keys import content_digest
from curate.formats.shared.via_documents import (
    ViaDocument,
    declared_attributes,
    read_documents,
)
from curate.formats.shared.via_files import Region, ViaFile
from curate.formats.shared.via_labels import Labels, choose_labels
from curate.formats.shared.via_shapes import read_shape
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem, refused_annotation

OPTIONS = ("label",)

_FOLDERS = ["images", "..", "../images"]


def read(export: Export) -> Iterator[ReadItem]:
    """A record for each image of a document."""
    attribute = export.options.get("label")
    if attribute is not None and not isinstance(attribute, str):
        raise InputError(
            f"option label is {attribute!r}; it is the name of a region attribute"
        )

    declared = declared_attributes(export)
    for each in read_documents(export):
        if isinstance(each, ViaDocument):
            yield from _items(export, each, attribute, declared)
        else:
            yield each


def _items(
    export: Export,
    document: ViaDocument,
    attribute: str | None,
    declared: dict[str, Any],
) -> Iterator[ReadItem]:
    """The records of a document, and what of it is lost.

    `attribute`: the one that the settings name. `declared`: by the projects of the export.
    """
    yield from document.lost

    declared = declared | document.project.region_attributes
    labels = choose_labels(_regions(document), declared, attribute, export.name)
    sizes: defaultdict[str, set[int | None]] = defaultdict(set)
    for file in document.files:
        sizes[file.name].add(file.size)

    for file in document.files:
        annotations = [
            _annotation(document.path, number, region, labels)
            for number, region in enumerate(file.regions)
        ]
        try:
            name = _file_name(
                export, document, file, is_shared=len(sizes[file.name]) > 1
            )
        except Refusal as refusal:
            count = len(annotations)
            yield export.drop(
                refusal, image_path=file.name, annotation_key="", count=count
            )
            continue
        yield ImageRecord(
            name=name,
            document=document.path,
            annotations=annotations,
            width=file.width,
            height=file.height,
            folders=_folders(document),
            embedded=file.embedded(),
        )


def _regions(document: ViaDocument) -> Iterator[Region]:
    for file in document.files:
        for region in file.regions:
            if region is not None:
                yield region


def _file_name(
    export: Export, document: ViaDocument, file: ViaFile, *, is_shared: bool
) -> str:
    """The name under which ingest finds the image: a path, if only its size tells which it is.

    `is_shared`: whether the document has several images of this name. Refusal ambiguous_image.
    """
    files = export.files
    same_name = files.by_file_name.get(posixpath.basename(file.name), [])
    if not is_shared and not _is_ambiguous(export, document, file, same_name):
        return file.name

    of_size = [path for path in same_name if files.size(path) == file.size]
    if len(of_size) == 1:
        return posixpath.relpath(of_size[0], posixpath.dirname(document.path) or ".")
    if is_shared and same_name:
        several = f"{document.path} has several images {file.name!r}"
        raise Refusal(
            Reason.AMBIGUOUS_IMAGE, f"{several}, and no file has {file.size} bytes"
        )
    return file.name


def _is_ambiguous(
    export: Export, document: ViaDocument, file: ViaFile, same_name: Sequence[str]
) -> bool:
    """Whether several of the files with the image's name may be it, as far as its path goes."""
    if len(same_name) < 2:
        return False
    try:
        find_image(export.files, file.name, document.path, _folders(document))
    except Refusal as refusal:
        return refusal.reason is Reason.AMBIGUOUS_IMAGE
    return False


def _folders(document: ViaDocument) -> list[str]:
    """Where the images of a document may lie, from its folder or from the root."""
    return [*document.project.folders, *_FOLDERS]


def _annotation(
    path: str, number: int, region: Region | None, labels: Labels
) -> Annotation:
    """The annotation of a region."""
    if region is None:
        return Annotation(
            key=f"{path}[{number}]",
            dropped=Reason.MALFORMED_FILE,
            detail=f"{path}: regions[{number}] is no object",
        )

    shape = region.shape()
    noted = region.attributes()
    label = labels.of(noted)
    noted.pop(labels.attribute or "", None)
    key = f"{path}#{content_digest(label, shape)}"
    remarks = attributes(noted)
    try:
        polygons = read_shape(shape)
    except Refusal as refusal:
        return refused_annotation(refusal, key=key, label=label, attributes=remarks)
    return Annotation(
        key=key,
        label=label,
        shape=polygons,
        flags=label_flags(label),
        attributes=remarks,
    )
