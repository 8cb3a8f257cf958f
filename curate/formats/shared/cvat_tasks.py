"""What the head of a CVAT document says of its tasks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from curate.exports.xml_documents import Element

_STEP = re.compile(r"step\s*=\s*(\d{1,6})")
_LAST_FRAME = 10**9


@dataclass(frozen=True, slots=True)
class Task:
    """A task: the pictures, or the video, that one annotation task showed.

    `mode`: "interpolation" for a video, "annotation" for pictures; "" if it is not said.
    `size`: number of its pictures or frames. `width`, `height`: of a video's frames, px. None if
    it is not said. `first`, `last`, `step`: which frames of the video belong to the task.
    """

    id: str = ""
    subset: str = ""
    mode: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None
    first: int = 0
    last: int = _LAST_FRAME
    step: int = 1

    @property
    def is_video(self) -> bool:
        """Whether the task shows a video, and not a set of pictures."""
        return self.mode == "interpolation"

    def has_frame(self, frame: int) -> bool:
        """Whether a frame belongs to the task."""
        return (
            self.first <= frame <= self.last and (frame - self.first) % self.step == 0
        )


def read_tasks(meta: Element) -> dict[str, Task]:
    """The tasks by their ids. A job is a part of a task, and is read like one."""
    elements = [each for each in meta.children if each.tag in ("task", "job")]
    project = meta.child("project")
    if project is not None:
        listed = project.child("tasks")
        if listed is not None:
            elements += [each for each in listed.children if each.tag == "task"]

    tasks = [_task(element) for element in elements]
    return {task.id: task for task in tasks}


def task_of(element: Element, tasks: dict[str, Task]) -> Task:
    """The task of an image or a track: the one it names, or the only one of the document."""
    named = tasks.get(element.attributes.get("task_id", ""))
    if named is not None:
        return named
    if len(tasks) == 1:
        (only,) = tasks.values()
        return only
    return Task(subset=element.attributes.get("subset", ""))


def is_overwritten(task: Task, frame: int, tasks: Iterable[Task]) -> bool:
    """Whether a frame's picture may be of another task.

    In the export of a project, videos of one subset write their frames to one folder and under
    the same names, so that the last one is left.
    """
    if not task.is_video:
        return False
    for other in tasks:
        if other is task or not other.is_video or other.subset != task.subset:
            continue
        if other.has_frame(frame):
            return True
    return False


def whole_number(text: str) -> int | None:
    """A whole number of a document; None if the text is not one.

    >>> whole_number("12"), whole_number("12.5")
    (12, None)
    """
    is_number = text.isascii() and text.isdigit()
    if not is_number or len(text) > len(str(_LAST_FRAME)):
        return None
    return int(text)


def _task(element: Element) -> Task:
    size = element.child("original_size") or Element("original_size")
    return Task(
        id=element.text_of("id"),
        subset=element.text_of("subset"),
        mode=element.text_of("mode"),
        size=whole_number(element.text_of("size")),
        width=whole_number(size.text_of("width")),
        height=whole_number(size.text_of("height")),
        first=_number(element.text_of("start_frame"), 0),
        last=_number(element.text_of("stop_frame"), _LAST_FRAME),
        step=_step(element.text_of("frame_filter")),
    )


def _number(text: str, default: int) -> int:
    number = whole_number(text)
    if number is None:
        return default
    return number


def _step(frame_filter: str) -> int:
    """Every how many frames of the video one is shown; it is written as step=5."""
    step = _STEP.search(frame_filter)
    if step is None:
        return 1
    return max(int(step[1]), 1)
