"""datumaro: Datumaro's own JSON, a document for each subset of a data set.

Tools: Datumaro, CVAT (Datumaro 1.0), OpenVINO
Versions: 1.0
Masks: polygons, ellipses, run-lengths
Gives: instances

Documents: every .json file with `items` and `categories`. Those of other tools are left alone, and
a note names them. An entry that is no object costs itself.

Images: `path` of an item's `image` or `media`; without it, the picture that is called like the
item's `id`. It is looked for from the document's folder and the root, and in `images/SUBSET`,
`images` and `images/default` there or beside the document's folder, SUBSET being the document's
name; then by file name. Shapes are in the frame of `size` (height, width): the displayed one, or
the stored one.

Shapes: `polygon`, `ellipse` (the points are two corners of its box) and `mask` (COCO's
run-lengths) have an area. All others are `no_mask`: `bbox`, `rotated_bbox`, `polyline`, `points`,
`cuboid_2d`, `cuboid_3d` and `skeleton`. `label` and `caption` are about the whole image and are no
annotations.

Objects: shapes of one label and one `group` are one object, as Datumaro makes them one instance
when it exports COCO. What has the attribute `is_crowd` is a `crowd`, but not if it has CVAT's
`occluded`: there it says only that the mask is written as run-lengths.

Labels: the class that `label_id` counts in `categories`; any other number is `unknown_class`.

Attributes: those of the annotation, as text.

Keys: `DOCUMENT#` and the item's id, and a digest of label and group, or of label and shape.

What is dropped: `no_mask`, `crowd`, `unknown_class`, `bad_polygon`, `bad_run_lengths`,
`missing_image`, `mask_size_mismatch` and `malformed_file`.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from curate.exports.export import Export
from curate.formats.shared.coco_entries import is_set
from curate.formats.shared.coco_shapes import read_run_lengths
from curate.formats.shared.drawn_entries import Entry, drawn_shape, records_of
from curate.formats.shared.grouping import Drawn, Piece, join_groups
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.json_values import (
    as_object,
    finite_numbers,
    ring,
    value,
    whole,
)
from curate.formats.shared.picture_names import pictures_by_stem
from curate.pixels.outlines import ellipse
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord, Polygons, ReadItem

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys items and categories"
_OF_THE_IMAGE = ("label", "caption")


@dataclass(frozen=True)
class _Reading:
    """What holds for all items of a document."""

    document: str
    labels: list[str]
    folders: list[str]
    pictures: Mapping[str, list[str]]
    """The pictures of the export by their paths without suffix."""


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each item."""
    pictures = pictures_by_stem(export)
    for each in documents(export, "Datumaro", _is_ours, _NEEDS):
        if not isinstance(each, JsonDocument):
            yield each
            continue
        reading = _Reading(each.path, _labels(each), _folders(each.path), pictures)
        yield from records_of(export, each, "items", partial(_record, reading))


def _is_ours(document: JsonDocument) -> bool:
    return {"items", "categories"} <= document.pieces.keys()


def _labels(document: JsonDocument) -> list[str]:
    """The names of the classes by their numbers; "" for what has no name."""
    categories = as_object(value(document.pieces.get("categories")))
    listed = as_object(categories.get("label")).get("labels")
    names = []
    if isinstance(listed, list):
        for entry in map(as_object, listed):
            name = entry.get("name")
            names.append(name if isinstance(name, str) else "")
    return names


def _folders(document: str) -> list[str]:
    """Where the pictures of a document's subset may be."""
    subset = posixpath.splitext(posixpath.basename(document))[0]
    below = [f"images/{subset}", "images", "images/default"]
    return [*below, *[f"../{folder}" for folder in below]]


def _record(reading: _Reading, place: str, item: Any) -> ImageRecord:
    """The record of an item. Refusal malformed_file if it is not one."""
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        raise Refusal(Reason.MALFORMED_FILE, f"{place} is no item with an id")
    media = as_object(item.get("image")) or as_object(item.get("media"))
    size = media.get("size")
    height = width = None
    if isinstance(size, list) and len(size) == 2:
        height, width = map(whole, size)

    entries = item.get("annotations")
    if not isinstance(entries, list):
        entries = []
    key = f"{reading.document}#{item['id']}"
    drawn = [_drawn(reading, key, *each) for each in enumerate(entries)]
    shapes = [each for each in drawn if each is not None]
    return ImageRecord(
        name=_image_name(reading, item["id"], media.get("path")),
        document=reading.document,
        annotations=join_groups(shapes, key),
        width=width,
        height=height,
        folders=reading.folders,
    )


def _image_name(reading: _Reading, identity: str, path: Any) -> str:
    """The image of an item: its stated path, or the picture that is called like its id."""
    if isinstance(path, str) and path:
        return path
    here = posixpath.dirname(reading.document)
    for folder in ("", *reading.folders):
        stem = posixpath.normpath(posixpath.join(here, folder, identity))
        found = reading.pictures.get(stem, [])
        if len(found) == 1:
            return posixpath.join(posixpath.dirname(identity), found[0])
    return identity


def _drawn(reading: _Reading, key: str, number: int, entry: Any) -> Drawn | None:
    """The shape of an annotation; None if it is about the whole image."""
    stated = as_object(entry)
    if stated.get("type") in _OF_THE_IMAGE:
        return None

    def label(entry: Entry) -> str:
        index = whole(entry.get("label_id"))
        if index is None or not 0 <= index < len(reading.labels):
            raise Refusal(Reason.UNKNOWN_CLASS, f"label_id {index} is not listed")
        return reading.labels[index]

    return drawn_shape(
        f"{key}[{number}]",
        entry,
        key=key,
        label=label,
        shape=_shape,
        geometry=("type", "points", "rle"),
        group=stated.get("group"),
        noted=stated.get("attributes"),
    )


def _shape(entry: Entry) -> Piece:
    """The shape of an annotation. Refusal no_mask, crowd, bad_polygon or bad_run_lengths."""
    attributes = as_object(entry.get("attributes"))
    if is_set(attributes.get("is_crowd")) and "occluded" not in attributes:
        raise Refusal(Reason.CROWD, "is_crowd is set")
    kind = entry.get("type")
    if kind == "polygon":
        return Polygons(rings=[ring(entry.get("points")) or [None]])
    if kind == "ellipse":
        return Polygons(rings=[_ellipse(entry.get("points"))])
    if kind == "mask":
        return read_run_lengths(as_object(entry.get("rle")))
    raise Refusal(Reason.NO_MASK, f"a shape of type {str(kind)[:40]}")


def _ellipse(points: Any) -> list[Any]:
    """The ring of the ellipse in a box, given by two corners; [None] if it is not one."""
    corners = finite_numbers(points, 4)
    if corners is None:
        return [None]

    x0, y0, x1, y1 = corners
    cx = (x0 + x1) / 2
    cy = (y0 + y1) / 2
    rx = (x1 - x0) / 2
    ry = (y1 - y0) / 2
    return ellipse(cx, cy, rx, ry)
