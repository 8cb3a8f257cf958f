"""Annotations of COCO documents: their class, their shape, or why they are dropped."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from curate.formats.shared.class_numbers import (
    by_plain_number,
    not_listed,
    without_zeros,
)
from curate.formats.shared.coco_entries import (
    Entry,
    PlainEntry,
    content,
    is_set,
    read_id,
    read_object,
)
from curate.formats.shared.coco_shapes import read_shape, with_image_size
from curate.formats.shared.json_values import attributes, label_flags, stated_box
from curate.pixels.rings import packed_floats
from curate.reasons import Reason, Refusal
from curate.records import (
    Annotation,
    Polygons,
    Shape,
    StatedBox,
    refused_annotation,
)

_LONGEST_ID = 100  # characters of an id that a message shows


@dataclass
class Classes:
    """The classes of a document."""

    labels: dict[str, str | None] = field(default_factory=dict)
    """Names by category id; None for an id that stands for several names."""
    stuff: set[str] = field(default_factory=set)
    """Ids of categories that are no things."""

    def add(self, key: str, name: str) -> None:
        """Note that a category id stands for a name."""
        if self.labels.get(key, name) == name:
            self.labels[key] = name
        else:
            self.labels[key] = None

    def listed(self, category: str | None) -> str | None:
        """The listed id that is meant: the same, or the only one with other zeros before it."""
        if category is None or category in self.labels:
            return category
        return self._plain.get(without_zeros(category), category)

    def label(self, category: str | None) -> str:
        """The name that a category id stands for, "" if there is not one."""
        if category is None:
            return ""
        return self.labels.get(category) or ""

    def check(self, category: str | None) -> None:
        """Refusal unknown_class if a category id does not stand for one name."""
        if category is None:
            raise Refusal(Reason.UNKNOWN_CLASS, "category none is not listed")
        shown = category[:_LONGEST_ID]
        if category not in self.labels:
            detail = f"category {not_listed(shown, self.labels)}"
            raise Refusal(Reason.UNKNOWN_CLASS, detail)
        if self.labels[category] is None:
            detail = f"category {shown} stands for several names"
            raise Refusal(Reason.UNKNOWN_CLASS, detail)

    @cached_property
    def _plain(self) -> dict[str, str]:
        return by_plain_number(self.labels)


def read_classes(raw_categories: Iterable[msgspec.Raw]) -> Classes:
    """The classes of a list of categories; entries without an id or a name are passed over."""
    classes = Classes()
    for raw in raw_categories:
        category = read_object(raw)
        key = read_id(category.get("id"))
        name = category.get("name")
        if key is None or name is None or isinstance(name, list | dict):
            continue
        classes.add(key, str(name))
        if category.get("isthing") == 0:
            classes.stuff.add(key)
    return classes


def read_annotation(
    document: str,
    entry: Entry,
    raw: bytes,
    image: dict[str, Any],
    classes: Classes,
    crowds: str,
) -> Annotation:
    """An annotation with its shape, or with the reason why it is dropped.

    `document`: path of its document. `raw`: the entry as it is written. `image`: the entry
    of its image. `crowds`: the option.
    """
    category = classes.listed(read_id(entry.category_id))
    label = classes.label(category)  # also for what is dropped, as far as it is known
    remarks = attributes(entry.metadata) | attributes(entry.attributes)
    key = annotation_key(document, entry, raw)
    try:
        if is_set(image.get("deleted")) or is_set(entry.deleted):
            raise Refusal(Reason.DELETED, "deleted in the annotation tool")
        classes.check(category)
        # CVAT writes iscrowd for every mask that it exports as run-lengths.
        is_cvats = "occluded" in remarks
        is_mere_mask = is_cvats or category in classes.stuff
        if is_set(entry.iscrowd) and _is_crowd(crowds, is_mere_mask):
            raise Refusal(Reason.CROWD, "iscrowd is 1; option crowds tells otherwise")
        if is_set(entry.isbbox):
            raise Refusal(Reason.NO_MASK, "isbbox: a box")
        shape = _shape(entry, image)
    except Refusal as refusal:
        return refused_annotation(refusal, key=key, label=label, attributes=remarks)
    return Annotation(
        key=key,
        label=label,
        shape=shape,
        flags=label_flags(label),
        attributes=remarks,
        box=_box(entry),
    )


def _shape(entry: Entry, image: dict[str, Any]) -> Shape | None:
    """The shape of an annotation; None if it has none. Refusal as `read_shape`."""
    segmentation = entry.segmentation
    if isinstance(entry, PlainEntry) and isinstance(segmentation, list):
        return Polygons(rings=[packed_floats(ring) for ring in segmentation])
    return read_shape(with_image_size(segmentation, image))


def _box(entry: Entry) -> StatedBox | None:
    """The box of an annotation, if it states one."""
    if isinstance(entry.bbox, tuple):
        return entry.bbox  # of a plain entry
    return stated_box(entry.bbox)


def annotation_key(document: str, entry: Entry, raw: bytes) -> str:
    """DOCUMENT#ID; without an id, DOCUMENT# and a digest of class and segmentation."""
    key = read_id(entry.id)
    if key is None:
        # The place in the list would not do: it changes with each export.
        pieces = msgspec.msgpack.encode(content(raw))
        key = hashlib.blake2b(pieces, digest_size=12).hexdigest()
    return f"{document}#{key}"


def _is_crowd(crowds: str, is_mere_mask: bool) -> bool:
    """Whether an annotation with `iscrowd` counts as a crowd.

    `is_mere_mask`: there it says only that the mask is written as run-lengths.
    """
    if crowds == "auto":
        return not is_mere_mask
    return crowds == "drop"
