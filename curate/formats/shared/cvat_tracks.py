"""Tracks of CVAT documents: the shapes of an object on the frames of a video."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from curate.exports.xml_documents import Element
from curate.formats.shared.cvat_shapes import is_annotation
from curate.formats.shared.cvat_tasks import Task, task_of, whole_number


@dataclass(frozen=True, slots=True)
class Track:
    """An object on several frames of a task. `label`: None if the document does not say."""

    task: Task
    label: str | None
    group: str | None
    shapes: list[Element]


Shapes = list[tuple[Track, Element]]
"""The shapes of a frame, each with its track."""

Place = tuple[str, int | None]
"""The id of a task, and a frame of it; None if the document does not say which frame."""


def read_track(element: Element, tasks: dict[str, Task]) -> Track:
    """A track of a document. What it says of itself is noted at each of its shapes."""
    number = element.attributes.get("id", "")
    source = element.attributes.get("source")
    shapes = []
    for shape in element.children:
        if not is_annotation(shape):
            continue
        shape.children.append(Element("attribute", {"name": "track_id"}, text=number))
        if source is not None:
            shape.attributes.setdefault("source", source)
        shapes.append(shape)

    return Track(
        task=task_of(element, tasks),
        label=element.attributes.get("label"),
        group=element.attributes.get("group_id"),
        shapes=shapes,
    )


def by_frame(tracks: Iterable[Track]) -> dict[Place, Shapes]:
    """The shapes that are visible, by task and frame."""
    places: defaultdict[Place, Shapes] = defaultdict(list)
    for track in tracks:
        for shape in track.shapes:
            if is_outside(shape):
                continue
            place = (track.task.id, frame_of(shape))
            places[place].append((track, shape))
    return dict(places)


def is_outside(shape: Element) -> bool:
    """Whether the object is not to be seen on the shape's frame: the shape only ends the track."""
    return shape.attributes.get("outside") == "1"


def frame_of(shape: Element) -> int | None:
    """The number of the shape's frame; None if it is no whole number."""
    return whole_number(shape.attributes.get("frame", ""))
