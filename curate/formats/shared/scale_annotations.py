"""Shapes of Scale AI's image annotation tasks, and of Scale Nucleus."""

from collections.abc import Iterator
from typing import Any

from curate.formats.shared.coco_entries import read_id
from curate.formats.shared.json_values import attributes, label_flags, ring
from curate.formats.shared.keys import content_digest
from curate.formats.shared.points import xy_pairs
from curate.reasons import Reason
from curate.records import Annotation, Polygons

_POLYGON = "polygon"


def drawn_annotations(task: str, entries: list[Any]) -> Iterator[Annotation]:
    """The annotations of an image annotation task."""
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            detail = f"annotation {number} is no object"
            key = f"{task}[{number}]"
            yield Annotation(key=key, dropped=Reason.MALFORMED_FILE, detail=detail)
            continue
        label = entry.get("label")
        geometry = entry.get("geometry", entry.get("type"))
        vertices = entry.get("vertices")
        if geometry is None and isinstance(vertices, list):
            geometry = _POLYGON  # tasks that know polygons alone do not say so
        name = read_id(entry.get("uuid")) or content_digest(label, geometry, entry)
        remarks = attributes(entry.get("attributes"))
        yield drawn_annotation(f"{task}#{name}", label, geometry, vertices, remarks)


def drawn_annotation(
    key: str, label: Any, geometry: Any, vertices: Any, remarks: dict[str, str]
) -> Annotation:
    """An annotation that is a polygon, or has no mask."""
    text = ""
    if isinstance(label, str):
        text = label
    elif label is not None:
        text = read_id(label) or ""

    if geometry != _POLYGON:
        detail = f"a {str(geometry)[:40]}"
        return Annotation(key=key, label=text, dropped=Reason.NO_MASK, detail=detail)
    if not vertices:
        detail = "a polygon without vertices"
        return Annotation(key=key, label=text, dropped=Reason.NO_MASK, detail=detail)
    return Annotation(
        key=key,
        label=text,
        shape=Polygons(rings=[ring(xy_pairs(vertices))]),
        attributes=remarks,
        flags=label_flags(text),
    )
