"""Annotations of an image in V7 Darwin's documents: label, shape, attributes, or why not."""

from collections.abc import Mapping
from typing import Any

from curate.formats.shared.darwin_items import Item, Slot
from curate.formats.shared.darwin_rasters import Mask, read_layers
from curate.formats.shared.darwin_shapes import OUTLINES, read_outline
from curate.formats.shared.json_values import (
    as_object,
    attributes,
    label_flags,
    stated_box,
)
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Shape, refused_annotation

_NOTED = ("attributes", "directional_vector", "inference")
_VALUES = {"instance_id": "value", "text": "text"}


def read_annotations(
    document: str, entries: Mapping[str, Any], item: Item, slot: Slot
) -> list[Annotation]:
    """The annotations of an image, or of a frame, from what the document says by their keys."""
    objects = [entry for entry in entries.values() if isinstance(entry, dict)]
    layers = [entry["raster_layer"] for entry in objects if "raster_layer" in entry]
    masks = read_layers(layers, slot)

    annotations = []
    for key, entry in entries.items():
        if not isinstance(entry, dict):
            refusal = Refusal(
                Reason.MALFORMED_FILE, f"{key}: the annotation is no object"
            )
            annotations.append(refused_annotation(refusal, key=key))
        elif "raster_layer" not in entry:
            annotations.append(_annotation(key, entry, item, masks))
    annotations += _without_annotation(document, entries, masks)
    return annotations


def _annotation(
    key: str, entry: dict[str, Any], item: Item, masks: Mapping[str, Mask]
) -> Annotation:
    """An annotation that is no raster layer."""
    name = entry.get("name")
    label = ""
    if isinstance(name, str):
        label = name
    noted = _attributes(entry)
    try:
        if item.is_archived:
            raise Refusal(Reason.DELETED, f"{item.path} is archived")
        if not label:
            raise Refusal(Reason.UNKNOWN_CLASS, f"{key}: an annotation without a name")
        shape = _shape(entry, masks)
    except Refusal as refusal:
        return refused_annotation(refusal, key=key, label=label, attributes=noted)
    box = as_object(entry.get("bounding_box"))
    return Annotation(
        key=key,
        label=label,
        shape=shape,
        flags=label_flags(label),
        attributes=noted,
        box=stated_box([box.get(side) for side in ("x", "y", "w", "h")]),
    )


def _shape(entry: dict[str, Any], masks: Mapping[str, Mask]) -> Shape:
    """The shape of an annotation. Refusal if it has none."""
    # The px of a mask are not at its annotation, but in the layer that all masks share.
    if "mask" in entry and entry.keys().isdisjoint(OUTLINES):
        identity = entry.get("id")
        mask = None
        if isinstance(identity, str):
            mask = masks.get(identity)
        if mask is None:
            raise Refusal(Reason.EMPTY_MASK, "no raster layer holds the mask")
        if isinstance(mask, Refusal):
            raise mask
        return mask
    return read_outline(entry)


def _without_annotation(
    document: str, entries: Mapping[str, Any], masks: Mapping[str, Mask]
) -> list[Annotation]:
    """What stands for the masks of a layer that no annotation belongs to."""
    ids = set()
    for entry in entries.values():
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            ids.add(entry["id"])

    lost = []
    for identity in sorted(masks.keys() - ids):
        refusal = Refusal(
            Reason.UNKNOWN_CLASS,
            f"{document}: no annotation has the mask {identity!r}"[:200],
        )
        lost.append(refused_annotation(refusal, key=f"{document}#{identity}"))
    return lost


def _attributes(entry: dict[str, Any]) -> dict[str, str]:
    """What was noted at an annotation."""
    noted = {key: entry[key] for key in _NOTED if entry.get(key)}
    for key, inner in _VALUES.items():
        if isinstance(entry.get(key), dict):
            noted[key] = entry[key].get(inner)
    if entry.get("keyframe") is False:
        noted["keyframe"] = False

    properties = entry.get("properties")
    if not isinstance(properties, list):
        properties = []
    for each in properties:
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            noted[each["name"]] = each.get("value")
    return attributes(noted)
