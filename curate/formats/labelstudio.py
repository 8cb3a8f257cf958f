"""Label Studio: its JSON, JSON_MIN, CSV and TSV exports, of all versions.

Tools: Label Studio
Versions: 0.x to 1.x: JSON, JSON_MIN, CSV, TSV
Masks: polygons, ellipses, brushes, bitmasks, paths
Gives: instances

Documents: every .json, .jsonl or .ndjson file of tasks (`data` and `annotations`, or `completions`
as Label Studio 0.x wrote), a list of them or a single one; of annotations as a storage holds them,
each with its `task`, in files whose name may be a mere number; or of JSON_MIN, whose entries have
`annotation_id` and `annotator`; and every .csv and .tsv file with these columns. Other tools' files
are left alone, and so are Label Studio's COCO and YOLO exports, which are formats of their own. An
entry, or a line of a table, that cannot be read costs itself.

Images: the value in `data` that names a picture. If there are several, it is the one that is called
like the result's `to_name`, has the same number in its name, or is called `image` or the like; of a
list, it is the one with the number `item_index`. Addresses are never called: of a URL (http, s3,
gs) only the file name counts, of `/data/local-files/?d=…` and `/storage-data/uploaded/?filepath=…`
the path in them, percent-decoded. If no file of the export has that name, it is looked for without
what the server put before it (`3f2a9c1e-car.jpg` is `car.jpg`), and with the characters that Django
replaces. `data:` URLs are embedded pictures, used only if no file is found. The folder `images` and
that of the document are looked in.

Shapes: polygons and ellipses (turned by `rotation`, in degrees), brushes (`rle`, its own bit-packed
run-lengths, where alpha is above 0) and bitmasks (`imageDataURL`). All others are `no_mask`:
rectangles, key points, boxes in videos, and answers about the whole image. A path (`vertices`) is a
polygon if it has no curves. A brush or bitmask of another size, but of the image's proportions, is
scaled (flag `scaled_mask`), else it is `mask_size_mismatch`. Coordinates are percent of the image,
so `original_width` and `original_height` are not needed; they tell whether an image with an EXIF
orientation was annotated as displayed or as stored. `image_rotation` says only how an annotator
had turned the view: shapes stand in the image as it is.

Objects: results of one `id` and one shape are one region, such as a shape and its label from a
separate `Labels` tag. Its label is the label; several are joined by ", ". A region without a label
is `unknown_class`. Hidden and read-only regions, and those that began as a prediction, are regions
like any other. `predictions`, `drafts` and relations are no annotations; a note counts the tasks
that have nothing else.

Several annotations of a task: all are read, as Label Studio's own converters do; what two of them
have in common, label and shape, is `duplicate_annotation` the second time. What is cancelled
(`was_cancelled`, or `skipped`) is `deleted`.

Attributes: answers about a region (choices, text, numbers, ratings, taxonomies), by the name of
their tag, and what its `meta` holds.

Keys: `DOCUMENT#` and a digest of label and shape. They stay the same in another order.

Options:

- `annotations: all` (the default) reads all annotations of a task. `annotations: ground_truth`
  reads only those marked as ground truth, where a task has one; `annotations: latest` only the one
  made last. The others are then `duplicate_annotation`.

What is dropped: `no_mask`, `deleted`, `unknown_class`, `duplicate_annotation`, `bad_polygon`,
`bad_run_lengths`, `bad_bitmap`, `mask_size_mismatch`, `missing_image` and `malformed_file`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from curate.drops import Drop, IgnoredFile
from curate.errors import InputError, NotOfFormat
from curate.exports.export import Export
from curate.formats.shared.addresses import ImageNames
from curate.formats.shared.json_lists import JsonList, list_documents
from curate.formats.shared.json_tables import JsonTable, json_tables
from curate.formats.shared.json_values import decode_base64
from curate.formats.shared.keys import content_digest
from curate.formats.shared.studio_images import image_address, shows_video
from curate.formats.shared.studio_regions import Region, annotation_of, join_results
from curate.formats.shared.studio_tasks import (
    Result,
    Task,
    Work,
    is_short,
    is_task,
    read_short,
    read_task,
)
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem, refused_annotation

OPTIONS = ("annotations",)

_CHOICES = ("all", "ground_truth", "latest")
_NEEDS = (
    "has tasks with data and annotations, or entries with annotation_id and annotator"
)
_FOLDERS = ["images", "../images"]


@dataclass(frozen=True)
class _Reading:
    """What holds for all documents of an export."""

    export: Export
    names: ImageNames
    choice: str
    """The option `annotations`."""


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image of each task."""
    choice = export.options.get("annotations", "all")
    if choice not in _CHOICES:
        words = ", ".join(_CHOICES)
        detail = f"option annotations is one of {words}, not {choice!r}"
        raise InputError(f"export {export.name}: {detail}")
    reading = _Reading(export, ImageNames(export.files), choice)

    has_table = False
    for item in _tables(reading):
        has_table = has_table or not isinstance(item, IgnoredFile)
        yield item

    try:
        found = list_documents(export, "Label Studio", is_task, _NEEDS, numbered=True)
        for each in found:
            if isinstance(each, JsonList):
                yield from _read_list(reading, each)
            else:
                yield each
    except NotOfFormat:
        if not has_table:
            raise


def _tables(reading: _Reading) -> Iterator[ReadItem]:
    """The records of Label Studio's tables among the .csv and .tsv files."""
    for each in json_tables(reading.export, "Label Studio", is_short):
        if not isinstance(each, JsonTable):
            yield each
            continue
        yield from each.drops(reading.export)
        for place, row in each.rows.items():
            yield from _records(reading, each.path, read_short(place, row))


def _read_list(reading: _Reading, document: JsonList) -> Iterator[ReadItem]:
    yield from document.drops(reading.export)
    guessed = 0
    for place, entry in document.objects():
        try:
            task = read_task(place, entry)
        except Refusal as refusal:
            yield _lost_entry(reading.export, place, refusal)
            continue
        guessed += task.has_guesses and not task.works
        yield from _records(reading, document.path, task)
    if guessed:
        why = f"tasks with predictions or drafts that nobody has submitted: {guessed:,}"
        yield reading.export.ignored(document.path, why)


def _lost_entry(export: Export, place: str, refusal: Refusal) -> Drop:
    """The drop of a task or a line; nobody can know how many annotations it held."""
    named = Refusal(
        refusal.reason, f"{place}: {refusal.detail.removeprefix(f'{place}: ')}"
    )
    return export.drop(named, annotation_key=place, count=None)


def _records(reading: _Reading, path: str, task: Task) -> Iterator[ReadItem]:
    """The records of the images that a task shows."""
    annotations: defaultdict[str, list[Annotation]] = defaultdict(list)
    sizes: dict[str, Result] = {}
    # A picture without results counts, too.
    annotations[image_address(task, "", 0)] = []
    for work in task.works:
        refusal = _refusal(task, work, reading.choice)
        for number, result in enumerate(work.results):
            if result is None:
                lost = _malformed(f"{path}#{work.key}[{number}]", task.place)
                annotations[image_address(task, "", 0)].append(lost)

        results = [each for each in work.results if each is not None]
        for region in join_results(results):
            first = region.first
            address = image_address(task, first.target, first.item)
            annotations[address].append(_annotation(path, work, region, refusal))
            if first.width and first.height:
                sizes.setdefault(address, first)

    for address, of_image in annotations.items():
        yield from _record(reading, path, task, address, of_image, sizes.get(address))


def _record(
    reading: _Reading,
    path: str,
    task: Task,
    address: str,
    annotations: list[Annotation],
    size: Result | None,
) -> Iterator[ReadItem]:
    """The record of an image; a drop if the task shows a video, or nothing."""
    if not address:
        if annotations:
            refusal = Refusal(
                Reason.MISSING_IMAGE, f"{task.place}: the task names no image"
            )
            if shows_video(task.data):
                refusal = Refusal(
                    Reason.NO_MASK, f"{task.place}: an annotation of a video"
                )
            yield reading.export.drop(
                refusal, annotation_key=task.place, count=len(annotations)
            )
        return

    embedded = None
    if address.startswith("data:"):
        embedded = decode_base64(address)
        name = content_digest(address)
    else:
        name = reading.names.find([address, task.upload], path)
    record = ImageRecord(
        name=name,
        document=path,
        annotations=annotations,
        folders=_FOLDERS,
        embedded=embedded,
    )
    if size is not None:
        record = msgspec.structs.replace(record, width=size.width, height=size.height)
    yield record


def _refusal(task: Task, work: Work, choice: str) -> Refusal | None:
    """Why the results of an annotation are not read; None if they are."""
    if work.is_cancelled:
        return Refusal(Reason.DELETED, "the annotation was cancelled")

    # Label Studio's own converters read all that is not cancelled, and so do we if not told.
    sound = [each for each in task.works if not each.is_cancelled]
    chosen = sound
    if choice == "ground_truth":
        chosen = [each for each in sound if each.is_ground_truth] or sound
    if choice == "latest":
        chosen = [max(sound, key=lambda each: each.created)]
    if any(each is work for each in chosen):
        return None
    return Refusal(
        Reason.DUPLICATE_ANNOTATION, "another annotation of its task is read"
    )


def _annotation(
    path: str, work: Work, region: Region, refusal: Refusal | None
) -> Annotation:
    if refusal is None:
        return annotation_of(region, f"{path}#{region.key()}")
    # The same shape may be kept in another annotation: it must not take that one's key.
    key = f"{path}#{work.key}/{region.key()}"
    return refused_annotation(refusal, key=key, label=region.label)


def _malformed(key: str, place: str) -> Annotation:
    detail = f"{place}: a result that is no object with a value"
    return Annotation(key=key, dropped=Reason.MALFORMED_FILE, detail=detail)
