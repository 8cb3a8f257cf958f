"""Where the pictures of a CVAT document are, and what their files are called."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from curate.exports.files import Files
from curate.exports.paths import is_picture, suffix
from curate.formats.shared.cvat_tasks import Task

_FRAME = re.compile(r"frame_(\d{6,9})")
_NUMBER = re.compile(r"([0-9]{1,18})")
_VIDEOS = frozenset(
    {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"}
)


def frame_name(frame: int) -> str:
    """The name of a frame's picture, without its suffix.

    >>> frame_name(12)
    'frame_000012'
    """
    return f"frame_{frame:06d}"


def usual_folders(document: str, subset: str) -> list[str]:
    """Where the pictures of a document may lie, from its folder or from the root."""
    file_name = posixpath.basename(document)
    stem, _ = posixpath.splitext(file_name)
    folders = ["images", stem]
    if subset:
        folders = [f"images/{subset}", subset, *folders]

    # People keep documents in a folder beside that of the pictures.
    beside = [f"../{folder}" for folder in folders]
    return [*folders, "..", *beside]


@dataclass(frozen=True)
class Pictures:
    """The pictures of an export, by what their names are without the suffix."""

    files: Files

    def complete(self, name: str, document: str, folders: Iterable[str]) -> str:
        """The name with the suffix of the file that has it; as it is if there is no such file.

        The file is looked for where ingest does it: from the document's folder, from the root,
        and from each of `folders` below either; last, anywhere.
        """
        if is_picture(name):
            return name

        for start in _starts(document, folders):
            stem = posixpath.normpath(posixpath.join(start, name))
            path = self._by_stem.get(stem)
            if path is not None:
                _, ending = posixpath.splitext(path)
                return name + ending
        file_name = posixpath.basename(name)
        return self._by_name.get(file_name, name)

    def frames(self) -> list[int]:
        """The numbers of all frames that have a picture, ascending."""
        numbers = []
        for name in self._by_name:
            frame = _FRAME.fullmatch(name)
            if frame is not None:
                numbers.append(int(frame[1]))
        return sorted(numbers)

    def of_task(self, task: Task, document: str) -> list[str]:
        """The pictures of a task that shows no video, in the order of its frames.

        Each is named from the document's folder. The list is empty if it is not certain: if the
        pictures are not as many as the task's, or if their order is not plain, because some tools
        put 10 before 9 and others after it.
        """
        if task.mode != "annotation" or not task.size:
            return []
        beside = posixpath.dirname(document)
        for folder in usual_folders(document, task.subset):
            start = posixpath.normpath(posixpath.join(beside, folder))
            paths = [path for path in self._paths if path.startswith(f"{start}/")]
            if len(paths) != task.size:
                continue
            in_order = sorted(paths)
            if in_order == sorted(paths, key=_natural):
                return [posixpath.relpath(path, beside or ".") for path in in_order]
        return []

    def videos(self) -> list[str]:
        """The video files of the export."""
        return [path for path in self.files.paths if suffix(path) in _VIDEOS]

    @cached_property
    def _paths(self) -> list[str]:
        return [path for path in self.files.paths if is_picture(path)]

    @cached_property
    def _by_stem(self) -> dict[str, str]:
        """The path of a picture by what it is without the suffix."""
        by_stem: dict[str, str] = {}
        for path in self._paths:
            stem, _ = posixpath.splitext(path)
            by_stem.setdefault(stem, path)
        return by_stem

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """The file name of a picture by what it is without the suffix."""
        by_name: dict[str, str] = {}
        for path in self._paths:
            file_name = posixpath.basename(path)
            stem, _ = posixpath.splitext(file_name)
            by_name.setdefault(stem, file_name)
        return by_name


def _starts(document: str, folders: Iterable[str]) -> list[str]:
    """The folders from which a document's pictures are looked for, in order."""
    beside = posixpath.dirname(document)
    starts = [beside, ""]
    for start in (beside, ""):
        starts += [posixpath.join(start, folder) for folder in folders]
    return starts


def _natural(path: str) -> list[tuple[int, str]]:
    """A key that sorts the numbers in a path by their size."""
    key = []
    for place, word in enumerate(_NUMBER.split(path)):
        is_number = place % 2 == 1
        if is_number:
            key.append((int(word), ""))
        else:
            key.append((0, word))
    return key
