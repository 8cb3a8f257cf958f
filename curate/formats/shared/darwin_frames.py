"""The pictures of a video's frames, as darwin-py stores them beside V7 Darwin's documents."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping

from curate.exports.export import Export
from curate.exports.paths import is_picture, stem
from curate.formats.shared.darwin_items import IMAGE_FOLDERS, Item, Slot

_NUMBER = re.compile(r"(\d{1,9})$")

Folders = Mapping[str, list[str]]
"""Paths of pictures by their folder."""


def pictures_by_folder(export: Export) -> Folders:
    """The pictures of an export by their folder."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for path in export.files.paths:
        if is_picture(path):
            folders[posixpath.dirname(path)].append(path)
    return dict(folders)


def frame_pictures(
    folders: Folders, document: str, item: Item, slot: Slot
) -> dict[int, str]:
    """By frame: the path of its picture. The frames of a video are numbered from 0, in a folder
    that is called like it, with or without the video's suffix.
    """
    for folder in _frame_folders(document, item, slot):
        frames = {}
        for path in folders.get(folder, []):
            number = _NUMBER.search(stem(path))
            if number:
                frames[int(number[1])] = path
        if frames:
            return frames
    return {}


def missing_frame(item: Item, frame: int) -> str:
    """What darwin-py calls the picture of a frame, for a frame that has none."""
    return posixpath.join(item.folder, stem(item.name), f"{frame:07d}.png")


def _frame_folders(document: str, item: Item, slot: Slot) -> list[str]:
    """The folders that may hold the frames, the likeliest first."""
    names = []
    if len(item.slots) > 1:
        names.append(posixpath.join(item.name, slot.name))
    names += [stem(item.name), item.name, stem(document)]
    inside = [posixpath.join(item.folder, name) for name in names]

    beside = posixpath.dirname(document)
    # darwin-py keeps or drops the folders of the dataset, as its user wishes.
    folders = []
    for start in ("", beside):
        for images in ("", *IMAGE_FOLDERS):
            for name in [*inside, *names]:
                path = posixpath.join(start, images, name)
                folders.append(posixpath.normpath(path))
    return list(dict.fromkeys(folders))
