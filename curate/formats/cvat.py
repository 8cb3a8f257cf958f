"""CVAT: XML in version 1.1 of "CVAT for images" and "CVAT for video", and the older dialects of it.

Tools: CVAT
Versions: CVAT for images 1.1, CVAT for video 1.1, older dialects
Masks: polygons, ellipses, masks, tracks
Gives: instances

Documents: every .xml file whose root is `annotations` and holds `image`, `track` or `meta`, of a
task, a job or a project, however many there are. Other XML is left alone. A document that is no XML
to its end, nests too deep, or declares a document type or an entity costs itself.

Images: `name`, from the document's folder or the root, then in `images/SUBSET`, `images`, `SUBSET`,
a folder named as the document, and these beside its folder, then by file name. A name without a
suffix (`frame_000000`) takes the suffix of its file. In video documents the pictures are those of
the frames: `frame_000012` is frame 12; the frames of a video share a group. A video file is never
opened: without pictures each of its frames is `missing_image`. Where several videos of a project
have the same subset, CVAT writes their frames over each other: these are `ambiguous_image`. Shapes
stand in the displayed frame, or in the stored one if its size is stated.

Shapes: `polygon`, `ellipse` (turned by `rotation`, drawn as a polygon to a twentieth of a px) and
`mask` have an area. The run-lengths of a mask go row by row through its rectangle `left`, `top`,
`width`, `height`; those that do not fill it are `bad_run_lengths`. All others are `no_mask`: `box`
(turned ones too), `polyline`, `points`, `cuboid`, `skeleton` (with all its points) and `tag`.

Tracks: each shape on each frame is an object, keyframe or not, as CVAT lists them; `outside` ones
only say that the track has ended, and count as nothing. A document that lists keyframes alone was
not written by CVAT: option `interpolate: true` adds what CVAT would show between them and after
them, on frames whose pictures are there, and by its own rule.

Objects: shapes of one label and one `group_id` on an image are one object, as CVAT makes them one
instance when it exports masks; option `groups: separate` keeps them apart. Boxes and the like in
them count on their own. CVAT has no holes in polygons, but a class `background` (in any case): such
a shape is a hole in all shapes below it (by `z_order`, then by order) that reach as far on all
sides, or in those of its group with other labels. Holes are part of their object and count as no
annotation; a `background` that cuts nothing is an object like others. Labels are kept as they are.

Attributes: those of the label, and `occluded`, `source`, `group_id`, `keyframe` and `track_id`.

Keys: `DOCUMENT#` and a digest of label and geometry: CVAT's XML has no ids for shapes, and numbers
tracks anew each time. The same shape twice is `duplicate_annotation`.

Options:

- `groups: separate`: shapes of one group stay objects of their own.
- `interpolate: true`: shapes between keyframes, see above.

What is dropped: `no_mask`, `unknown_class` (a shape without a label), `unknown_image`,
`ambiguous_image`, `bad_polygon`, `bad_run_lengths`, `refused_markup` and `malformed_file`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from curate.drops import Drop
from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.xml_documents import Element, XmlDocument
from curate.formats.shared.cvat_keyframes import interpolated, lists_keyframes_only
from curate.formats.shared.cvat_pictures import Pictures, frame_name, usual_folders
from curate.formats.shared.cvat_shapes import is_annotation, read_shape, z_order
from curate.formats.shared.cvat_tasks import (
    Task,
    is_overwritten,
    read_tasks,
    task_of,
    whole_number,
)
from curate.formats.shared.cvat_tracks import Track, by_frame, read_track
from curate.formats.shared.grouping import Drawn, join_groups, without_holes
from curate.formats.shared.xml_documents import documents
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem

OPTIONS = ("groups", "interpolate")

_NEEDS = "has the root annotations with images or tracks"


@dataclass(frozen=True, slots=True)
class _Options:
    """What the export's settings say. `joins`: whether the shapes of a group are one object."""

    joins: bool
    interpolates: bool


@dataclass(frozen=True, slots=True)
class _Image:
    """An image as a document names it. `frame`: None if the document does not say."""

    task: Task
    frame: int | None
    name: str
    subset: str
    width: int | None
    height: int | None
    is_of_video: bool


@dataclass(slots=True)
class _Reading:
    """A document that is being read, and the tasks that its head has named."""

    document: XmlDocument
    options: _Options
    pictures: Pictures
    tasks: dict[str, Task] = field(default_factory=dict)

    @property
    def export(self) -> Export:
        return self.document.export

    @property
    def path(self) -> str:
        return self.document.path


def read(export: Export) -> Iterator[ReadItem]:
    """A record for each image of a document, and for each frame that has a shape."""
    options = _options(export)
    pictures = Pictures(export.files)
    for each in documents(export, "CVAT", _is_cvat, _NEEDS):
        if isinstance(each, XmlDocument):
            yield from _read_document(_Reading(each, options, pictures))
        else:
            yield each


def _options(export: Export) -> _Options:
    groups = export.options.get("groups", "join")
    if groups not in ("join", "separate"):
        raise InputError(f"option groups is {groups!r}; it may be join or separate")
    interpolate = export.options.get("interpolate", False)
    if not isinstance(interpolate, bool):
        raise InputError(
            f"option interpolate is {interpolate!r}; it may be true or false"
        )
    return _Options(joins=groups == "join", interpolates=interpolate)


def _is_cvat(document: XmlDocument) -> bool:
    return document.root == "annotations" and bool(
        {"image", "track", "meta"} & document.tags
    )


def _read_document(reading: _Reading) -> Iterator[ImageRecord | Drop]:
    tracks: list[Track] = []
    try:
        for child in reading.document.children():
            if child.tag == "meta":
                reading.tasks = read_tasks(child)
            elif child.tag == "image":
                yield _image(reading, child)
            elif child.tag == "track":
                tracks.append(read_track(child, reading.tasks))
    except Refusal as refusal:  # the file has changed since it was checked
        yield reading.export.drop(refusal, annotation_key=reading.path, count=None)
        return

    if tracks:
        yield from _frames(reading, tracks)


def _image(reading: _Reading, element: Element) -> ImageRecord | Drop:
    """The record of an `image` element."""
    stated = element.attributes
    frame = whole_number(stated.get("id", ""))
    task = task_of(element, reading.tasks)
    image = _Image(
        task=task,
        frame=frame,
        name=stated.get("name", "") or frame_name(frame or 0),
        subset=stated.get("subset", "") or task.subset,
        width=whole_number(stated.get("width", "")),
        height=whole_number(stated.get("height", "")),
        is_of_video=task.is_video,
    )

    shapes = []
    for shape in element.children:
        if is_annotation(shape):
            label = shape.attributes.get("label")
            group = shape.attributes.get("group_id")
            shapes.append((shape, _drawn(reading, shape, label, group)))
    return _record(reading, image, _annotations(reading, shapes))


def _frames(reading: _Reading, tracks: Sequence[Track]) -> Iterator[ImageRecord | Drop]:
    """A record for each frame on which a track has a shape."""
    frames = reading.pictures.frames()
    if reading.options.interpolates and lists_keyframes_only(tracks):
        tracks = [interpolated(track, frames) for track in tracks]

    named = {}
    for task_id, task in reading.tasks.items():
        named[task_id] = reading.pictures.of_task(task, reading.path)
    if not frames and not any(named.values()):
        yield _no_frames(reading)

    for (task_id, frame), tracked in by_frame(tracks).items():
        shapes = [
            (shape, _drawn(reading, shape, of.label, of.group)) for of, shape in tracked
        ]
        annotations = _annotations(reading, shapes)
        if frame is None:
            detail = f"{reading.path}: a shape on no frame"
            refusal = Refusal(Reason.UNKNOWN_IMAGE, detail)
            yield _lost(reading, refusal, "", annotations)
            continue
        task = tracked[0][0].task
        image = _Image(
            task=task,
            frame=frame,
            name=_name_of_frame(task, frame, named.get(task_id, [])),
            subset=task.subset,
            width=task.width,
            height=task.height,
            is_of_video=task.mode != "annotation",
        )
        yield _record(reading, image, annotations)


def _name_of_frame(task: Task, frame: int, pictures: Sequence[str]) -> str:
    """The name of a frame's picture. `pictures`: those of a task that shows no video."""
    number = (frame - task.first) // task.step
    if task.has_frame(frame) and number < len(pictures):
        return pictures[number]
    return frame_name(frame)


def _no_frames(reading: _Reading) -> Drop:
    """A note that a document numbers its frames, and no picture is named by such a number."""
    detail = f"{reading.path} has shapes on frames of a video, and no picture of a frame is there"
    videos = reading.pictures.videos()
    if videos:
        detail += f": videos are not opened ({videos[0]})"
    detail += "; export it from CVAT with its images: images/frame_000000.png and so on"
    refusal = Refusal(Reason.MISSING_IMAGE, detail)
    return reading.export.drop(refusal, annotation_key=reading.path, count=0)


def _drawn(
    reading: _Reading, shape: Element, label: str | None, group: str | None
) -> Drawn:
    """A shape of the document. CVAT's number for no group is 0."""
    if not reading.options.joins or group in ("", "0"):
        group = None
    return read_shape(shape, label, group, reading.path)


def _annotations(
    reading: _Reading, shapes: Sequence[tuple[Element, Drawn]]
) -> list[Annotation]:
    """The annotations of an image. Of shapes at one height, the later ones lie above."""
    lowest_first = sorted(shapes, key=lambda each: z_order(each[0]))
    drawn = [each for _, each in lowest_first]
    return join_groups(without_holes(drawn, _is_background), reading.path)


def _is_background(drawn: Drawn) -> bool:
    return drawn.label.casefold() == "background"


def _record(
    reading: _Reading, image: _Image, annotations: list[Annotation]
) -> ImageRecord | Drop:
    folders = usual_folders(reading.path, image.subset)
    name = reading.pictures.complete(image.name, reading.path, folders)

    is_frame_there = image.frame is not None and name != image.name
    if is_frame_there and is_overwritten(
        image.task, image.frame or 0, reading.tasks.values()
    ):
        detail = f"{name} may be of any video in subset {image.subset!r}: export each task alone"
        refusal = Refusal(Reason.AMBIGUOUS_IMAGE, detail)
        return _lost(reading, refusal, name, annotations)

    video = ""
    if image.is_of_video:
        video = f"{reading.path}#{image.task.id}"
    return ImageRecord(
        name=name,
        document=reading.path,
        annotations=annotations,
        width=image.width,
        height=image.height,
        folders=folders,
        video=video,
    )


def _lost(
    reading: _Reading, refusal: Refusal, image: str, annotations: Sequence[Annotation]
) -> Drop:
    """The drop of all annotations of an image."""
    return reading.export.drop(
        refusal, image_path=image, annotation_key=reading.path, count=len(annotations)
    )
