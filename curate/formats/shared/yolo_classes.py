"""Class lists of YOLO exports: data.yaml, or files with a name a line."""

import logging
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curate.exports.export import Export
from curate.formats.shared.tables import stated_table
from curate.reasons import Reason, Refusal
from curate.records import Drop
from curate.yaml_files import parse_yaml

CLASS_FILES = {
    "classes.txt",
    "class_names.txt",
    "labels.txt",
    "names.txt",
    "_darknet.labels",
    "predefined_classes.txt",
}
_NAMES_KEY = re.compile(r"^\s*[\"']?names[\"']?\s*:", re.MULTILINE)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClassList:
    """Names by class number; `keypoints`: numbers of a line that is a box with keypoints, 0 where there are none."""

    names: Mapping[int, str]
    keypoints: int = 0


def class_lists(export: Export) -> tuple[dict[str, ClassList], list[Drop]]:
    """Class lists by folder, and files that should be ones and are broken: there, no class is known."""
    stated = stated_table(export)
    lists: dict[str, ClassList] = {}
    drops: list[Drop] = []
    for path in sorted(export.files.paths, key=_list_rank):
        folder, name = posixpath.dirname(path), posixpath.basename(path).lower()
        if folder in lists or not (
            name.endswith((".yaml", ".yml", ".names")) or name in CLASS_FILES
        ):
            continue
        try:
            found = (
                _yaml_list(export, path)
                if name.endswith((".yaml", ".yml"))
                else _plain_list(export, path)
            )
        except Refusal as refusal:
            drops.append(
                export.drop(refusal.reason, f"{path}: {refusal.detail}", key=path, count=None)
            )
            found = ClassList({})
        if found is not None:
            lists[folder] = found
    if stated is not None:
        return {
            "": ClassList(
                stated.labels, max((each.keypoints for each in lists.values()), default=0)
            )
        }, drops
    return lists, drops


def _list_rank(path: str) -> tuple[int, str]:
    name = posixpath.basename(path).lower()
    kinds = (
        name in ("data.yaml", "data.yml", "dataset.yaml"),
        name.endswith((".yaml", ".yml")),
        name.endswith(".names"),
    )
    return (kinds.index(True) if True in kinds else len(kinds)), path


def _yaml_list(export: Export, path: str) -> ClassList | None:
    """The classes of a data set's YAML; None where it is another file. Refusal malformed_file and others."""
    text = export.read_text(path)
    if not _NAMES_KEY.search(text):
        _log.info("export %s: %s has no key names: left alone", export.name, path)
        return None
    data = parse_yaml(text, posixpath.basename(path)).data
    if not isinstance(data, Mapping) or "names" not in data:
        return None
    names = data["names"]
    pairs = (
        names.items()
        if isinstance(names, Mapping)
        else enumerate(names)
        if isinstance(names, list)
        else None
    )
    if pairs is None:
        raise Refusal(Reason.MALFORMED_FILE, "names is neither a list nor a mapping")
    listed = {int(key): _name(name) for key, name in pairs if re.fullmatch(r"\d{1,9}", str(key))}
    return ClassList(listed, _keypoint_numbers(data.get("kpt_shape")))


def _plain_list(export: Export, path: str) -> ClassList | None:
    names = [line.strip() for line in export.read_text(path).split("\n")]
    return ClassList(dict(enumerate(names))) if any(names) else None


def _name(name: Any) -> str:
    return "" if name is None or isinstance(name, list | Mapping) else str(name)


def _keypoint_numbers(shape: Any) -> int:
    is_shape = (
        isinstance(shape, list) and len(shape) == 2 and all(isinstance(each, int) for each in shape)
    )
    return 4 + shape[0] * shape[1] if is_shape else 0


def nearest_list(lists: Mapping[str, ClassList], path: str) -> ClassList | None:
    """The list that holds for a label file: the nearest above it, else the one nearest the root."""
    folder = posixpath.dirname(path)
    while folder and folder not in lists:
        folder = posixpath.dirname(folder)
    if folder in lists or not lists:
        return lists.get(folder)
    return lists[min(lists, key=lambda each: (each.count("/"), each))]
