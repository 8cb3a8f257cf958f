"""Scale AI: tasks of segmentation and image annotation, and Scale Nucleus.

Tools: Scale AI, Scale Nucleus
Versions: tasks, callbacks, Nucleus exports
Masks: indexed pictures, polygons, masks
Gives: instances, and a region for each class of stuff

Documents: .json, .jsonl and .ndjson files of tasks or of Nucleus's items and annotations: an
array, JSON Lines, one object, an object of tasks by id, or one with the list under `docs`,
`tasks`, `items`, `annotations` or `exportedRows`. A task has `response`, and a file named by a
task's id may hold the response alone. Bodies of callbacks (`task` inside) are read, too. Other
files are left alone. A line that cannot be read costs itself.

Images: addresses are never opened. Where `attachment`, `image_url` or a mask is one, the
file is the one in the export whose path has the longest end in common; if the file name alone
fits, the image is flagged `image_by_name`. If no file fits, an image is looked for by the file
name in `metadata`, by `reference_id`, and by the task's id.

Objects of segmentation: `labelMapping` lists for each label one object with an `index`, or an
array of instances; an index without a px is no loss. Each index is one object, in one piece or in
several; `objects: components` in the settings cuts it into its 8-connected pieces. Px are read
from `extendedIndexedImage` (R + 256 G + 65,536 B) if that file is there, else from
`indexedImage`, and if neither is there from the masks in `labeled`, each one object. Index 0 is
unlabelled. `allow_unlabeled: false` makes a full scene, `true` a partial one; without it the
share of labelled px decides.

Objects of image annotation: polygons are objects. Boxes, lines, points, cuboids and ellipses are
`no_mask`.

Objects of Nucleus: annotations of type `polygon` (`geometry.vertices`), and masks (`mask_url`;
each entry of `annotations` is one object, the px of its `index`, which may be 0). All other types
are `no_mask`. Items and annotations may be in one file or in several; `reference_id` joins them.
Predictions (with `confidence`) are left out.

Attributes: those of an annotation, as text.

Tasks: one with status `canceled` has its annotations dropped as `deleted`. Tasks that have not
been answered have none; option `hypothesis: read` reads what they were prefilled with. Tasks of
videos and point clouds are one `no_mask` of unknown count.

Keys: `TASK#INDEX`, `TASK#UUID`, Nucleus's `annotation_id`, or a digest of label and shape.

Options:

- `hypothesis: read` (default `ignore`): annotations that a task was given, if it has no response.
- `mask_size: scale`: a mask of another size, but of its image's proportions, is scaled (nearest
  px) in place of being refused.

What is dropped besides: `missing_image`, `missing_mask`, `unknown_class` (an index that no label
has), `undecodable_mask`, `mask_size_mismatch`, `bad_polygon` and `malformed_file`.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from curate.exports.export import Export
from curate.formats.shared.json_documents import open_object
from curate.formats.shared.json_lists import JsonList, list_documents
from curate.formats.shared.json_values import value
from curate.formats.shared.options import stated_choice
from curate.formats.shared.scale_nucleus import Nucleus, is_nucleus
from curate.formats.shared.scale_tasks import TaskReading, is_task, read_task
from curate.records import ReadItem

OPTIONS = ("hypothesis", "mask_size")

_NEEDS = (
    "has tasks with a response, or Nucleus's items and annotations with a reference_id"
)
_MOST_LOOKED_AT = 1_000_000  # bytes of a piece that is read as a whole
_SAMPLE = 100
_LISTS = ("docs", "tasks", "items", "annotations", "exportedRows")


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each task, and for each of Nucleus's items."""
    reading = TaskReading(
        export=export,
        reads_hypothesis=stated_choice(export, "hypothesis", ("ignore", "read"))
        == "read",
        resize=stated_choice(export, "mask_size", ("refuse", "scale")) == "scale",
    )
    nucleus = Nucleus(export, reading.resize)
    for each in list_documents(export, "Scale", _is_ours, _NEEDS):
        if not isinstance(each, JsonList):
            yield each
            continue
        yield from each.drops(export)
        for _, top in each.objects():
            for entry in _entries(top):
                if is_task(entry):
                    yield from read_task(reading, each.path, entry)
                elif is_nucleus(entry):
                    nucleus.add(each.path, entry)
    yield from nucleus.records()


def _is_ours(raw: msgspec.Raw) -> bool:
    """Whether an entry of a document is, or holds, a task, an item or an annotation."""
    top = open_object("", raw)
    if top is None:
        return False
    # Another tool's document may be of any size: of a long list, the first entries tell.
    short: dict[str, Any] = {}
    for key, piece in top.pieces.items():
        if memoryview(piece).nbytes <= _MOST_LOOKED_AT:
            short[key] = value(piece)
        elif bytes(memoryview(piece)[:1]) == b"[":
            short[key] = [value(each) for each in top.sample(key, _SAMPLE)]
    return any(is_task(entry) or is_nucleus(entry) for entry in _entries(short))


def _entries(top: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks, items and annotations in an object; itself, if it is one."""
    if is_task(top) or is_nucleus(top):
        return [top]
    found: list[Any] = []
    for key in _LISTS:
        listed = top.get(key)
        if isinstance(listed, list):
            found += listed
    if not found:
        found = [_with_id(key, entry) for key, entry in top.items()]
    return [entry for entry in found if isinstance(entry, dict)]


def _with_id(key: str, entry: Any) -> Any:
    """An entry of an object of tasks by id."""
    if isinstance(entry, dict) and "task_id" not in entry:
        return entry | {"task_id": key}
    return entry
