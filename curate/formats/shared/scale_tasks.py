"""Tasks of Scale AI: the image, and what its response says."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from curate.exports.export import Export
from curate.exports.paths import is_picture
from curate.formats.shared.coco_entries import read_id
from curate.formats.shared.json_values import as_object
from curate.formats.shared.remote_files import find_file, image_name
from curate.formats.shared.scale_annotations import drawn_annotations
from curate.formats.shared.scale_masks import Segmentation, read_segmentation
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem

_CANCELED = ("canceled", "cancelled", "error")
_FILE_NAMES = ("filename", "file_name", "filepath", "image_name", "name")


@dataclass(frozen=True, slots=True)
class TaskReading:
    """How all tasks of an export are read."""

    export: Export
    reads_hypothesis: bool
    resize: bool


@dataclass(frozen=True, slots=True)
class _Task:
    """A task, whichever way it was written."""

    name: str
    """Its id, or the name of its document."""
    status: str
    params: dict[str, Any]
    metadata: dict[str, Any]
    response: dict[str, Any]
    attachment: str


def is_task(entry: dict[str, Any]) -> bool:
    """Whether an object is a task, the body of a callback, or a response alone."""
    if _is_response(entry):
        return True
    keys = entry.keys()
    if keys.isdisjoint(("response", "hypothesis")):
        return "task_id" in keys and "params" in keys
    return not keys.isdisjoint(("task_id", "task", "params", "filepath", "attachment"))


def read_task(
    reading: TaskReading, path: str, entry: dict[str, Any]
) -> Iterator[ReadItem]:
    """The record of a task; drops if it has no image, or is of no image."""
    task = _task(reading, path, entry)
    export = reading.export
    annotations = task.response.get("annotations")
    if isinstance(annotations, dict) and "url" in annotations:
        detail = (
            f"{path}: task {task.name} is of a video or a point cloud, not of an image"
        )
        refusal = Refusal(Reason.NO_MASK, detail)
        yield export.drop(refusal, annotation_key=task.name, count=None)
        return

    found = Segmentation()
    if isinstance(task.response.get("labelMapping"), dict):
        found = read_segmentation(
            export, path, task.name, task.response, reading.resize
        )
    elif isinstance(annotations, list):
        found.annotations.extend(drawn_annotations(task.name, annotations))

    annotated = found.annotations
    if task.status in _CANCELED:
        annotated = [_deleted(each) for each in annotated]
        annotated += [
            _deleted(Annotation(key=each.path, label=each.label)) for each in found.maps
        ]
        found.maps.clear()
    yield ImageRecord(
        name=_image(export, path, task),
        document=path,
        annotations=annotated,
        maps=found.maps,
        segment_maps=found.segment_maps,
        scene=_scene(task.params.get("allow_unlabeled")),
    )


def _is_response(entry: dict[str, Any]) -> bool:
    """Whether an object is what stands under `response` in the task of a segmentation."""
    return isinstance(entry.get("labelMapping"), dict) and "annotations" in entry


def _task(reading: TaskReading, path: str, entry: dict[str, Any]) -> _Task:
    stem, _ = posixpath.splitext(posixpath.basename(path))
    if _is_response(entry):
        return _Task(stem, "completed", {}, {}, entry, "")

    inner = as_object(entry.get("task")) | entry
    params = as_object(inner.get("params"))
    response = as_object(inner.get("response"))
    if not response and reading.reads_hypothesis:
        response = as_object(inner.get("hypothesis") or params.get("hypothesis"))
    return _Task(
        name=read_id(inner.get("task_id")) or stem,
        status=str(inner.get("status", "")),
        params=params,
        metadata=as_object(inner.get("metadata")) or as_object(params.get("metadata")),
        response=response,
        attachment=_attachment(inner, params),
    )


def _attachment(task: dict[str, Any], params: dict[str, Any]) -> str:
    """The address or path of a task's image, "" if it states none."""
    for source in (params, task):
        for key in ("attachment", "filepath"):
            if isinstance(source.get(key), str):
                return str(source[key])
        several = source.get("attachments")
        if isinstance(several, list) and several and isinstance(several[0], str):
            return several[0]
    return ""


def _image(export: Export, path: str, task: _Task) -> str:
    """What ingest may look for as a task's image."""
    names = [task.attachment]
    names += [task.metadata[key] for key in _FILE_NAMES if key in task.metadata]
    for name in names:
        if (
            isinstance(name, str)
            and name
            and find_file(export.files, name, path) is not None
        ):
            return image_name(export.files, name, path)

    named_by_id = pictures_of_stem(export, task.name)
    if len(named_by_id) == 1:
        return posixpath.relpath(named_by_id[0], posixpath.dirname(path) or ".")
    if task.attachment:
        return image_name(export.files, task.attachment, path)
    return task.name


def pictures_of_stem(export: Export, stem: str) -> list[str]:
    """The pictures of an export that have a name, with some suffix."""
    found = []
    for suffix in (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"):
        found += export.files.by_file_name.get(stem + suffix, [])
    if is_picture(stem):
        found += export.files.by_file_name.get(stem, [])
    return found


def _scene(allows_unlabelled: Any) -> Literal["auto", "full", "partial"]:
    if allows_unlabelled is True:
        return "partial"
    if allows_unlabelled is False:
        return "full"
    return "auto"


def _deleted(annotation: Annotation) -> Annotation:
    detail = "its task was canceled"
    return Annotation(
        key=annotation.key,
        label=annotation.label,
        dropped=Reason.DELETED,
        detail=detail,
    )
