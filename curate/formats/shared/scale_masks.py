"""Masks of Scale AI's segmentation tasks: an indexed picture, and the labels of its indexes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from curate.exports.export import Export
from curate.formats.shared.json_values import attributes, label_flags, whole
from curate.formats.shared.remote_files import find_file
from curate.mask_records import Painted, RegionMap, SegmentMap
from curate.reasons import Reason
from curate.records import Annotation

_LONGEST_INDEX = 10  # digits


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What a task's response says of its image."""

    annotations: list[Annotation] = field(default_factory=list)
    maps: list[RegionMap] = field(default_factory=list)
    segment_maps: list[SegmentMap] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A picture of indexes."""

    path: str
    pixels: Literal["index", "id"]


def read_segmentation(
    export: Export, document: str, task: str, response: dict[str, Any], resize: bool
) -> Segmentation:
    """The objects of a response with `labelMapping`."""
    found = Segmentation()
    pictures = response.get("annotations")
    if not isinstance(pictures, dict):
        pictures = {}
    indexed = _indexed_picture(export, document, pictures.get("combined"))
    if indexed is None:
        labelled = list(_label_masks(export, document, pictures.get("labeled"), resize))
        if labelled:
            found.maps.extend(labelled)
            return found

    known = []
    for label, entry in _instances(response["labelMapping"]):
        index = read_index(entry.get("index"))
        if index is None:
            detail = f"{document}: an entry of {label[:100]!r} has no index"
            key = f"{task}#{label}[{len(found.annotations)}]"
            bad = Annotation(
                key=key, label=label, dropped=Reason.MALFORMED_FILE, detail=detail
            )
            found.annotations.append(bad)
            continue
        known.append(index)
        found.annotations.append(_annotation(task, label, index, entry, indexed))
    if indexed is not None:
        found.segment_maps.append(
            SegmentMap(
                path=indexed.path,
                pixels=indexed.pixels,
                known=known,
                void=[0],
                resize=resize,
            )
        )
    return found


def read_index(data: Any) -> int | None:
    """An index that is a whole number, or text of one; None for anything else.

    >>> read_index(3), read_index("3"), read_index("three")
    (3, 3, None)
    """
    if isinstance(data, str):
        if data.isascii() and data.isdigit() and len(data) <= _LONGEST_INDEX:
            return int(data)
        return None
    return whole(data)


def _indexed_picture(export: Export, document: str, combined: Any) -> _Indexed | None:
    """The picture of indexes that is in the export, the 24-bit one first; else the stated one."""
    if not isinstance(combined, dict):
        return None
    stated = []
    extended = combined.get("extendedIndexedImage")
    if isinstance(extended, str) and extended:
        stated.append(_Indexed(extended, "id"))
    plain = combined.get("indexedImage")
    if isinstance(plain, str) and plain:
        stated.append(_Indexed(plain, "index"))

    for each in stated:
        path = find_file(export.files, each.path, document)
        if path is not None:
            return _Indexed(path, each.pixels)
    return None


def _label_masks(
    export: Export, document: str, labelled: Any, resize: bool
) -> Iterator[RegionMap]:
    """The masks of single labels and instances that are in the export."""
    if not isinstance(labelled, dict):
        return
    objects: Literal["components", "instances"] = "instances"
    if export.objects == "components":
        objects = "components"
    for label, stated in labelled.items():
        addresses = stated if isinstance(stated, list) else [stated]
        for address in addresses:
            if isinstance(address, dict):
                address = address.get("image") or address.get("url")
            if not isinstance(address, str) or not address:
                continue
            path = find_file(export.files, address, document)
            if path is not None:
                yield RegionMap(
                    path=path,
                    pixels="binary",
                    label=label,
                    resize=resize,
                    objects=objects,
                )


def _instances(mapping: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each entry of a labelMapping with its label."""
    for label, stated in mapping.items():
        entries = stated if isinstance(stated, list) else [stated]
        for entry in entries:
            if isinstance(entry, dict):
                yield label, entry
            else:
                yield label, {"index": entry}


def _annotation(
    task: str, label: str, index: int, entry: dict[str, Any], indexed: _Indexed | None
) -> Annotation:
    key = f"{task}#{index}"
    if indexed is None:
        detail = "no indexed picture of the task is in the export"
        return Annotation(
            key=key, label=label, dropped=Reason.MISSING_MASK, detail=detail
        )
    return Annotation(
        key=key,
        label=label,
        shape=Painted(path=indexed.path, value=index, required=False),
        attributes=attributes(entry.get("attributes")),
        flags=label_flags(label),
    )
