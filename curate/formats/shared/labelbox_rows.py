"""Data rows of Labelbox's exports: an image, or a video, and all its labels."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from curate.exports.documents import parse_json
from curate.formats.shared.json_values import as_object, whole
from curate.reasons import Reason, Refusal

_OLD_MARKS = ("Labeled Data", "DataRow ID", "External ID")
_NO_LABEL: tuple[Any, ...] = (None, "", "Skip", [])
_LABEL_DEPTH = 50  # of a label that is written as a text
_MOST_DIGITS = 9  # of a frame's number; no video has more frames
_SHAPES_OF_OLD = ("polygon", "bbox", "line", "point", "instanceURI", "geometry")


@dataclass(frozen=True, slots=True)
class Label:
    """What one annotator has made of a data row.

    `objects`: of an image. `frames`: of a video, by the number of the frame, from 1. None stands
    for an object that is none.
    """

    objects: list[dict[str, Any] | None] = field(default_factory=list)
    frames: dict[int, list[dict[str, Any] | None]] = field(default_factory=dict)
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class DataRow:
    """An image or a video of an export.

    `addresses`: under which it may be found, the likeliest first. `width`, `height`: px, if they
    are stated. `dataset`: the name of its data set; "" if it is not stated.
    """

    addresses: list[str]
    labels: list[Label] = field(default_factory=list)
    width: int | None = None
    height: int | None = None
    dataset: str = ""


def is_data_row(raw: msgspec.Raw) -> bool:
    """Whether an entry of a document is a data row, of an export of today or of an older one."""
    try:
        keys = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).keys()
    except msgspec.ValidationError:
        return False
    return has_keys_of_row(keys)


def has_keys_of_row(keys: Collection[str]) -> bool:
    """Whether keys, or the columns of a table, are those of a data row."""
    keys = set(keys)
    is_new = "data_row" in keys and not keys.isdisjoint(
        ("projects", "media_attributes")
    )
    is_old = "Label" in keys and not keys.isdisjoint(_OLD_MARKS)
    return is_new or is_old


def read_row(place: str, entry: Mapping[str, Any]) -> DataRow:
    """The data row of an entry. Refusal malformed_file if it is not one."""
    if "data_row" in entry:
        return _new_row(place, entry)
    return _old_row(place, entry)


def _new_row(place: str, entry: Mapping[str, Any]) -> DataRow:
    """A data row as Labelbox exports it since 2023."""
    stated = entry["data_row"]
    if not isinstance(stated, dict):
        raise Refusal(Reason.MALFORMED_FILE, f"{place}: data_row is no object")
    media = as_object(entry.get("media_attributes"))
    details = as_object(stated.get("details"))
    projects = as_object(entry.get("projects"))

    # Several projects may have labelled one picture, each by several people.
    labels = []
    for project in projects.values():
        of_project = as_object(project)
        for label in _as_list(of_project.get("labels")):
            read = _new_label(as_object(label))
            labels.append(read)

    addresses = _texts(stated, "external_id", "global_key", "row_data")
    return DataRow(
        addresses=addresses,
        labels=labels,
        width=whole(media.get("width")),
        height=whole(media.get("height")),
        dataset=_text(details.get("dataset_name")),
    )


def _new_label(label: Mapping[str, Any]) -> Label:
    annotations = as_object(label.get("annotations"))
    performance = as_object(label.get("performance_details"))
    stated_frames = as_object(annotations.get("frames"))
    frames = {}
    for name, frame in stated_frames.items():
        of_frame = as_object(frame)
        is_number = name.isdecimal() and len(name) <= _MOST_DIGITS
        if is_number:
            frames[int(name)] = _objects(of_frame.get("objects"))
    return Label(
        objects=_objects(annotations.get("objects")),
        frames=frames,
        is_skipped=performance.get("skipped") is True,
    )


def _old_row(place: str, entry: Mapping[str, Any]) -> DataRow:
    """A data row as Labelbox exported it before 2023: one label of it."""
    stated = entry.get("Label")
    if isinstance(stated, str) and stated.startswith("{"):
        # The tables of 2018 to 2022 hold it as a text, and so do their copies in JSON.
        stated = parse_json(stated.encode("utf-8", "surrogatepass"), _LABEL_DEPTH)
    objects: list[dict[str, Any] | None] = []
    if isinstance(stated, dict):
        objects = _old_objects(stated)
    elif stated not in _NO_LABEL:
        raise Refusal(Reason.MALFORMED_FILE, f"{place}: Label is no object")

    is_skipped = str(entry.get("Skipped")).lower() == "true"
    label = Label(objects, is_skipped=is_skipped)
    addresses = _texts(entry, "External ID", "Global Key", "Labeled Data")
    dataset = _text(entry.get("Dataset Name"))
    return DataRow(addresses, [label], dataset=dataset)


def _old_objects(label: Mapping[str, Any]) -> list[dict[str, Any] | None]:
    """The objects of a label; the oldest exports have them in lists by the names of classes."""
    if "objects" in label:
        return _objects(label["objects"])

    # Until 2019 the names of classes were the keys, and shapes had no ids.
    objects: list[dict[str, Any] | None] = []
    for name, shapes in label.items():
        if name in ("classifications", "relationships"):
            continue
        if isinstance(shapes, str) and "POLYGON" in shapes:
            # Outlines in a language for maps (WKT), in which y grew upwards at times.
            objects.append({"title": name, "polygon": None})
        for shape in _as_list(shapes):
            found = _oldest_object(name, shape)
            objects.append(found)
    return objects


def _oldest_object(name: str, shape: Any) -> dict[str, Any]:
    """An object of a class, said as later exports say it."""
    if isinstance(shape, list):
        return {"title": name, "polygon": shape}
    if isinstance(shape, dict) and isinstance(shape.get("geometry"), list):
        return {"title": name, "polygon": shape["geometry"]}
    if isinstance(shape, dict) and not shape.keys().isdisjoint(_SHAPES_OF_OLD):
        return shape | {"title": name}
    return {"title": name}


def _objects(data: Any) -> list[dict[str, Any] | None]:
    """The objects of a label, or of a frame, whose objects are named by their ids."""
    entries = _as_list(data)
    if isinstance(data, dict):
        for name, content in data.items():
            if isinstance(content, dict):
                content = {"feature_id": name} | content
            entries.append(content)

    objects: list[dict[str, Any] | None] = []
    for each in entries:
        if isinstance(each, dict):
            objects.append(each)
        else:
            objects.append(None)
    return objects


def _texts(data: Mapping[str, Any], *names: str) -> list[str]:
    """The values under several names that are texts, without those that are empty."""
    texts = []
    for name in names:
        text = _text(data.get(name))
        if text:
            texts.append(text)
    return texts


def _text(data: Any) -> str:
    if isinstance(data, str):
        return data
    return ""


def _as_list(data: Any) -> list[Any]:
    if isinstance(data, list):
        return data
    return []
