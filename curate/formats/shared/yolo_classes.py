"""Class lists of YOLO exports: data.yaml, or a file with a name in each line."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from curate.drops import Drop, IgnoredFile
from curate.exports.export import Export
from curate.formats.shared.class_data import NoClassTable
from curate.formats.shared.class_lines import has_header, rows_of_text
from curate.formats.shared.class_tables import make_table, stated_table
from curate.reasons import Reason, Refusal
from curate.yaml_files import parse_yaml

CLASS_FILES = {
    "classes.txt",
    "class_names.txt",
    "labels.txt",
    "names.txt",
    "_darknet.labels",
    "predefined_classes.txt",
}
"""Names of files with the name of a class in each line."""

_YAML = (".yaml", ".yml")
_DATA_YAML = ("data.yaml", "data.yml", "dataset.yaml")
_NAMES_KEY = re.compile(r"^\s*[\"']?names[\"']?\s*:", re.MULTILINE)
_COMMENT = "# "  # "#" alone may begin a name
_CLASS_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class ClassList:
    """The classes of label files."""

    names: Mapping[int, str]
    """By class number."""
    keypoints: int = 0
    """How many numbers follow the class in a line that is a box with keypoints; 0 if there
    are no keypoints."""


@dataclass(frozen=True)
class ClassLists:
    """The class lists of an export."""

    by_folder: Mapping[str, ClassList]
    broken: list[Drop]
    """Files that should be class lists and cannot be read; the list of their folder is empty."""
    ignored: list[IgnoredFile]
    """Files that seemed to be class lists and are not."""

    def nearest(self, path: str) -> ClassList | None:
        """The list for a label file: the nearest above it, else the one nearest the root."""
        folder = posixpath.dirname(path)
        while folder and folder not in self.by_folder:
            folder = posixpath.dirname(folder)
        if folder in self.by_folder or not self.by_folder:
            return self.by_folder.get(folder)
        return self.by_folder[min(self.by_folder, key=_depth)]


def class_lists(export: Export) -> ClassLists:
    """The class lists of an export; if option `classes` states one, it is the only one.

    Raises:
        InputError: if the option states no class list.
    """
    stated = stated_table(export)
    lists: dict[str, ClassList] = {}
    broken = []
    ignored = []
    for path in sorted(export.files.paths, key=_rank):
        folder = posixpath.dirname(path)
        if folder in lists or not _may_be_class_list(path):
            continue
        try:
            found = _read(export, path)
        except Refusal as refusal:
            named = Refusal(refusal.reason, f"{path}: {refusal.detail}")
            broken.append(export.drop(named, annotation_key=path, count=None))
            # No class is known here: better than one of another list.
            found = ClassList({})
        if found is not None:
            lists[folder] = found
        elif path.lower().endswith(_YAML):
            ignored.append(export.ignored(path, "no key names in it"))

    if stated is not None:
        keypoints = max((each.keypoints for each in lists.values()), default=0)
        lists = {"": ClassList(stated.labels, keypoints)}
    return ClassLists(lists, broken, ignored)


def _depth(folder: str) -> tuple[int, str]:
    return folder.count("/"), folder


def _may_be_class_list(path: str) -> bool:
    name = posixpath.basename(path).lower()
    return name.endswith((*_YAML, ".names")) or name in CLASS_FILES


def _rank(path: str) -> tuple[int, str]:
    """The order in which files are read: the likeliest class list of a folder first."""
    name = posixpath.basename(path).lower()
    if name in _DATA_YAML:
        return 0, path
    if name.endswith(_YAML):
        return 1, path
    if name.endswith(".names"):
        return 2, path
    return 3, path


def _read(export: Export, path: str) -> ClassList | None:
    """A class list; None if the file is not one. Refusal malformed_file and others."""
    text = export.read_text(path)
    if path.lower().endswith(_YAML):
        return _yaml_list(text, posixpath.basename(path))
    lines = [line.strip() for line in text.split("\n")]
    while lines and lines[0].startswith(_COMMENT):
        lines.pop(0)
    if not any(lines):
        return None
    return ClassList(_table(lines) or dict(enumerate(lines)))


def _table(lines: list[str]) -> dict[int, str]:
    """The names of lines that have a header, or are numbered in turn; else nothing."""
    try:
        rows = rows_of_text("\n".join(lines))
        names = make_table(rows).labels
    except NoClassTable:
        return {}

    values = [row.value for row in rows]
    counted = range(len(rows))
    is_numbered = values in ([*counted], [each + 1 for each in counted])
    if is_numbered or has_header(lines):
        return names
    return {}


def _yaml_list(text: str, name: str) -> ClassList | None:
    """The classes of a data set's YAML; None if it has no key `names`."""
    if not _NAMES_KEY.search(text):
        return None  # looked for first, as most YAML files in an export are not ours to parse
    data = parse_yaml(text, name).data
    if not isinstance(data, Mapping) or "names" not in data:
        return None
    names = {}
    for number, class_name in _numbered(data["names"]):
        if _CLASS_NUMBER.fullmatch(str(number)):
            names[int(number)] = _class_name(class_name)
    return ClassList(names, _keypoint_numbers(data.get("kpt_shape")))


def _numbered(names: Any) -> Iterator[tuple[Any, Any]]:
    """Class names with their numbers, from a list or a mapping."""
    if isinstance(names, Mapping):
        yield from names.items()
    elif isinstance(names, list):
        yield from enumerate(names)
    else:
        raise Refusal(Reason.MALFORMED_FILE, "names is neither a list nor a mapping")


def _class_name(name: Any) -> str:
    if name is None or isinstance(name, list | Mapping):
        return ""
    return str(name)


def _keypoint_numbers(shape: Any) -> int:
    """How many numbers a box with keypoints has: four, and those of each keypoint."""
    if not isinstance(shape, list) or len(shape) != 2:
        return 0
    keypoints, numbers_each = shape
    if not isinstance(keypoints, int) or not isinstance(numbers_each, int):
        return 0
    return 4 + keypoints * numbers_each
