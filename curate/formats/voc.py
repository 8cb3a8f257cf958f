"""voc: Pascal VOC's XML with polygons: a file for each picture.

Tools: Roboflow (Pascal VOC), RectLabel, and others that put polygons beside VOC's boxes
Versions: any
Masks: polygons
Gives: instances

Documents: every .xml file with the root `annotation` and a `size` or `segmented`. LabelMe's XML,
which has neither, is of the format labelme. Other XML is left alone. The masks of Pascal VOC
itself (SegmentationClass, SegmentationObject) are of the format labelmap.

Images: `filename`, from the document's folder or the root, then in `JPEGImages`, `images` or the
folder that `folder` names, in it or beside it, then by file name; without a suffix, or without any
`filename`, it is the picture that is called like the document. Shapes are in the frame of `size`:
the displayed one, or the stored one.

Objects: each `object` with a `polygon` is one; several polygons are its union. Corners are `x1`,
`y1`, `x2`, `y2`, …, or a `pt` or `point` each, with `x` and `y`. Its label is its `name`. An object
that has a box alone, or keypoints or curves, is `no_mask`.

Attributes: `truncated`, `difficult` and `occluded`, where they are not 0.

Keys: `DOCUMENT#` and a digest of name and polygons. The same object twice is
`duplicate_annotation`.

What is dropped: `no_mask`, `unknown_class` (an object without a name), `bad_polygon`,
`missing_image`, `mask_size_mismatch`, `refused_markup` and `malformed_file`.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping

from curate.exports.export import Export
from curate.exports.paths import stem, suffix
from curate.exports.xml_documents import Element, XmlDocument
from curate.formats.shared.json_values import label_flags
from curate.formats.shared.keys import content_digest
from curate.formats.shared.picture_names import pictures_by_name
from curate.formats.shared.xml_documents import documents
from curate.reasons import Reason, Refusal
from curate.records import (
    Annotation,
    ImageRecord,
    Polygons,
    ReadItem,
    StatedBox,
    refused_annotation,
)

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the root annotation and a size"
_FOLDERS = ["JPEGImages", "../JPEGImages", "images", "../images"]
_CORNER = re.compile(r"([xy])(\d{1,6})")
_ATTRIBUTES = ("truncated", "difficult", "occluded")

_Ring = list[float | None]
"""x0, y0, x1, y1, …; None stands for what is no number."""


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each document."""
    pictures = pictures_by_name(export.files.paths)
    for each in documents(export, "Pascal VOC", _is_voc, _NEEDS):
        if not isinstance(each, XmlDocument):
            yield each
            continue
        try:
            yield _record(each, pictures)
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=each.path, count=None)


def _is_voc(document: XmlDocument) -> bool:
    has_size = not document.tags.isdisjoint(("size", "segmented"))
    return document.root == "annotation" and has_size


def _record(document: XmlDocument, pictures: Mapping[str, list[str]]) -> ImageRecord:
    """The record of a document. Refusal if it cannot be read to its end."""
    elements = list(document.children())  # of one image
    head = Element("annotation", children=elements)
    size = head.child("size") or Element("size")
    folder = posixpath.basename(head.text_of("folder").replace("\\", "/"))
    objects = [each for each in elements if each.tag == "object"]
    return ImageRecord(
        name=_image_name(head.text_of("filename"), document.path, pictures),
        document=document.path,
        annotations=[_annotation(document.path, each) for each in objects],
        width=_side(size.text_of("width")),
        height=_side(size.text_of("height")),
        folders=[*_FOLDERS, folder, f"../{folder}"],
    )


def _image_name(stated: str, path: str, pictures: Mapping[str, list[str]]) -> str:
    """The image that a document names; without a suffix, the one picture of its name."""
    if suffix(stated):
        return stated
    name = stated or stem(path)
    found = pictures.get(name, [])
    if len(found) == 1:
        return posixpath.relpath(found[0], posixpath.dirname(path) or ".")
    return name


def _annotation(path: str, element: Element) -> Annotation:
    label = element.text_of("name")
    rings = [_ring(each) for each in element.children if each.tag == "polygon"]
    box = _box(element.child("bndbox"))
    key = f"{path}#{content_digest(label, rings or box)}"
    attributes = {}
    for name in _ATTRIBUTES:
        said = element.text_of(name)
        if said not in ("", "0"):
            attributes[name] = said

    refusal = None
    if not label:
        refusal = Refusal(Reason.UNKNOWN_CLASS, "an object without a name")
    elif not rings:
        refusal = Refusal(Reason.NO_MASK, "an object without a polygon")
    if refusal is not None:
        return refused_annotation(refusal, key=key, label=label, attributes=attributes)
    return Annotation(
        key=key,
        label=label,
        shape=Polygons(rings=rings),
        flags=label_flags(label),
        attributes=attributes,
        box=box,
    )


def _ring(polygon: Element) -> _Ring:
    """The corners of a polygon, however it writes them."""
    points = [each for each in polygon.children if each.tag in ("pt", "point")]
    if points:
        ring = []
        for point in points:
            ring += [_number(point.text_of("x")), _number(point.text_of("y"))]
        return ring

    corners: dict[int, dict[str, str]] = {}
    for each in polygon.children:
        corner = _CORNER.fullmatch(each.tag)
        if corner is not None:
            corners.setdefault(int(corner[2]), {})[corner[1]] = each.text
    ring = []
    for _, corner_of in sorted(corners.items()):
        ring += [_number(corner_of.get("x", "")), _number(corner_of.get("y", ""))]
    return ring


def _box(stated: Element | None) -> StatedBox | None:
    """The box that an object states; None if it states none."""
    if stated is None:
        return None
    sides = [_number(stated.text_of(side)) for side in ("xmin", "ymin", "xmax", "ymax")]
    numbers = [side for side in sides if side is not None]
    if len(numbers) < len(sides):
        return None
    x0, y0, x1, y1 = numbers
    return x0, y0, x1 - x0, y1 - y0


def _number(text: str) -> float | None:
    """The number that a text is; None if it is not one."""
    try:
        return float(text)
    except ValueError:
        return None


def _side(text: str) -> int | None:
    """A side of the picture, px; None if the document does not say."""
    number = _number(text)
    if number is None or not 0 < number < 1e9:
        return None
    return int(number)
