"""Which images a task of Label Studio shows."""

import re
from collections.abc import Mapping
from typing import Any

from curate.exports.paths import is_picture, suffix
from curate.formats.shared.addresses import path_of
from curate.formats.shared.studio_tasks import Task

_USUAL_NAMES = ("image", "img", "picture", "photo", "url", "file", "images")
_VIDEOS = frozenset(
    {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"}
)
_SERVED = ("/data/", "/tasks/", "/storage-data/", "data:image/")
_LONGEST_ADDRESS = 10_000


def image_address(task: Task, target: str, item: int) -> str:
    """The address of the image that a result is drawn on; "" if the task shows none.

    `target`: the name of the tag that shows it. `item`: its number, if a tag shows several.
    """
    pictures = {}
    for name, content in task.data.items():
        addresses = _addresses(content)
        if addresses:
            pictures[name] = addresses
    if not pictures and is_picture(task.upload):
        return task.upload
    if not pictures:
        return ""

    addresses = pictures[_choose(pictures, target)]
    if item < 0 or item >= len(addresses):
        return ""
    return addresses[item]


def shows_video(data: Mapping[str, Any]) -> bool:
    """Whether a task shows a video."""
    addresses = [content for content in data.values() if isinstance(content, str)]
    return any(
        suffix(path_of(address[:_LONGEST_ADDRESS])) in _VIDEOS for address in addresses
    )


def _addresses(content: Any) -> list[str]:
    """The addresses of pictures in a value of a task's data."""
    if isinstance(content, str):
        content = [content]
    if not isinstance(content, list):
        return []
    if not all(isinstance(each, str) and _is_address(each) for each in content):
        return []
    return content


def _is_address(text: str) -> bool:
    # A server's address need not end like a picture's name; a text of the task may.
    if text.startswith(_SERVED):
        return suffix(path_of(text)) not in _VIDEOS
    return len(text) < _LONGEST_ADDRESS and is_picture(path_of(text))


def _choose(pictures: Mapping[str, Any], target: str) -> str:
    """The name under which the data have the picture that a tag shows.

    Only the labelling set-up says it for certain. Without it: the tag's own name, a name with the
    same number, a usual name, or the first.
    """
    if target in pictures:
        return target
    names = list(pictures)
    number = re.findall(r"\d+", target)
    for name in names:
        if number and re.findall(r"\d+", name) == number:
            return name
    for name in _USUAL_NAMES:
        if name in pictures:
            return name
    return names[0]
