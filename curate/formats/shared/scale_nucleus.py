"""Scale Nucleus: items (images) and their annotations, as its client writes and exports them."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from curate.exports.export import Export
from curate.formats.shared.coco_entries import read_id
from curate.formats.shared.json_values import attributes, label_flags, whole
from curate.formats.shared.keys import content_digest
from curate.formats.shared.remote_files import find_file, image_name, path_of
from curate.formats.shared.scale_annotations import drawn_annotation
from curate.formats.shared.scale_masks import read_index
from curate.formats.shared.scale_tasks import pictures_of_stem
from curate.mask_records import Painted, SegmentMap
from curate.reasons import Reason
from curate.records import Annotation, ImageRecord

_IMAGE_KEYS = ("image_location", "image_url", "url", "original_image_url")


def is_nucleus(entry: dict[str, Any]) -> bool:
    """Whether an object is an item, an annotation, or an exported row with both."""
    if "item" in entry and "annotations" in entry:
        return isinstance(entry["item"], dict)
    if "reference_id" not in entry:
        return False
    return not entry.keys().isdisjoint((*_IMAGE_KEYS, "type", "geometry", "mask_url"))


@dataclass(slots=True)
class _Item:
    """An image with its annotations, from any number of files."""

    document: str
    entry: dict[str, Any] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    maps: list[SegmentMap] = field(default_factory=list)


class Nucleus:
    """All items and annotations of an export, joined by `reference_id`."""

    def __init__(self, export: Export, resize: bool) -> None:
        self._export = export
        self._resize = resize
        self._items: dict[str, _Item] = {}

    def add(self, document: str, entry: dict[str, Any]) -> None:
        """Note an item, an annotation, or a row with both."""
        if isinstance(entry.get("item"), dict):
            item = entry["item"]
            self._item(document, item).entry = item
            for each in _listed(entry.get("annotations")):
                if isinstance(each, dict):
                    self._annotate(
                        document, {"reference_id": item.get("reference_id")} | each
                    )
        elif entry.keys().isdisjoint(("type", "geometry", "mask_url")):
            item_of = self._item(document, entry)
            item_of.entry = entry
            item_of.document = document
        else:
            self._annotate(document, entry)

    def records(self) -> Iterator[ImageRecord]:
        """One record for each item."""
        for reference, item in self._items.items():
            yield ImageRecord(
                name=self._image(reference, item),
                document=item.document,
                annotations=item.annotations,
                segment_maps=item.maps,
                width=whole(item.entry.get("width")),
                height=whole(item.entry.get("height")),
            )

    def _item(self, document: str, entry: dict[str, Any]) -> _Item:
        reference = read_id(entry.get("reference_id")) or ""
        return self._items.setdefault(reference, _Item(document))

    def _annotate(self, document: str, entry: dict[str, Any]) -> None:
        """Note an annotation of an item."""
        if "confidence" in entry:
            return  # a model's prediction
        item = self._item(document, entry)
        if "mask_url" in entry:
            self._add_mask(document, item, entry)
            return
        geometry = entry.get("geometry")
        vertices = None
        if isinstance(geometry, dict):
            vertices = geometry.get("vertices")
        label = entry.get("label")
        kind = entry.get("type")
        name = read_id(entry.get("annotation_id")) or content_digest(
            label, kind, geometry
        )
        remarks = attributes(entry.get("metadata"))
        item.annotations.append(drawn_annotation(name, label, kind, vertices, remarks))

    def _add_mask(self, document: str, item: _Item, entry: dict[str, Any]) -> None:
        """Note a mask; each of its segments is an annotation."""
        stated = entry["mask_url"]
        if not isinstance(stated, str) or not stated:
            detail = f"{document}: mask_url is no text"
            key = content_digest(entry)
            bad = Annotation(key=key, dropped=Reason.MALFORMED_FILE, detail=detail)
            item.annotations.append(bad)
            return
        path = find_file(self._export.files, stated, document) or path_of(stated)
        name = read_id(entry.get("annotation_id")) or path
        known = []
        for number, segment in enumerate(_listed(entry.get("annotations"))):
            annotation = _segment(name, path, number, segment)
            item.annotations.append(annotation)
            if isinstance(annotation.shape, Painted):
                known.append(annotation.shape.value)
        void = [] if 0 in known else [0]
        item.maps.append(
            SegmentMap(
                path=path, pixels="index", known=known, void=void, resize=self._resize
            )
        )

    def _image(self, reference: str, item: _Item) -> str:
        """What ingest may look for as an item's image."""
        files = self._export.files
        names = [
            item.entry[key]
            for key in _IMAGE_KEYS
            if isinstance(item.entry.get(key), str)
        ]
        for name in [*names, reference]:
            if name and find_file(files, name, item.document) is not None:
                return image_name(files, name, item.document)
        by_stem = pictures_of_stem(self._export, posixpath.basename(reference))
        if len(by_stem) == 1:
            return posixpath.relpath(
                by_stem[0], posixpath.dirname(item.document) or "."
            )
        if names:
            return image_name(files, names[0], item.document)
        return reference


def _listed(data: Any) -> list[Any]:
    """Annotations in a list, or in lists by their types."""
    if isinstance(data, list):
        return data
    found: list[Any] = []
    if isinstance(data, dict):
        for each in data.values():
            if isinstance(each, list):
                found += each
    return found


def _segment(name: str, path: str, number: int, segment: Any) -> Annotation:
    """A segment of a mask."""
    if not isinstance(segment, dict):
        segment = {}
    label = segment.get("label")
    index = read_index(segment.get("index"))
    if not isinstance(label, str) or index is None:
        detail = f"segment {number} has no label, or no index"
        key = f"{name}[{number}]"
        return Annotation(key=key, dropped=Reason.MALFORMED_FILE, detail=detail)
    return Annotation(
        key=f"{name}#{index}",
        label=label,
        shape=Painted(path=path, value=index, required=False),
        attributes=attributes(segment.get("metadata")),
        flags=label_flags(label),
    )
