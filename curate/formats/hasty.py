"""hasty: Hasty's JSON (CloudFactory), a document for a project.

Tools: Hasty (CloudFactory Accelerated Annotation)
Versions: 1.0 and 1.1
Masks: polygons, masks
Gives: instances

Documents: every .json file with `images` and `label_classes`. Those of other tools are left alone,
and a note names them. An entry that is no object costs itself.

Images: `image_name`, from the document's folder or the root, or in the folder named by
`dataset_name`, also below `images`; then by file name. Shapes are in the frame of `width` and
`height`: the displayed one, or the stored one.

Shapes: a label with a `mask` is the px of its runs, else it is its `polygon`. Runs are pairs of a
start, counted from 1, and a length, row by row through the label's `bbox` (x0, y0, x1, y1). A
label with neither is `no_mask`.

Objects: each label is one; its label is `class_name`. Those of an image whose status is SKIPPED
are `deleted`.

Attributes: those of the label, as text.

Keys: `DOCUMENT#` and the image's name, and a digest of class and shape.

What is dropped: `no_mask`, `deleted`, `unknown_class` (no class), `bad_polygon`,
`bad_run_lengths`, `missing_image`, `mask_size_mismatch` and `malformed_file`.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from curate.exports.export import Export
from curate.formats.shared.drawn_entries import Entry, drawn_shape, named, records_of
from curate.formats.shared.grouping import Drawn, Piece, join_groups
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.json_values import as_object, ring, whole
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord, Polygons, ReadItem, RowRunLengths

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys images and label_classes"
_SKIPPED = "SKIPPED"


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image."""
    for each in documents(export, "Hasty", _is_ours, _NEEDS):
        if not isinstance(each, JsonDocument):
            yield each
            continue
        yield from records_of(export, each, "images", partial(_record, each.path))


def _is_ours(document: JsonDocument) -> bool:
    return {"images", "label_classes"} <= document.pieces.keys()


def _record(document: str, place: str, image: Any) -> ImageRecord:
    """The record of an image. Refusal malformed_file if it is not one."""
    if not isinstance(image, dict) or not isinstance(image.get("image_name"), str):
        raise Refusal(Reason.MALFORMED_FILE, f"{place} is no image with a name")
    entries = image.get("labels")
    if not isinstance(entries, list):
        entries = []
    dataset = str(image.get("dataset_name", ""))
    key = f"{document}#{image['image_name']}"
    is_skipped = image.get("image_status") == _SKIPPED
    drawn = [_drawn(key, is_skipped, *each) for each in enumerate(entries)]
    return ImageRecord(
        name=image["image_name"],
        document=document,
        annotations=join_groups(drawn, key),
        width=whole(image.get("width")),
        height=whole(image.get("height")),
        folders=[dataset, f"images/{dataset}", "images"],
    )


def _drawn(key: str, is_skipped: bool, number: int, entry: Any) -> Drawn:
    """The shape of a label."""

    def shape(entry: Entry) -> Piece:
        if is_skipped:
            raise Refusal(Reason.DELETED, "the image was skipped")
        if entry.get("mask"):
            return _mask(entry)
        if entry.get("polygon"):
            return Polygons(rings=[ring(entry["polygon"])])
        raise Refusal(Reason.NO_MASK, "a label with neither polygon nor mask")

    return drawn_shape(
        f"{key}[{number}]",
        entry,
        key=key,
        label=_label,
        shape=shape,
        geometry=("polygon", "mask", "bbox"),
        noted=as_object(entry).get("attributes"),
    )


def _label(entry: Entry) -> str:
    return named(entry.get("class_name"))


def _mask(entry: Entry) -> RowRunLengths:
    """The mask of a label. Refusal bad_run_lengths if its runs or its box cannot be read."""
    box = _wholes(entry.get("bbox"))
    runs = _wholes(entry["mask"])
    if len(box) != 4 or len(runs) % 2:
        detail = "the mask's bbox is not two corners, or its runs are no pairs"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail)

    x0, y0, x1, y1 = box
    width = x1 - x0
    height = y1 - y0
    counts = []
    end = 0
    for start, length in zip(runs[::2], runs[1::2], strict=True):
        counts += [start - 1 - end, length]  # starts count from 1
        end = start - 1 + length
    counts.append(width * height - end)
    return RowRunLengths(counts=counts, x=x0, y=y0, width=width, height=height)


def _wholes(data: Any) -> list[int]:
    """The whole numbers of a list; none if one of them is no whole number."""
    if not isinstance(data, list):
        return []
    numbers = [whole(each) for each in data]
    found = [each for each in numbers if each is not None]
    if len(found) != len(numbers):
        return []
    return found
