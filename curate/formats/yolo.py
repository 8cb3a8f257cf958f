"""YOLO segmentation: a text file for each image, an object in each line.

Tools: Ultralytics, Roboflow, CVAT, Label Studio, Datumaro
Versions: v5 to v11 segmentation, oriented boxes
Masks: polygons in shares of the image
Gives: instances

Documents: every .txt in a folder of labels (`labels`, `labels_1st_500`, …), and every
other .txt that has an image of its name beside it, or elsewhere if the file begins with a
number. Lists of images (`train.txt`), class lists and notes are no label files. Each line is
read on its own: a bad one costs only itself.

Images: the image of a label file has its name (`x.txt` belongs to `x.jpg`, `x.jpg.txt` too).
It is looked for beside the label file; then in the folder whose path says `images` for
`labels` (`images/train` for `labels/train`, `train/images` for `train/labels`), or leaves
that folder out; then anywhere in the export, last without the id that Label Studio puts before
the name of an upload (flag `image_by_name`). Two that fit equally well are `ambiguous_image`. An
image without a label file, or with an empty one, has no objects. Of two label files of one image
the nearer one is read, and the lines of the other are `duplicate_annotation`. `train`, `val`,
`test` and `path` of data.yaml are not needed, and never followed.

Classes: `names` in a .yaml file, a list or a mapping by number; or a file with a name in
each line (`classes.txt`, `obj.names`, `*.names`, `labels.txt`, `names.txt`,
`_darknet.labels`, `predefined_classes.txt`; lines that begin with `# ` before the first name
are none, a header names columns, and lines that are numbered in turn have these numbers). The
nearest one above the label file counts, else the one nearest the root. A number that is not
listed is `unknown_class`. If an export lists no classes at all, the number itself is the label,
for a reviewer to name.

Objects: a line is a class number and x, y pairs, as shares of the image's width and height. A class
and six or more numbers are a polygon; so are the four corners of an oriented box, which look the
same. A class and four numbers are a box, `no_mask`, and so is a box with keypoints if data.yaml has
a `kpt_shape` that fits, or if all lines have one length and can be nothing else (places in the box
that they begin with, each with a visibility or without). The box of a polygon, before it, is
passed over, and so are the confidence and the number of a track that Ultralytics adds to each line
of its predictions. Any other count of numbers, text among them and NaN are `bad_polygon`. A line
that does not begin with a class number is `malformed_file`. What reaches beyond 0 to 1 is clipped
to the image (flag `beyond_image` if it is much); px in place of shares are `outside_image`. Several
pieces in one line are joined by edges walked to and fro, as Ultralytics' own converter writes them.
Shares are of the image as displayed.

Keys: `FILE#` and a digest of the line. They stay the same if lines come in another order.
The same line twice is `duplicate_annotation`.

Options:

- `classes`: a list of names, a mapping by number, or a file of the export; it is used in
  place of all class lists.

What is dropped: `no_mask`, `unknown_class`, `bad_polygon`, `malformed_file`, `outside_image`,
`missing_image`, `ambiguous_image` and `duplicate_annotation`.
"""

import hashlib
import posixpath
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from curate.drops import Drop, IgnoredFile
from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.exports.paths import is_picture
from curate.flags import Flag
from curate.formats.shared.class_numbers import not_listed
from curate.formats.shared.json_values import label_flags
from curate.formats.shared.yolo_classes import ClassList, class_lists
from curate.formats.shared.yolo_files import (
    find_picture,
    index_pictures,
    is_in_labels,
    is_number,
    label_files,
    link_in_the_way,
)
from curate.formats.shared.yolo_keypoints import keypoint_numbers
from curate.formats.shared.yolo_rings import are_predicted, ring_of
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, Polygons, ReadItem

OPTIONS = ("classes",)

_LARGEST_CLASS = 1 << 62
_MOST_LOOKED_AT = 100  # label files that tell whether lines hold keypoints


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the lines of a label file are read."""

    classes: ClassList | None
    keypoints: int
    """How many numbers a box with keypoints has; 0 if boxes have no keypoints."""
    predicted: bool
    """Whether a confidence, the number of a track, or both follow each polygon."""


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image, with or without a label file."""
    pictures = sorted(filter(is_picture, [*export.files.paths, *export.files.refused]))
    index = index_pictures(pictures, export.files.linked)
    lists = class_lists(export)
    yield from lists.broken
    yield from lists.ignored

    # All label files are known before the first image is read: two may claim one image.
    files = []
    for found in label_files(export, index):
        if isinstance(found, IgnoredFile):
            yield found
        else:
            files.append(found)
    if not (files or lists.by_folder or export.lost):
        raise NotOfFormat(
            f"export {export.name}: no YOLO labels (.txt, in folders named labels) among its files"
        )
    yield from _refused(export)

    some_lines = list(_some_lines(export, files))
    keypoints = keypoint_numbers(some_lines)
    predicted = are_predicted(some_lines)
    files_of: defaultdict[str, list[tuple[bool, str]]] = defaultdict(list)
    for path in files:
        try:
            match = find_picture(path, index)
        except Refusal as refusal:
            link = link_in_the_way(export, path)
            yield from _lost(export, path, link or refusal)
        else:
            files_of[match.image].append((match.by_name, path))

    for image in pictures:
        if image not in files_of:
            yield ImageRecord(name=posixpath.basename(image), document=image)
            continue
        (by_name, path), *others = sorted(files_of[image])
        detail = f"{image} has labels in {path}, which are kept"
        for _, other in others:
            yield from _lost(
                export, other, Refusal(Reason.DUPLICATE_ANNOTATION, detail)
            )
        classes = lists.nearest(path)
        reading = _Reading(classes, keypoints, predicted)
        if classes is not None and classes.keypoints:
            reading = replace(reading, keypoints=classes.keypoints)
        yield from _read_file(export, path, image, _flags(by_name), reading)


def _some_lines(export: Export, files: list[str]) -> Iterator[list[float]]:
    """The numbers after the class in lines of some label files, chosen evenly."""
    step = max(1, len(files) // _MOST_LOOKED_AT)
    for path in files[::step]:
        try:
            lines = _lines(export, path)
        except Refusal:
            continue
        for _, line in lines:
            words = line.split()
            if all(map(is_number, words)):
                yield [float(word) for word in words[1:]]


def _flags(by_name: bool) -> list[Flag]:
    if by_name:
        return [Flag.IMAGE_BY_NAME]
    return []


def _refused(export: Export) -> Iterator[Drop]:
    """Drops of label files that are refused: links that lead out, pipes or devices."""
    for path in sorted(export.files.refused):
        if path.lower().endswith(".txt") and is_in_labels(path):
            why = export.files.refused[path]
            refusal = Refusal(why.reason, f"{path!r} {why.detail}")
            yield export.drop(refusal, annotation_key=path, count=None)


def _lost(export: Export, path: str, refusal: Refusal) -> Iterator[Drop]:
    """All lines of a label file in one drop; none if it has no lines."""
    try:
        lines = _lines(export, path)
    except Refusal as worse:
        yield export.drop(_named(worse, path), annotation_key=path, count=None)
        return
    if lines:
        named = _named(refusal, path)
        yield export.drop(named, image_path=path, annotation_key=path, count=len(lines))


def _lines(export: Export, path: str) -> list[tuple[int, str]]:
    """The lines of a label file that are not empty, each with its number from 1."""
    lines = export.read_text(path).split("\n")
    return [
        (number, line) for number, line in enumerate(lines, start=1) if line.strip()
    ]


def _named(refusal: Refusal, path: str) -> Refusal:
    return Refusal(refusal.reason, f"{path}: {refusal.detail}")


def _read_file(
    export: Export, path: str, image: str, flags: list[Flag], reading: _Reading
) -> Iterator[ImageRecord | Drop]:
    """The record of an image with the label file `path`; a drop if the file cannot be read."""
    try:
        lines = _lines(export, path)
    except Refusal as refusal:
        named = _named(refusal, path)
        yield export.drop(named, image_path=image, annotation_key=path, count=None)
        return
    annotations = []
    for number, line in lines:
        annotations.append(_annotation(path, number, line.split(), reading, flags))
    yield ImageRecord(
        name=posixpath.relpath(image, posixpath.dirname(path) or "."),
        document=path,
        annotations=annotations,
        frame="displayed",
    )


def _annotation(
    path: str,
    number: int,
    words: list[str],
    reading: _Reading,
    flags: list[Flag],
) -> Annotation:
    """Line `number` of a label file, with its polygon or the reason why it is dropped."""
    place = f"line {number}"
    label = ""
    try:
        class_number = _class_number(words[0], place)
        label = _label(class_number, reading.classes, place)
        ring = ring_of(words[1:], place, reading.keypoints, reading.predicted)
    except Refusal as refusal:
        key = _key(path, words)
        if refusal.reason is Reason.MALFORMED_FILE:
            # Lines that are no labels may well be equal: they are not the same label twice.
            key = _key(path, [str(number), *words])
        detail = f"{path}: {refusal.detail}"
        return Annotation(key=key, label=label, dropped=refusal.reason, detail=detail)
    return Annotation(
        key=_key(path, words),
        label=label,
        shape=Polygons(rings=[ring], normalised=True),
        flags=[*flags, *label_flags(label)],
    )


def _class_number(word: str, place: str) -> int:
    if is_number(word):
        number = float(word)
        if abs(number) < _LARGEST_CLASS and number == int(number):
            return int(number)
    raise Refusal(Reason.MALFORMED_FILE, f"{place}: {word[:40]!r} is no class number")


def _label(number: int, classes: ClassList | None, place: str) -> str:
    if classes is None:
        return str(number)
    label = classes.names.get(number)
    if not label:
        listed = {str(each) for each in classes.names}
        detail = f"{place}: class {not_listed(str(number), listed)}"
        raise Refusal(Reason.UNKNOWN_CLASS, detail)
    return label


def _key(path: str, words: list[str]) -> str:
    line = " ".join(words)
    return f"{path}#{hashlib.blake2b(line.encode(), digest_size=8).hexdigest()}"
