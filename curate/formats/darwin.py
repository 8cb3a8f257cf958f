"""darwin: V7 Darwin's JSON, versions 2.0 and 1.0, a document for each image or video.

Tools: V7 Darwin, darwin-py
Versions: 2.0 and 1.0
Masks: polygons, complex polygons, ellipses, raster masks, frames of videos
Gives: instances

Documents: every .json file with `annotations` and either `item`, or `image` with `filename`. Those
of other tools are left alone, and a note names them.

Images: `path` and `name` of the item, below `images` beside the document's folder or up to three
folders above it, as darwin-py stores a dataset; also without the folders of the dataset, with the
suffix of the slot's file, and by the name of the document. Each slot of an item is an image: that
of one of several slots is ITEM/SLOT/FILE. No URL is ever called. Shapes are in the frame of the
slot's width and height: the displayed one, or the stored one.

Shapes: `polygon` (`paths`; `path` and `additional_paths`), `complex_polygon`, `ellipse` and `mask`
have an area. All others are `no_mask`: `bounding_box`, `line`, `keypoint`, `skeleton`, `cuboid`,
`tag`, `table`, `string` and `graph`. A path in another path of its polygon is a hole in it, and a
path in the hole is a piece again. The px of a mask are those of its value in `dense_rle`, row by
row, of the `raster_layer` whose `mask_annotation_ids_mapping` names the annotation. A mask that no
layer names is `empty_mask`, one that no annotation belongs to is `unknown_class`. Layers are no
annotations.

Objects: each annotation that has an area is one, on each frame on which it is shown. Its label is
`name`. All annotations of an archived item are `deleted`.

Videos: frames are pictures in a folder called like the video, as darwin-py stores them
(`--video-frames`) or ffmpeg writes them from number 0 on. All frames that have a picture are read,
and the keyframes of the others are `missing_image`. Between two frames that are listed, polygons
and ellipses move in a straight line if the annotation is `interpolated`; all other shapes stay
until the next one. Nothing is shown outside `ranges` (`segments`), whose end is the frame after
the last one, and in `hidden_areas`. Frames of one video share a group.

Attributes: `instance_id`, `text`, `attributes`, `directional_vector`, `inference` and the
`properties` stay with the object, as text; `keyframe` is "false" on a frame that nobody drew.

Keys: `DOCUMENT#` and the annotation's id; without an id, or if the document has it twice, a digest
of what the annotation says. If two say the same, `~2` follows for the second.

What is dropped: `no_mask`, `deleted`, `unknown_class`, `empty_mask`, `bad_polygon`,
`bad_run_lengths`, `missing_image` (also keyframes without a picture) and `malformed_file`.
"""

import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from curate.exports.export import Export
from curate.exports.paths import is_picture
from curate.formats.shared.darwin_annotations import read_annotations
from curate.formats.shared.darwin_frames import (
    Folders,
    frame_pictures,
    missing_frame,
    pictures_by_folder,
)
from curate.formats.shared.darwin_items import (
    IMAGE_FOLDERS,
    Item,
    Slot,
    image_name,
    read_item,
)
from curate.formats.shared.darwin_tracks import is_track, read_track
from curate.formats.shared.json_documents import (
    JsonDocument,
    documents,
    records_of_each,
)
from curate.formats.shared.json_values import value
from curate.formats.shared.keys import content_digest
from curate.records import ImageRecord, ReadItem

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys annotations and item, or annotations and image with filename"


@dataclass(frozen=True, slots=True)
class _Source:
    """A slot of an item, and the annotations that belong to it, by their keys."""

    document: str
    item: Item
    slot: Slot
    entries: dict[str, Any]


def read(export: Export) -> Iterator[ReadItem]:
    """A record for each image, and for each frame of a video."""
    folders = pictures_by_folder(export)
    found = documents(export, "Darwin", _is_darwin, _NEEDS)
    return records_of_each(export, found, partial(_records, export, folders))


def _is_darwin(document: JsonDocument) -> bool:
    pieces = document.pieces
    if "annotations" not in pieces:
        return False
    if "item" in pieces:
        return True
    image = value(pieces.get("image"))
    return isinstance(image, dict) and "filename" in image


def _records(
    export: Export, folders: Folders, document: JsonDocument
) -> Iterator[ImageRecord]:
    """The records of a document. Refusal malformed_file."""
    item = read_item(document)
    entries = [value(raw) for raw in document.entries("annotations")]
    by_slot = _sorted_by_slot(item, entries)
    keys = _keys(document.path, entries)
    for slot in item.slots:
        # Annotations of videos may be in a document whose slot does not say that it is one.
        own = {keys[number]: entries[number] for number in by_slot[slot.name]}
        source = _Source(document.path, item, slot, own)
        has_tracks = any(is_track(each) for each in own.values())
        if has_tracks or (slot.is_video and not is_picture(item.name)):
            yield from _frame_records(source, folders)
        else:
            yield _image_record(export, source)


def _sorted_by_slot(item: Item, entries: list[Any]) -> dict[str, list[int]]:
    """By slot: the numbers of its annotations. What names no slot of the item is of the first."""
    by_slot: dict[str, list[int]] = {slot.name: [] for slot in item.slots}
    first = item.slots[0].name
    for number, entry in enumerate(entries):
        names = None
        if isinstance(entry, dict):
            names = entry.get("slot_names")
        own = []
        if isinstance(names, list):
            own = [name for name in dict.fromkeys(map(str, names)) if name in by_slot]
        for name in own or [first]:
            by_slot[name].append(number)
    return by_slot


def _keys(document: str, entries: list[Any]) -> list[str]:
    """The key of each annotation; where two are the same, the later one has a number in its key."""
    ids: Counter[str] = Counter()
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            ids[entry["id"]] += 1

    keys = []
    times: Counter[str] = Counter()
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            keys.append(f"{document}[{number}]")
            continue
        name = entry.get("id")
        if not isinstance(name, str) or ids[name] > 1:
            name = content_digest(entry)
        times[name] += 1
        if times[name] > 1:  # word for word the same: ingest drops it as a repetition
            name = f"{name}~{times[name]}"
        keys.append(f"{document}#{name}")
    return keys


def _image_record(export: Export, source: _Source) -> ImageRecord:
    """The record of a slot that is an image."""
    item = source.item
    video = ""
    # A frame for itself, as darwin-py splits documents of videos.
    if source.slot.is_video:
        video = posixpath.dirname(item.path)
    return ImageRecord(
        name=image_name(export, source.document, item, source.slot),
        document=source.document,
        annotations=read_annotations(
            source.document, source.entries, item, source.slot
        ),
        width=source.slot.width,
        height=source.slot.height,
        folders=IMAGE_FOLDERS,
        video=video,
    )


def _frame_records(source: _Source, folders: Folders) -> Iterator[ImageRecord]:
    """The records of a video's frames: those that have a picture, and the keyframes."""
    item = source.item
    pictures = frame_pictures(folders, source.document, item, source.slot)
    tracks = {}
    frames = set(pictures)
    for key, entry in source.entries.items():
        if isinstance(entry, dict):
            tracks[key] = read_track(entry)
            frames.update(tracks[key].keyframes())

    beside = posixpath.dirname(source.document) or "."
    for frame in sorted(frames):
        name = missing_frame(item, frame)
        if frame in pictures:
            name = posixpath.relpath(pictures[frame], beside)
        shown = {}
        for key, track in tracks.items():
            entry = track.at(frame)
            if entry is not None:
                shown[key] = entry
        yield ImageRecord(
            name=name,
            document=source.document,
            annotations=read_annotations(source.document, shown, item, source.slot),
            width=source.slot.width,
            height=source.slot.height,
            folders=IMAGE_FOLDERS,
            video=item.path,
        )
