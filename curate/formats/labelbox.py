"""Labelbox: its NDJSON exports (v2), and the older ones in JSON.

Tools: Labelbox
Versions: NDJSON (export v2), JSON (export v1), CSV
Masks: polygons, masks, composite masks, frames of videos
Gives: instances

Documents: every .ndjson, .jsonl or .json file of data rows, a line each or a list, and every .csv
or .tsv file of them. A data row has `data_row` and `projects` or `media_attributes`; in older
exports it has `Label`, as an object or as a text, and `Labeled Data` or `External ID`. Other tools'
files are left alone. A line or an entry that cannot be read costs itself. `experiments` are
predictions of models, and no annotations.

Images: `external_id`, `global_key` and the file name in `row_data`, in this order; in older exports
`External ID` and the file name in `Labeled Data`. The first that is in the export counts, also
without the id that Labelbox puts before it. The folders `images` and that of the document are
looked in. No address is ever called. `media_attributes` tell whether an image with an EXIF
orientation was annotated as displayed or as stored.

Videos: the objects of `frames` are those of the pictures of the frames, which all are of one group.
The picture of frame 7 of `clip.mp4` is in the folder `clip`, or has a name that begins with `clip`,
and its name ends in 7, with or without leading zeros. Frames count from 1.

Shapes: `polygon` and masks have an area. All others are `no_mask`: `bounding_box`, `line` and
`point` (`bbox` in older exports), and answers about the whole image are no annotations.

Masks are addresses in the export (`mask`, `composite_mask`, `instanceURI`), and never called. The
mask of an object is the one picture of the export whose name is that in the address, or an id in
it, or the object's own `feature_id`; with `composite_mask`, the px that have its `color_rgb`. If a
label has one mask only, it is also the picture of the image's name that lies in a folder with the
name of the data set, or in one that says mask, or has another suffix. If no file fits, the object
is `missing_mask`. A mask is what is opaque, or else what is white. One of another size, but of the
image's proportions, is scaled (flag `scaled_mask`), else it is `mask_size_mismatch`.

Objects: each is one object; its label is its `name` (in older exports `title`). Several labels of a
data row, by consensus or in several projects, are all read. Those that were skipped are `deleted`.

Attributes: answers to questions about an object, by the question.

Keys: `DOCUMENT#` and the object's `feature_id`, or a digest of it.

What is dropped: `no_mask`, `deleted` (skipped labels), `unknown_class` (an object without a
name), `missing_mask`, `undecodable_mask`, `mask_size_mismatch`, `bad_polygon` and
`malformed_file`.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.exports.files import Files
from curate.exports.paths import ancestors, is_picture, stem
from curate.formats.shared.addresses import ImageNames
from curate.formats.shared.json_lists import JsonList, list_documents
from curate.formats.shared.json_tables import JsonTable, json_tables
from curate.formats.shared.labelbox_masks import MaskNames
from curate.formats.shared.labelbox_objects import Objects
from curate.formats.shared.labelbox_rows import (
    DataRow,
    has_keys_of_row,
    is_data_row,
    read_row,
)
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has data rows, with data_row and projects, or with Label and Labeled Data"
_FOLDERS = ["images", "../images"]
_FRAME_NUMBER = re.compile(r"(?:^|\D)0*(\d{1,9})$")


@dataclass(frozen=True)
class _Names:
    """The files of an export, by what they are looked for."""

    files: Files
    images: ImageNames
    masks: MaskNames

    def frame(self, video: str, number: int) -> str:
        """The path of a frame's picture; "" unless there is just one."""
        name = stem(video)
        found = []
        for path in self._by_frame.get(number, []):
            folders = [posixpath.basename(folder) for folder in ancestors(path)]
            if name in folders or stem(path).startswith(name):
                found.append(path)
        if len(found) != 1:
            return ""
        return found[0]

    @cached_property
    def _by_frame(self) -> Mapping[int, list[str]]:
        """Pictures by the number at the end of their names."""
        pictures: defaultdict[int, list[str]] = defaultdict(list)
        for path in self.files.paths:
            number = _FRAME_NUMBER.search(stem(path))
            if number and is_picture(path):
                pictures[int(number[1])].append(path)
        return pictures


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each data row, or for each annotated frame of a video."""
    names = _Names(export.files, ImageNames(export.files), MaskNames(export.files))
    has_table = False
    for table in json_tables(export, "Labelbox", has_keys_of_row):
        if not isinstance(table, JsonTable):
            yield table
            continue
        has_table = True
        yield from table.drops(export)
        yield from _read_rows(export, table.path, table.rows.items(), names)

    try:
        for each in list_documents(export, "Labelbox", is_data_row, _NEEDS):
            if not isinstance(each, JsonList):
                yield each
                continue
            yield from each.drops(export)
            yield from _read_rows(export, each.path, each.objects(), names)
    except NotOfFormat:
        if not has_table:
            raise


def _read_rows(
    export: Export,
    document: str,
    entries: Iterable[tuple[str, dict[str, Any]]],
    names: _Names,
) -> Iterator[ReadItem]:
    """The records of a document's entries, which come with their places."""
    for place, entry in entries:
        try:
            row = read_row(place, entry)
            if not row.addresses:
                raise Refusal(
                    Reason.MALFORMED_FILE, f"{place}: a data row that names no file"
                )
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=place, count=None)
            continue
        yield from _records(document, row, names)


def _records(document: str, row: DataRow, names: _Names) -> Iterator[ImageRecord]:
    """The record of an image, or those of the annotated frames of a video."""
    name = names.images.find(row.addresses, document)
    frames: defaultdict[int, list[Annotation]] = defaultdict(list)
    annotations: list[Annotation] = []
    image = posixpath.basename(name)
    for label in row.labels:
        objects = Objects(label.objects, row, image, document)
        annotations += objects.annotations(names.masks, is_skipped=label.is_skipped)
        for number, entries in label.frames.items():
            objects = Objects(entries, row, f"{image}#{number}", document)
            frames[number] += objects.annotations(
                names.masks, is_skipped=label.is_skipped
            )

    # Of a video that was annotated frame by frame there is no picture of the whole.
    for number, of_frame in sorted(frames.items()):
        path = names.frame(name, number)
        picture = f"{stem(name)}/{number}.jpg"
        if path:
            picture = posixpath.relpath(path, posixpath.dirname(document) or ".")
        yield _record(document, row, picture, of_frame, video=name)
    if annotations or not frames:
        yield _record(document, row, name, annotations, video="")


def _record(
    document: str, row: DataRow, name: str, annotations: list[Annotation], video: str
) -> ImageRecord:
    return ImageRecord(
        name=name,
        document=document,
        annotations=annotations,
        width=row.width,
        height=row.height,
        folders=_FOLDERS,
        video=video,
    )
