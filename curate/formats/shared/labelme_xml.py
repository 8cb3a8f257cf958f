"""LabelMe's XML, as the LabelMe web tool and CVAT ("LabelMe 3.0") write it: a file an image."""

import posixpath
from collections import Counter
from typing import Any

from curate.exports.xml_documents import Element, XmlDocument
from curate.formats.shared.grouping import Drawn, join_groups
from curate.formats.shared.json_values import label_flags
from curate.formats.shared.keys import content_digest
from curate.mask_records import MaskFile
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, Polygons

_OF_PASCAL_VOC = ("size", "segmented")
_MASKS = "Masks"  # the folder beside the documents that holds masks
_IMAGE_FOLDERS = ["images", "../images"]


def is_labelme_xml(document: XmlDocument) -> bool:
    """Whether a document is LabelMe's; Pascal VOC's have the same root, and a `size`."""
    return (
        document.root == "annotation"
        and "filename" in document.tags
        and document.tags.isdisjoint(_OF_PASCAL_VOC)
    )


def xml_record(document: XmlDocument) -> ImageRecord:
    """The record of a document. Refusal if it cannot be read to its end."""
    elements = list(document.children())  # of one image
    objects = [each for each in elements if each.tag == "object"]
    wholes = _wholes(objects)

    drawn = []
    masks = []
    for element in objects:
        mask = element.child("segm")
        if mask is not None and not _is_deleted(element):
            masks.append(_mask(element, mask, document.path))
        else:
            drawn.append(_drawn(element, document.path, wholes))

    _name_groups(drawn)

    head = Element("annotation", children=elements)
    size = head.child("imagesize") or Element("imagesize")
    return ImageRecord(
        name=head.text_of("filename"),
        document=document.path,
        annotations=[*join_groups(drawn, document.path), *masks],
        width=_whole(size.text_of("ncols")),
        height=_whole(size.text_of("nrows")),
        folders=[*_IMAGE_FOLDERS, f"Images/{head.text_of('folder')}"],
    )


def _drawn(element: Element, path: str, wholes: dict[str, str]) -> Drawn:
    """An object with a polygon; its `refusal` says why it has no mask."""
    label = element.text_of("name")
    ring = _ring(element)
    drawn = Drawn(
        label=label,
        group=wholes.get(element.text_of("id")),
        key=f"{path}#{content_digest(label, element.text_of('type'), ring)}",
        attributes=_attributes(element),
    )
    if _is_deleted(element):
        drawn.refusal = Refusal(Reason.DELETED, "deleted in the annotation tool")
    elif element.text_of("type") == "bounding_box":
        drawn.refusal = Refusal(Reason.NO_MASK, "a box")
    elif element.child("polygon") is None:
        drawn.refusal = Refusal(Reason.NO_MASK, "an object without a polygon")
    else:
        drawn.shape = Polygons(rings=[ring])
    return drawn


def _mask(element: Element, mask: Element, path: str) -> Annotation:
    """An object whose mask is a picture."""
    label = element.text_of("name")
    file = posixpath.join(posixpath.dirname(path), _MASKS, mask.text_of("mask"))
    return Annotation(
        key=f"{path}#{content_digest(label, mask.text_of('mask'))}",
        label=label,
        attributes=_attributes(element),
        flags=label_flags(label),
        shape=MaskFile(path=posixpath.normpath(file)),
    )


def _ring(element: Element) -> list[Any]:
    """The flat ring of an object's polygon; [None] if a number in it cannot be read."""
    polygon = element.child("polygon") or Element("polygon")
    ring: list[Any] = []
    for point in polygon.children:
        if point.tag != "pt":
            continue
        try:
            ring += [float(point.text_of("x")), float(point.text_of("y"))]
        except ValueError:
            return [None]
    return ring or [None]


def _wholes(objects: list[Element]) -> dict[str, str]:
    """By an object's id: the id of the one that it is a part of, or that has parts itself."""
    wholes = {}
    for element in objects:
        parts = element.child("parts")
        if parts is None:
            continue
        own = element.text_of("id")
        if parts.text_of("hasparts"):
            wholes[own] = own
        elif parts.text_of("ispartof"):
            wholes[own] = parts.text_of("ispartof")
    return wholes


def _name_groups(drawn: list[Drawn]) -> None:
    """Name each group by what is in it: numbers of objects change with their order."""
    keys: dict[str, list[str]] = {}
    for each in drawn:
        if each.group is not None:
            keys.setdefault(each.group, []).append(each.key)

    names = {}
    times: Counter[str] = Counter()
    for group, own_keys in keys.items():
        name = content_digest(sorted(own_keys))
        times[name] += 1
        names[group] = name
        if times[name] > 1:  # the same object twice is not one object
            names[group] = f"{name}~{times[name]}"
    for each in drawn:
        if each.group is not None:
            each.group = names[each.group]


def _attributes(element: Element) -> dict[str, str]:
    """What an object says of itself: `occluded`, and a list such as "colour=red, new"."""
    found = {}
    if element.text_of("occluded"):
        found["occluded"] = element.text_of("occluded")
    for each in element.text_of("attributes").split(","):
        name, separator, value = each.strip().partition("=")
        if separator:
            found[name] = value.strip('"')
        elif name:
            found[name] = "true"
    return found


def _is_deleted(element: Element) -> bool:
    return element.text_of("deleted") == "1"


def _whole(text: str) -> int | None:
    if not text.isdecimal() or len(text) > 9:
        return None
    return int(text)
