"""Tasks of Label Studio, whichever of its JSON exports they are written in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from curate.formats.shared.json_values import whole
from curate.reasons import Reason, Refusal

_ANNOTATIONS = (
    "annotations",
    "completions",
)  # the second is what Label Studio 0.x wrote
_GUESSES = ("predictions", "drafts")
_OF_A_TASK = (*_ANNOTATIONS, *_GUESSES)

# Columns of JSON_MIN and CSV that are neither the task's data nor results.
_OF_THE_EXPORT = frozenset(
    {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"}
    | {"agreement", "history"}
)


@dataclass(frozen=True, slots=True)
class Result:
    """One entry of an annotation's results.

    `id`: of its region, or "". `control`, `target`: the tag that made it, and the tag
    of what it is drawn on. `width`, `height`: of the image, px, if they are stated. `item`: the
    number of the image in a task of several.
    """

    value: Mapping[str, Any]
    id: str = ""
    control: str = ""
    target: str = ""
    width: int | None = None
    height: int | None = None
    item: int = 0
    remarks: Any = None


@dataclass(frozen=True, slots=True)
class Work:
    """What one annotator has made of a task. `results`: None for an entry that is no object."""

    key: str
    results: list[Result | None] = field(default_factory=list)
    is_cancelled: bool = False
    is_ground_truth: bool = False
    created: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A task: what was to be annotated, and all annotations of it.

    `data`: what the task shows, by its own names. `upload`: the name of the uploaded file.
    `has_guesses`: whether it has predictions or drafts, which nobody has submitted.
    """

    place: str
    data: Mapping[str, Any]
    works: list[Work] = field(default_factory=list)
    upload: str = ""
    has_guesses: bool = False


def is_task(raw: msgspec.Raw) -> bool:
    """Whether an entry of a document is a task, or an annotation with its task."""
    try:
        entry = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return False
    keys = entry.keys()
    if "data" not in keys and any(map(_holds_regions, entry.values())):
        return True  # JSON_MIN of releases that did not say who had annotated

    is_whole = "data" in keys and not keys.isdisjoint(_OF_A_TASK)
    is_stored = {"result", "task"} <= keys and bytes(entry["task"]).startswith(b"{")
    return is_whole or is_stored or is_short(keys)


def is_short(keys: Collection[str]) -> bool:
    """Whether keys or columns are those of an annotation in JSON_MIN or CSV."""
    return {"annotation_id", "annotator"} <= set(keys)


def _holds_regions(piece: msgspec.Raw) -> bool:
    """Whether a value is a list of shapes with labels."""
    try:
        shapes = msgspec.json.decode(piece, type=list[dict[str, msgspec.Raw]])
    except msgspec.ValidationError:
        return False
    if not shapes:
        return False
    names = shapes[0].keys()
    has_labels = any(name.endswith("labels") for name in names)
    return has_labels and not names.isdisjoint(
        ("points", "rle", "radiusX", "original_width")
    )


def read_task(place: str, entry: dict[str, Any]) -> Task:
    """The task of an entry. Refusal malformed_file if it is not one."""
    if isinstance(entry.get("task"), dict) and "result" in entry:
        # In a storage, Label Studio puts the task into each of its annotations.
        task = entry.pop("task")
        entry = task | {"annotations": [entry]}

    if "data" not in entry:
        return read_short(place, entry)
    data = entry["data"]
    if not isinstance(data, dict):
        raise Refusal(Reason.MALFORMED_FILE, f"{place}: a task without data")
    works = []
    for number, each in enumerate(_annotations(place, entry)):
        works.append(_read_work(number, each))
    has_guesses = any(map(entry.get, _GUESSES))
    return Task(place, data, works, _text(entry.get("file_upload")), has_guesses)


def read_short(place: str, entry: Mapping[str, Any]) -> Task:
    """The task of an entry of JSON_MIN, or of a line of a table: one annotation of it."""
    data: dict[str, Any] = {}
    results: list[Result | None] = []
    for name, content in entry.items():
        if name in _OF_THE_EXPORT:
            continue
        if _is_results(content):
            results += [_short_result(name, each) for each in content]
        else:
            data[name] = content
    created = _text(entry.get("created_at"))
    key = str(entry.get("annotation_id"))
    return Task(place, data, [Work(key, results, created=created)])


def _annotations(place: str, entry: Mapping[str, Any]) -> list[Any]:
    """The annotations of a task. Refusal malformed_file if they are no list."""
    for key in _ANNOTATIONS:
        annotations = entry.get(key)
        if annotations is None:
            continue
        if not isinstance(annotations, list):
            raise Refusal(Reason.MALFORMED_FILE, f"{place}: {key} is no list")
        return annotations
    return []


def _read_work(number: int, annotation: Any) -> Work:
    if not isinstance(annotation, dict):
        return Work(str(number), [None])
    results = annotation.get("result") or []
    if not isinstance(results, list):
        results = [None]
    return Work(
        key=str(annotation.get("id", number)),
        results=[_read_result(each) for each in results if not _is_relation(each)],
        is_cancelled=_is_true(annotation, "was_cancelled")
        or _is_true(annotation, "skipped"),
        is_ground_truth=_is_true(annotation, "ground_truth"),
        created=_text(annotation.get("created_at")),
    )


def _is_true(annotation: Mapping[str, Any], key: str) -> bool:
    return annotation.get(key) is True


def _is_relation(result: Any) -> bool:
    """Whether a result is an arrow between two regions."""
    return isinstance(result, dict) and result.get("type") == "relation"


def _read_result(result: Any) -> Result | None:
    if not isinstance(result, dict) or not isinstance(result.get("value"), dict):
        return None
    return Result(
        value=result["value"],
        id=_text(result.get("id")),
        control=_text(result.get("from_name")),
        target=_text(result.get("to_name")),
        width=whole(result.get("original_width")),
        height=whole(result.get("original_height")),
        item=whole(result.get("item_index")) or 0,
        remarks=result.get("meta"),
    )


def _is_results(content: Any) -> bool:
    """Whether the value of a column is a list of results, and not data of the task."""
    if not isinstance(content, list) or not content:
        return False
    return all(isinstance(each, dict) for each in content)


def _short_result(control: str, content: dict[str, Any]) -> Result:
    return Result(
        value=content,
        control=control,
        width=whole(content.get("original_width")),
        height=whole(content.get("original_height")),
        item=whole(content.get("item_index")) or 0,
    )


def _text(data: Any) -> str:
    if data is None or isinstance(data, dict | list):
        return ""
    return str(data)
