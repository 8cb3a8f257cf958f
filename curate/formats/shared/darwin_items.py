"""Items of V7 Darwin's documents: images and videos, their slots, and the names of their files."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from curate.exports.export import Export
from curate.exports.finding import find_image
from curate.exports.paths import stem
from curate.formats.shared.json_documents import JsonDocument
from curate.formats.shared.json_values import value, whole
from curate.reasons import Reason, Refusal

IMAGE_FOLDERS = ["images", "../images", "../../images", "../../../images"]
"""Where images lie, from a document's folder or the root: darwin-py keeps documents in
releases/NAME/annotations."""

# What darwin-py writes as an underscore.
_NOT_IN_FILE_NAMES = re.compile(r'[<>:"|?*\\]')


@dataclass(frozen=True, slots=True)
class Slot:
    """A file of an item; most items have one slot, named "0"."""

    name: str = "0"
    file_name: str = ""
    """What the file was called when it was uploaded; "" if nothing says it."""
    width: int | None = None
    height: int | None = None
    is_video: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """What a document annotates."""

    folder: str
    """In the dataset, relative; "" for its top."""
    name: str
    slots: list[Slot] = field(default_factory=list)
    """One or more, as the document lists them."""
    is_archived: bool = False

    @property
    def path(self) -> str:
        """The item's path in the dataset."""
        return posixpath.join(self.folder, self.name)


def read_item(document: JsonDocument) -> Item:
    """The item of a document of Darwin JSON 2.0, or the image of one of 1.0.

    Raises:
        Refusal: malformed_file if it has no name.
    """
    data = value(document.pieces.get("item"))
    if isinstance(data, dict):
        name = data.get("name")
        slots = _read_slots(data.get("slots"))
    else:
        data = value(document.pieces.get("image"))
        if not isinstance(data, dict):
            raise Refusal(Reason.MALFORMED_FILE, f"{document.path}: item is no object")
        name = data.get("filename")
        slots = [_slot("0", data.get("original_filename"), data)]

    if not isinstance(name, str) or not name:
        raise Refusal(Reason.MALFORMED_FILE, f"{document.path}: the item has no name")
    return Item(
        folder=_folder(data.get("path")),
        name=name,
        slots=slots or [Slot()],
        is_archived=data.get("archived") is True or data.get("status") == "archived",
    )


def _folder(path: Any) -> str:
    """A folder in the dataset, whose paths begin with a slash."""
    if not isinstance(path, str):
        return ""
    return path.replace("\\", "/").strip("/")


def _read_slots(data: Any) -> list[Slot]:
    """The slots of an item; those that are no objects are passed over."""
    if not isinstance(data, list):
        return []
    slots = []
    for each in data:
        if not isinstance(each, dict):
            continue
        file_name = None
        sources = each.get("source_files")
        if isinstance(sources, list) and sources and isinstance(sources[0], dict):
            file_name = sources[0].get("file_name")
        slots.append(_slot(each.get("slot_name"), file_name, each))
    return slots


def _slot(name: Any, file_name: Any, data: dict[str, Any]) -> Slot:
    if not isinstance(file_name, str):
        file_name = ""
    return Slot(
        name=str(name),
        file_name=posixpath.basename(file_name),
        width=whole(data.get("width")),
        height=whole(data.get("height")),
        is_video=data.get("type") == "video"
        or "frame_count" in data
        or "frame_urls" in data,
    )


def image_name(export: Export, document: str, item: Item, slot: Slot) -> str:
    """The likeliest path of a slot's image: the first of its possible names that is there."""
    names = list(dict.fromkeys(_image_names(document, item, slot)))
    for name in names:
        try:
            _, flags = find_image(export.files, name, document, IMAGE_FOLDERS)
        except Refusal:
            continue
        if not flags:
            return name
    return names[0]


def _image_names(document: str, item: Item, slot: Slot) -> Iterator[str]:
    """What darwin-py calls the image of a slot, in the dataset or without its folders."""
    # Of several slots each has a folder of its own; a single slot has the item's name.
    if len(item.slots) > 1 and slot.file_name:
        yield posixpath.join(item.path, slot.name, slot.file_name)
        yield posixpath.join(item.folder, slot.file_name)
        yield slot.file_name
        if slot is not item.slots[0]:
            return

    # An item may be renamed in Darwin: its file keeps its suffix.
    suffix = posixpath.splitext(slot.file_name)[1]
    names = [item.name, stem(item.name) + suffix, stem(document) + suffix]
    names.append(_NOT_IN_FILE_NAMES.sub("_", names[1]))
    if slot.file_name:
        names.append(slot.file_name)
    for name in names:
        yield posixpath.join(item.folder, name)
    yield from names
    if slot.file_name:
        yield posixpath.join(item.path, slot.name, slot.file_name)
