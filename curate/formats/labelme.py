"""labelme: a JSON file for each image, as labelme 3 to 5 and X-AnyLabeling write it; LabelMe's XML.

Tools: labelme, X-AnyLabeling, AnyLabeling; the LabelMe web tool, CVAT (LabelMe 3.0)
Versions: labelme 3 to 5; LabelMe's XML
Masks: polygons, circles, masks
Gives: instances

Documents: every .json file whose top level has `shapes`, and `imagePath`, `imageData` or
`imageHeight`. The JSON of other tools is left alone, and a note names it. `shapes` may be
null. A shape that is no object costs only itself. Every .xml file with the
root `annotation` and a `filename` is read, too, but Pascal VOC's, which have a `size`.

Images: `imagePath` is a path from the document's folder; the separators of Windows are read.
If there is no such file, it is looked for in `images` there or beside the document's folder;
last, the one file of that name is taken, and so it is for a path of another machine. If
`imagePath` names no image, it is the image beside the document that has the document's name.
`imageData` is used only if no file is found, or if the one found by its name has other bytes
(flag `embedded_image`). A copy of a document may keep the old `imagePath`: if a picture beside
it has the document's own name, that is the image if its bytes are those of `imageData`; else the
objects are flagged `named_after_other`. Shapes are in the displayed frame, as labelme shows it;
if `imageWidth` and `imageHeight` are the size of the image as stored, they are in that. Another
size of the image's proportions says that the file was made smaller or larger since: shapes are
scaled with it (flag `scaled_mask`). A size of other proportions is `mask_size_mismatch`.

Shapes: `polygon` (also without a `shape_type`, as in old files), X-AnyLabeling's
`quadrilateral`, `circle` (its centre and a point on it; it becomes a polygon, exact to a
twentieth of a px) and `mask` (a PNG whose top left px is at the first point) have an area.
All others are `no_mask`: `rectangle`, `rotation` and `oriented_rectangle` are boxes, and
`line`, `linestrip`, `point`, `points` and `cuboid` have no area. A PNG that does not fill
its two points to a px is `mask_size_mismatch`; one that cannot be decoded is `bad_bitmap`.

XML: objects with a `polygon`, or with a `segm`, whose mask is a picture in `Masks` beside the
document. `bounding_box` is `no_mask`, and `deleted` is dropped as such. An object and its
parts (`hasparts`, `ispartof`) are one object if they have one label: so CVAT writes groups.

Objects: shapes of one label and one `group_id` are one object, in one piece or in several.
Boxes, lines and points among them are counted on their own. A hole is a shape labelled
`_background_` or `background`. It is cut out of the objects of its group; or, if it has no
group, out of each polygon drawn before it that reaches as far on all four sides. A hole is
part of its object and no annotation of its own. If there is no such object, `_background_`
is a label like any other, and so is `__ignore__` always: the taxonomy knows them as
background and void. Labels stay as they are, `person-1` too.

Attributes: `flags`, `attributes` (X-AnyLabeling), `description` and `difficult` stay with
the object, as text. Flags of the whole image are no annotation.

Keys: `DOCUMENT#` and a digest of label and group, or of label, type and points. They stay
the same if the shapes come in another order. The same shape twice is
`duplicate_annotation`, in one document or in two.

What is dropped: `no_mask`, `deleted`, `unknown_class` (a shape without a label), `bad_polygon`,
`bad_bitmap`, `mask_size_mismatch` and `malformed_file`.
"""

import posixpath
from collections.abc import Iterator
from typing import Any

import msgspec

from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.exports.paths import is_picture
from curate.exports.xml_documents import open_xml
from curate.flags import Flag
from curate.formats.shared.grouping import Drawn, join_groups, without_holes
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.json_values import decode_base64, value, whole
from curate.formats.shared.labelme_shapes import read_shape
from curate.formats.shared.labelme_xml import is_labelme_xml, xml_record
from curate.reasons import Refusal
from curate.records import Annotation, ImageRecord, ReadItem

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys shapes and imagePath"
_BACKGROUND = ("_background_", "background")
_IMAGE_FOLDERS = ["images", "../images"]


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each document."""
    has_xml = False
    for item in _xml_records(export):
        has_xml = True
        yield item

    try:
        for each in documents(export, "labelme", _is_labelme, _NEEDS):
            if not isinstance(each, JsonDocument):
                yield each
                continue
            try:
                shapes = each.entries("shapes")
            except Refusal as refusal:
                yield export.drop(refusal, annotation_key=each.path, count=None)
                continue
            yield _image_record(export, each, shapes)
    except NotOfFormat:
        if not has_xml:
            raise


def _xml_records(export: Export) -> Iterator[ReadItem]:
    """The records of LabelMe's XML. Other XML is passed over, as it is in other exports."""
    for path in export.files.paths:
        if not path.lower().endswith(".xml"):
            continue
        try:
            document = open_xml(export, path)
            if is_labelme_xml(document):
                yield xml_record(document)
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=path, count=None)


def _is_labelme(document: JsonDocument) -> bool:
    keys = document.pieces.keys()
    return "shapes" in keys and not keys.isdisjoint(
        ("imagePath", "imageData", "imageHeight")
    )


def _image_record(
    export: Export, document: JsonDocument, shapes: list[msgspec.Raw]
) -> ImageRecord:
    def stated(key: str) -> Any:
        return value(document.pieces.get(key))

    path = document.path
    name = _image_name(export, path, stated("imagePath"))
    annotations = _annotations(path, shapes)
    embedded = decode_base64(stated("imageData"))

    namesake = _namesake(export, path, name)
    if namesake and embedded is not None and export.has_bytes(namesake, embedded):
        name = posixpath.basename(namesake)
    elif namesake:
        annotations = [_flagged(each) for each in annotations]
    return ImageRecord(
        name=name,
        document=path,
        annotations=annotations,
        width=whole(stated("imageWidth")),
        height=whole(stated("imageHeight")),
        folders=_IMAGE_FOLDERS,
        embedded=embedded,
    )


def _image_name(export: Export, path: str, stated: Any) -> str:
    """The image that a document names; else the one beside it that has its name."""
    if isinstance(stated, str) and stated and not stated.lower().endswith(".json"):
        return stated
    # An imagePath that ends in .json was written by a tool that converts other formats.
    stem = path[: -len(".json")]
    pictures = filter(is_picture, export.files.paths)
    beside = [each for each in pictures if posixpath.splitext(each)[0] == stem]
    if len(beside) == 1:
        return posixpath.basename(beside[0])
    return posixpath.basename(stem)


def _namesake(export: Export, path: str, name: str) -> str:
    """The picture beside a document that has its name, if the stated one is another; else ""."""
    stem, _ = posixpath.splitext(path)
    _, suffix = posixpath.splitext(name)
    namesake = stem + suffix
    stated = posixpath.join(posixpath.dirname(path), name)
    known = export.files.known
    if namesake != stated and namesake in known and stated in known:
        return namesake
    return ""


def _flagged(annotation: Annotation) -> Annotation:
    flags = [*annotation.flags, Flag.NAMED_AFTER_OTHER]
    return msgspec.structs.replace(annotation, flags=flags)


def _annotations(path: str, shapes: list[msgspec.Raw]) -> list[Annotation]:
    """The annotations of a document: shapes on their own, then one for each group."""
    drawn = [read_shape(path, number, value(raw)) for number, raw in enumerate(shapes)]
    return join_groups(without_holes(drawn, _is_background), path)


def _is_background(drawn: Drawn) -> bool:
    return drawn.label in _BACKGROUND
