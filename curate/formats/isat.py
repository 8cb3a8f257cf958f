"""isat: a JSON file for each picture, as ISAT (image segmentation with Segment Anything) writes it.

Tools: ISAT with Segment Anything
Versions: 1.x
Masks: polygons
Gives: instances

Documents: every .json file with `objects`, and `info` with a `name`. Those of other tools are left
alone, and a note names them. An entry that is no object costs itself.

Images: `name` of `info`, from the document's folder or the root, or in `images`, `JPEGImages` or
the folder that `info` names, beside the document's folder or in it; then by file name. Shapes are
in the frame of `width` and `height`: the displayed one, or the stored one.

Objects: the polygons of one category and one `group` are one object, as ISAT makes them one when
it exports COCO. Layers tell only what ISAT draws on top: each object keeps all of its polygon. But
`__background__` is a hole in the polygons of lower layers that reach as far on all sides; without
such a polygon it is a label like any other. Objects with `iscrowd` are `crowd`.

Attributes: `note` stays with the object, as text.

Keys: `DOCUMENT#` and a digest of category and group, or of category and polygon.

What is dropped: `crowd`, `unknown_class` (no category), `bad_polygon`, `missing_image`,
`mask_size_mismatch` and `malformed_file`.
"""

import posixpath
from collections.abc import Iterator
from typing import Any

from curate.exports.export import Export
from curate.formats.shared.drawn_entries import Entry, drawn_shape, named
from curate.formats.shared.grouping import (
    Drawn,
    extent_of,
    join_groups,
    without_holes,
)
from curate.formats.shared.json_documents import JsonDocument, documents, record_each
from curate.formats.shared.json_values import as_object, ring, value, whole
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord, Polygons, ReadItem

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys objects and info, with name in info"
_FOLDERS = ["images", "../images", "JPEGImages", "../JPEGImages"]
_BACKGROUND = "__background__"


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each document."""
    found = documents(export, "ISAT", _is_isat, _NEEDS)
    return record_each(export, found, _record)


def _is_isat(document: JsonDocument) -> bool:
    if "objects" not in document.pieces:
        return False
    info = as_object(value(document.pieces.get("info")))
    return isinstance(info.get("name"), str)


def _record(document: JsonDocument) -> ImageRecord:
    """The record of a document's image. Refusal malformed_file."""
    entries = [value(raw) for raw in document.entries("objects")]
    info = as_object(value(document.pieces.get("info")))
    # A hole is cut out of what lies below it.
    numbered = sorted(enumerate(entries), key=_layer)
    drawn = [_drawn(document.path, *each) for each in numbered]
    folder = str(info.get("folder", "")).replace("\\", "/")
    beside = f"../{posixpath.basename(folder)}"
    return ImageRecord(
        name=info["name"],
        document=document.path,
        annotations=join_groups(without_holes(drawn, _is_background), document.path),
        width=whole(info.get("width")),
        height=whole(info.get("height")),
        folders=[*_FOLDERS, beside],
    )


def _layer(numbered: tuple[int, Any]) -> float:
    _, entry = numbered
    layer = as_object(entry).get("layer")
    if isinstance(layer, int | float):
        return layer
    return 0.0


def _drawn(path: str, number: int, entry: Any) -> Drawn:
    """The polygon of an entry."""
    stated = as_object(entry)
    drawn = drawn_shape(
        f"objects[{number}]",
        entry,
        key=path,
        label=_label,
        shape=_polygon,
        geometry=("segmentation",),
        group=stated.get("group"),
        noted={"note": stated.get("note") or None},
    )
    if isinstance(drawn.shape, Polygons):
        drawn.extent = extent_of(drawn.shape)
    if _is_background(drawn):
        # ISAT numbers it like an object, though it is part of others.
        drawn.group = None
    return drawn


def _label(entry: Entry) -> str:
    return named(entry.get("category"))


def _polygon(entry: Entry) -> Polygons:
    """The polygon of an entry. Refusal crowd."""
    if entry.get("iscrowd") in (1, True):
        raise Refusal(Reason.CROWD, "iscrowd is 1")
    return Polygons(rings=[ring(entry.get("segmentation")) or [None]])


def _is_background(drawn: Drawn) -> bool:
    return drawn.label == _BACKGROUND
