"""superannotate: SuperAnnotate's JSON of vector and of pixel projects, a file for each picture.

Tools: SuperAnnotate
Versions: vector and pixel projects, since 2021
Masks: polygons with holes, ellipses, painted masks
Gives: instances

Documents: every .json file with `instances`, and `metadata` with a `name` (`a.jpg.json`,
`a.jpg___objects.json`, `a.jpg___pixel.json`). Those of other tools are left alone, and a note
names them; so are the bare lists of instances that SuperAnnotate wrote before 2021. An entry that
is no object costs itself.

Images: `name`, from the document's folder or the root, or in `images`; then by file name. Shapes
are in the frame of `width` and `height`: the displayed one, or the stored one.

Shapes of vector projects: `polygon` (`points`, less the holes in `exclude`) and `ellipse` (turned
by `angle`, in degrees) have an area. All others are `no_mask`: `bbox`, `rbbox`, `polyline`,
`point`, `cuboid`, `template` and `tag`.

Shapes of pixel projects: the px of an instance are those of the colours of its `parts` in
`NAME___save.png` beside the document, where NAME is the image's name or, as the library that
converts panoptic COCO has it, the document's. `NAME___fuse.png` is never read.

Objects: each instance is one; polygons and ellipses of one class and one `groupId` are one object.

Labels: `className`; without it, the name of `classId` in `classes/classes.json`.

Attributes: those of the instance, by the name of their group.

Keys: `DOCUMENT#` and a digest of class and group, or of class and shape.

What is dropped: `no_mask`, `unknown_class`, `bad_polygon`, `missing_mask`, `undecodable_mask`,
`empty_mask`, `mask_size_mismatch`, `missing_image` and `malformed_file`.
"""

import math
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from curate.exports.export import Export
from curate.formats.shared.coco_entries import read_id
from curate.formats.shared.drawn_entries import Entry, drawn_shape, named
from curate.formats.shared.grouping import Drawn, join_groups
from curate.formats.shared.json_documents import JsonDocument, documents, record_each
from curate.formats.shared.json_values import (
    as_object,
    attributes,
    finite_numbers,
    label_flags,
    ring,
    value,
    whole,
)
from curate.formats.shared.keys import content_digest
from curate.formats.shared.written_colours import parse_colour
from curate.mask_records import MaskFile
from curate.pixels.outlines import ellipse
from curate.reasons import Reason, Refusal
from curate.records import (
    Annotation,
    ImageRecord,
    Polygons,
    ReadItem,
    refused_annotation,
)

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys instances and metadata, with name in metadata"
_FOLDERS = ["images", "../images"]
_CLASSES = "classes.json"
_MASK_ENDING = "___save.png"


@dataclass(frozen=True)
class _Reading:
    """What is known before an instance of a document is read."""

    document: str
    mask: str
    """Path of the painted masks of a pixel project."""
    classes: Mapping[str, str]
    """Names of classes by their ids."""

    def label(self, entry: Entry) -> str:
        """The class of an instance. Refusal unknown_class."""
        identity = read_id(entry.get("classId"))
        return named(entry.get("className") or self.classes.get(identity or ""))


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each document."""
    classes = _classes(export)
    found = documents(export, "SuperAnnotate", _is_ours, _NEEDS)
    return record_each(export, found, partial(_record, export, classes))


def _is_ours(document: JsonDocument) -> bool:
    if "instances" not in document.pieces:
        return False
    metadata = as_object(value(document.pieces.get("metadata")))
    return isinstance(metadata.get("name"), str)


def _classes(export: Export) -> dict[str, str]:
    """The classes of `classes.json` by their ids; what is broken in it lists none."""
    classes: dict[str, str] = {}
    for path in export.files.paths:
        if posixpath.basename(path) != _CLASSES:
            continue
        try:
            listed = export.read_json(path)
        except Refusal:
            continue
        if not isinstance(listed, list):
            continue
        for entry in map(as_object, listed):
            identity = read_id(entry.get("id"))
            if identity is not None and isinstance(entry.get("name"), str):
                classes[identity] = entry["name"]
    return classes


def _record(
    export: Export, classes: Mapping[str, str], document: JsonDocument
) -> ImageRecord:
    """The record of a document's image. Refusal malformed_file."""
    entries = [value(raw) for raw in document.entries("instances")]
    metadata = as_object(value(document.pieces.get("metadata")))
    name = metadata["name"]
    mask = _mask_path(export, document.path, name)
    reading = _Reading(document.path, mask, classes)
    drawn: list[Drawn] = []
    painted: list[Annotation] = []
    for number, entry in enumerate(entries):
        if "parts" in as_object(entry):
            painted.append(_painted(reading, entry))
        else:
            drawn.append(_drawn(reading, number, entry))
    return ImageRecord(
        name=name,
        document=document.path,
        annotations=[*join_groups(drawn, document.path), *painted],
        width=whole(metadata.get("width")),
        height=whole(metadata.get("height")),
        folders=_FOLDERS,
    )


def _mask_path(export: Export, document: str, image: str) -> str:
    """The painted masks of an image: they have its name, or else that of the document."""
    folder = posixpath.dirname(document)
    of_image = posixpath.join(folder, posixpath.basename(image) + _MASK_ENDING)
    of_document = document.removesuffix(".json").removesuffix("___pixel") + _MASK_ENDING
    known = export.files.known
    if of_image not in known and of_document in known:
        return of_document
    return of_image


def _drawn(reading: _Reading, number: int, entry: Any) -> Drawn:
    """The shape of an instance of a vector project."""
    stated = as_object(entry)
    return drawn_shape(
        f"instances[{number}]",
        entry,
        key=reading.document,
        label=reading.label,
        shape=_vector,
        geometry=("type", "points", "exclude", "cx", "cy", "rx", "ry"),
        group=stated.get("groupId"),
        noted=_attributes(stated.get("attributes")),
    )


def _painted(reading: _Reading, entry: Entry) -> Annotation:
    """An instance of a pixel project."""
    key = f"{reading.document}#{content_digest(entry['parts'])}"
    noted = attributes(_attributes(entry.get("attributes")))
    try:
        label = reading.label(entry)
        colours = _colours(entry["parts"])
    except Refusal as refusal:
        return refused_annotation(refusal, key=key, attributes=noted)
    return Annotation(
        key=key,
        label=label,
        shape=MaskFile(path=reading.mask, colours=colours),
        flags=label_flags(label),
        attributes=noted,
    )


def _colours(parts: Any) -> list[int]:
    """The colours of an instance's parts. Refusal no_mask if it has no parts."""
    colours = []
    if isinstance(parts, list):
        for part in map(as_object, parts):
            colour = parse_colour(part.get("color"))
            if colour is not None:
                colours.append(colour)
    if not colours:
        raise Refusal(Reason.NO_MASK, "an instance whose parts have no colour")
    return colours


def _vector(entry: Entry) -> Polygons:
    """The shape of an instance of a vector project. Refusal no_mask or bad_polygon."""
    kind = entry.get("type")
    if kind == "polygon":
        holes = entry.get("exclude")
        if not isinstance(holes, list):
            holes = []
        return Polygons(
            rings=[ring(entry.get("points")) or [None]],
            holes=[ring(hole) for hole in holes if hole],
        )
    if kind == "ellipse":
        return Polygons(rings=[_ellipse(entry)])
    raise Refusal(Reason.NO_MASK, f"a shape of type {str(kind)[:40]}")


def _ellipse(entry: Entry) -> list[Any]:
    """The ring of an ellipse; [None] if it is not one."""
    stated = [entry.get(name, 0) for name in ("cx", "cy", "rx", "ry", "angle")]
    numbers = finite_numbers(stated, 5)
    if numbers is None:
        return [None]

    cx, cy, rx, ry, angle = numbers
    return ellipse(cx, cy, rx, ry, math.radians(angle))


def _attributes(stated: Any) -> dict[str, Any]:
    """What was chosen for an instance, by the name of the question."""
    chosen = {}
    if isinstance(stated, list):
        for each in map(as_object, stated):
            chosen[str(each.get("groupName", ""))] = each.get("name")
    return chosen
