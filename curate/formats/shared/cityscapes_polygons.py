"""The polygons of Cityscapes' documents, as annotations of ours."""

from typing import Any

import msgspec

from curate.formats.shared.cityscapes_classes import IGNORED_LABELS, is_group
from curate.formats.shared.coco_entries import is_set
from curate.formats.shared.json_values import attributes, label_flags, ring
from curate.formats.shared.keys import content_digest
from curate.reasons import Reason
from curate.records import Annotation, Polygons


def is_void(entry: Any) -> bool:
    """Whether an object is of no class, or of one that evaluation ignores."""
    if not isinstance(entry, dict) or not isinstance(entry.get("label"), str):
        return False
    return entry["label"] in IGNORED_LABELS


def read_object(path: str, layer: int, entry: Any) -> Annotation:
    """An object of a document; its mask is what no later one covers."""
    if not isinstance(entry, dict) or not isinstance(entry.get("label"), str):
        detail = f"objects[{layer}] is no object with a label"
        key = f"{path}[{layer}]"
        return Annotation(key=key, dropped=Reason.MALFORMED_FILE, detail=detail)

    label = entry["label"]
    points = entry.get("polygon")
    annotation = Annotation(
        key=f"{path}#{content_digest(label, points)}",
        label=label,
        attributes=attributes(entry.get("attributes")),
        flags=label_flags(label),
    )
    if is_set(entry.get("deleted")):
        detail = "deleted in the annotation tool"
        return msgspec.structs.replace(
            annotation, dropped=Reason.DELETED, detail=detail
        )
    if not points:
        return msgspec.structs.replace(
            annotation, dropped=Reason.NO_MASK, detail="no polygon"
        )

    annotation = msgspec.structs.replace(annotation, shape=polygon(entry), layer=layer)
    if is_group(label):
        detail = "a polygon around a group of objects"
        return msgspec.structs.replace(annotation, dropped=Reason.CROWD, detail=detail)
    return annotation


def polygon(entry: dict[str, Any]) -> Polygons:
    """The ring of an object."""
    return Polygons(rings=[ring(entry.get("polygon"))])
