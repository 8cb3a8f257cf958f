"""Projects of VIA 3, in which files, views, attributes and regions are tables of their own."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from curate.formats.shared.json_documents import JsonDocument
from curate.formats.shared.json_values import as_object, value
from curate.formats.shared.via_files import Project, Region, ViaFile
from curate.reasons import Reason, Refusal

_TYPES = {1: "text", 2: "checkbox", 3: "radio", 4: "dropdown", 5: "image"}
_SHAPES = {
    1: "point",
    2: "rect",
    3: "circle",
    4: "ellipse",
    5: "line",
    6: "polyline",
    7: "polygon",
}
_NUMBERS = {3: ("cx", "cy", "r"), 4: ("cx", "cy", "rx", "ry")}
_POLYGON = 7


def is_via3(document: JsonDocument) -> bool:
    """Whether a document is a project of VIA 3."""
    return {
        "project",
        "file",
        "view",
        "attribute",
        "metadata",
    } <= document.pieces.keys()


def read_project3(document: JsonDocument) -> Project:
    """How the attributes of a project are filled in, said as VIA 2 says it."""
    declared = {}
    for attribute in _table(document, "attribute").values():
        name = attribute.get("aname")
        if isinstance(name, str):
            kind = _TYPES.get(_number(attribute.get("type")), "text")
            declared[name] = {"type": kind, "options": attribute.get("options")}
    return Project(declared)


def read_files3(document: JsonDocument) -> Iterator[ViaFile | Refusal]:
    """The images of a project. A refusal stands for a region that is on no image, or on several."""
    files = {}
    for number, entry in _table(document, "file").items():
        name = entry.get("fname")
        if isinstance(name, str) and name:
            files[number] = ViaFile(name)

    names = {}
    for number, attribute in _table(document, "attribute").items():
        names[number] = attribute.get("aname")

    views = _table(document, "view")
    for number, entry in _table(document, "metadata").items():
        if not entry.get("xy"):
            continue  # a remark on a whole image, or on a part of a video
        shown = views.get(str(entry.get("vid")), {}).get("fid_list")
        if isinstance(shown, list) and len(shown) == 1 and str(shown[0]) in files:
            files[str(shown[0])].regions.append(_region(entry, names))
        else:
            detail = f"{document.path}: region {number[:100]} is not on one image"
            yield Refusal(Reason.UNKNOWN_IMAGE, detail)
    yield from files.values()


def _region(entry: dict[str, Any], names: dict[str, Any]) -> Region:
    """A region, said as VIA 2 says it."""
    noted = {}
    for number, data in as_object(entry.get("av")).items():
        name = names.get(number)
        if isinstance(name, str):
            noted[name] = data
    return Region(_raw(_shape(entry["xy"])), _raw(noted))


def _shape(xy: Any) -> dict[str, Any]:
    """An outline: the number of its kind, then its coordinates."""
    if not isinstance(xy, list):
        return {"name": "unknown"}
    kind = _number(xy[0])
    coordinates = xy[1:]
    shape: dict[str, Any] = {"name": _SHAPES.get(kind, "unknown")}
    if kind == _POLYGON:
        shape["all_points_x"] = coordinates[0::2]
        shape["all_points_y"] = coordinates[1::2]
    shape |= zip(_NUMBERS.get(kind, ()), coordinates, strict=False)
    return shape


def _raw(data: dict[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(data).encode())


def _table(document: JsonDocument, name: str) -> dict[str, dict[str, Any]]:
    """A table of the project by the ids of its entries, those that are no objects left out."""
    entries = as_object(value(document.pieces.get(name)))
    return {
        number: entry for number, entry in entries.items() if isinstance(entry, dict)
    }


def _number(data: Any) -> int:
    if isinstance(data, int):
        return data
    return 0
