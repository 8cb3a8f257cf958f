"""The classes of a Supervisely project, from its meta.json."""

import posixpath
from dataclasses import dataclass, field
from typing import Any

from curate.exports.export import Export
from curate.exports.paths import ancestors
from curate.formats.shared.coco_entries import read_id
from curate.reasons import Reason, Refusal

META_FILE = "meta.json"
"""Name of the file that declares the classes of a project."""


@dataclass(slots=True)
class Classes:
    """The classes that a project declares."""

    shapes: dict[str, str] = field(default_factory=dict)
    """By title: the geometry that objects of the class have, unless they say another."""
    titles: dict[str, str] = field(default_factory=dict)
    """By id: the title."""

    def title(self, entry: dict[str, Any]) -> str:
        """What the class of an object is called; "" if nothing says it.

        The title decides: after a project is copied, its class ids are those of the old one.
        """
        title = entry.get("classTitle")
        if isinstance(title, str):
            return title
        return self.titles.get(read_id(entry.get("classId")) or "", "")

    def check(self, title: str) -> None:
        """Refusal unknown_class if classes are declared, and not this one."""
        if not title:
            raise Refusal(Reason.UNKNOWN_CLASS, "an object without classTitle")
        if self.shapes and title not in self.shapes:
            raise Refusal(
                Reason.UNKNOWN_CLASS, f"class {title!r} is not in {META_FILE}"
            )


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects of an export, by the folder of their meta.json."""

    by_folder: dict[str, Classes]

    def classes(self, path: str) -> Classes:
        """Those of the innermost project that holds a file; none if the file is in no project."""
        for folder in [*ancestors(path), ""]:
            if folder in self.by_folder:
                return self.by_folder[folder]
        return Classes()


def read_projects(export: Export) -> Projects:
    """All projects of an export. A meta.json that cannot be read declares nothing."""
    by_folder = {}
    for path in export.files.paths:
        if posixpath.basename(path) != META_FILE:
            continue
        try:
            data = export.read_json(path)
        except Refusal:
            continue  # whoever goes through the documents meets it again, and reports it
        if isinstance(data, dict) and isinstance(data.get("classes"), list):
            by_folder[posixpath.dirname(path)] = _read_classes(data["classes"])
    return Projects(by_folder)


def _read_classes(entries: list[Any]) -> Classes:
    """The classes of a list; entries without a title are passed over."""
    classes = Classes()
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("title"), str):
            continue
        title = entry["title"]
        classes.shapes[title] = str(entry.get("shape") or "")
        number = read_id(entry.get("id"))
        if number is not None:
            classes.titles[number] = title
    return classes
