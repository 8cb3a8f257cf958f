"""YOLO segmentation: a text file for each image, one object a line: class number, then x y pairs as shares of 0 to 1.

Label files: every .txt in a folder of labels (`labels`, `labels_1st_500`, …), and every other .txt that has a picture
of its name beside it, or elsewhere if it begins with a number. Lists of pictures (`train.txt`), class lists and notes
are none. Lines are read alone: a bad one costs itself.

Images: of the label file's name (`x.txt`: `x.jpg`, or `x.jpg.txt`), beside it; then with `labels` in the path put as
`images`, from the right (`labels/train` and `images/train`, `train/labels` and `train/images`), or left out; then
anywhere in the export, flagged `image_by_name`. Two that fit equally well are `ambiguous_image`. An image without a
label file, or with an empty one, has no objects. Of two label files for one image the nearer one stays, the lines of
the other are `duplicate_annotation`. `train`, `val`, `test` and `path` of data.yaml are not needed and never followed.

Classes: `names` of a .yaml file (a list, or a mapping by number), else a list with a name a line (`classes.txt`,
`obj.names`, `*.names`, `labels.txt`, `names.txt`, `_darknet.labels`, `predefined_classes.txt`); the nearest above the
label file, else the one nearest the root. Option `classes` (a list, a mapping by number, or a file of the export)
goes before all. A number that is not listed is `unknown_class`; where an export lists no classes at all, the number
itself is the label, for a reviewer to name.

Lines: a class and six or more numbers, x and y in turn, are a polygon; so are the four corners of an oriented box,
which look the same. A class and four numbers are a box: `no_mask`; so is a box with keypoints, where data.yaml has a
`kpt_shape` that fits. Another count of numbers, text among them, and NaN are `bad_polygon`; a line that does not begin
with a class number is `malformed_file` (count 1). What reaches beyond 0 to 1 is clipped to the image; px where shares
are due lie `outside_image`. Several pieces in one line are joined by edges walked to and fro, as Ultralytics' own
converter writes them. Shares are of the picture as displayed.

Keys: `FILE#` and a digest of the line: they survive a new order. The same line twice is `duplicate_annotation`.
"""

import hashlib
import logging
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.file_names import fold, is_picture
from curate.formats.shared.json_pieces import label_flags
from curate.formats.shared.yolo_classes import CLASS_FILES, ClassList, class_lists, nearest_list
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Drop, Flag, ImageRecord, Polygons

OPTIONS = ("classes",)

_LABELS = re.compile(r"(?<![a-z])(label)(s?)(?![a-z])", re.IGNORECASE)
_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf|infinity)", re.IGNORECASE | re.ASCII
)
_BESIDE, _ELSEWHERE = 0, 1
_log = logging.getLogger(__name__)


class _Match(NamedTuple):
    """The image of a label file, and how far it was sought."""

    image: str
    distance: int


@dataclass
class _Pictures:
    """Pictures by stem (and whole name), exact and folded, and by folder too."""

    exact: defaultdict[tuple[str, ...], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    folded: defaultdict[tuple[str, ...], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )


def read(export: Export) -> Iterator[ImageRecord | Drop]:
    """One record for each image, with or without a label file."""
    pictures = sorted(
        path for path in (*export.files.paths, *export.files.refused) if is_picture(path)
    )
    index = _index(pictures)
    lists, broken = class_lists(export)
    yield from broken
    files = [path for path in export.files.paths if _is_label_file(export, path, index)]
    if not (files or lists or broken or export.lost):
        raise InputError(
            f"{export.files.root}: no YOLO labels (.txt, in folders named labels) among its files"
        )
    for path in sorted(export.files.refused):
        if path.lower().endswith(".txt") and _is_in_labels(path):
            yield export.drop(
                Reason.PATH_ESCAPE, f"{path} is a link, a pipe or a device", key=path, count=None
            )
    taken: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for path in files:
        found = _find(path, index)
        if isinstance(found, _Match):
            taken[found.image].append((found.distance, path))
        else:
            yield from _lost(export, path, found)
    for image in pictures:
        if image not in taken:
            yield ImageRecord(name=posixpath.basename(image), document=image)
            continue
        (distance, path), *others = sorted(taken[image])
        for _, other in others:
            yield from _lost(
                export,
                other,
                Refusal(Reason.DUPLICATE_ANNOTATION, f"{image} has labels in {path}, which stay"),
            )
        yield from _read_file(export, path, image, distance, nearest_list(lists, path))


def _read_file(
    export: Export, path: str, image: str, distance: int, classes: ClassList | None
) -> Iterator[ImageRecord | Drop]:
    flags = [Flag.IMAGE_BY_NAME] if distance == _ELSEWHERE else []
    try:
        lines = export.read_text(path).split("\n")
    except Refusal as refusal:
        yield export.drop(
            refusal.reason, f"{path}: {refusal.detail}", image=image, key=path, count=None
        )
        return
    annotations = [
        _annotation(path, number, line.split(), classes, flags)
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    name = posixpath.relpath(image, posixpath.dirname(path) or ".")
    yield ImageRecord(name=name, document=path, annotations=annotations, frame="displayed")


def _annotation(
    path: str, number: int, words: list[str], classes: ClassList | None, flags: list[Flag]
) -> Annotation:
    place, label = f"line {number}", ""
    try:
        code = _class_number(words[0], place)
        label = str(code) if classes is None else classes.names.get(code, "")
        if not label:
            raise Refusal(Reason.UNKNOWN_CLASS, f"{place}: class {code} is not listed")
        ring = _ring(words[1:], place, 0 if classes is None else classes.keypoints)
    except Refusal as refusal:
        key = (
            _key(path, [str(number), *words])
            if refusal.reason is Reason.MALFORMED_FILE
            else _key(path, words)
        )
        return Annotation(
            key=key, label=label, dropped=refusal.reason, detail=f"{path}: {refusal.detail}"
        )
    shape = Polygons(rings=[ring], normalised=True)
    return Annotation(
        key=_key(path, words), label=label, shape=shape, flags=[*flags, *label_flags(label)]
    )


def _class_number(word: str, place: str) -> int:
    number = float(word) if _NUMBER.fullmatch(word) else float("nan")
    if not abs(number) < 1 << 62 or number != int(number):
        raise Refusal(Reason.MALFORMED_FILE, f"{place}: {word[:40]!r} is no class number")
    return int(number)


def _ring(words: list[str], place: str, keypoints: int) -> list[float]:
    if len(words) == 4 or (keypoints and len(words) == keypoints):
        raise Refusal(Reason.NO_MASK, f"{place}: a box")
    if len(words) < 6 or len(words) % 2:
        raise Refusal(
            Reason.BAD_POLYGON, f"{place}: {len(words)} numbers, neither a box nor pairs of x and y"
        )
    text = next((word for word in words if not _NUMBER.fullmatch(word)), None)
    if text is not None:
        raise Refusal(Reason.BAD_POLYGON, f"{place}: {text[:40]!r} is no number")
    return [float(word) for word in words]


def _key(path: str, words: list[str]) -> str:
    return f"{path}#{hashlib.blake2b(' '.join(words).encode(), digest_size=8).hexdigest()}"


def _lost(export: Export, path: str, refusal: Refusal) -> Iterator[Drop]:
    """All lines of a label file in one row."""
    try:
        lines = sum(1 for line in export.read_text(path).split("\n") if line.strip())
    except Refusal as worse:
        yield export.drop(worse.reason, f"{path}: {worse.detail}", key=path, count=None)
        return
    if lines:
        yield export.drop(
            refusal.reason, f"{path}: {refusal.detail}", image=path, key=path, count=lines
        )


def _is_label_file(export: Export, path: str, index: _Pictures) -> bool:
    folder, name = posixpath.split(path)
    if not name.lower().endswith(".txt") or name.lower() in CLASS_FILES:
        return False
    in_labels, has_picture = _is_in_labels(path), (fold(name[:-4]),) in index.folded
    if (in_labels and has_picture) or (folder, name[:-4]) in index.exact:
        return True
    try:
        words = (
            re.split(r"[\s,]", export.read_text(path).lstrip(), maxsplit=1)
            if in_labels or has_picture
            else [""]
        )
    except Refusal:
        return in_labels
    if _NUMBER.fullmatch(words[0]):
        return True
    _log.info("export %s: %s is no YOLO label file: left alone", export.name, path)
    return False


def _is_in_labels(path: str) -> bool:
    return _LABELS.search(posixpath.dirname(path)) is not None


def _find(path: str, index: _Pictures) -> _Match | Refusal:
    folder, name = posixpath.split(path)
    stem = name[:-4]
    keys = [(each, stem) for each in _image_folders(folder)]
    for pictures, form, distance in ((index.exact, str, _BESIDE), (index.folded, fold, _ELSEWHERE)):
        for key in [*keys, (stem,)]:
            hits = pictures.get(tuple(map(form, key)), [])
            if len(hits) == 1:
                return _Match(hits[0], distance if len(key) == 2 else _ELSEWHERE)
            if hits:
                return Refusal(
                    Reason.AMBIGUOUS_IMAGE, f"its image may be any of {', '.join(hits[:4])}"
                )
    return Refusal(Reason.MISSING_IMAGE, f"no picture is called {stem}")


def _image_folders(folder: str) -> list[str]:
    """Folders in which the images of a folder of labels lie, the likeliest first."""
    parts = folder.split("/")
    found = [folder]
    for place in reversed(range(len(parts))):
        if _LABELS.search(parts[place]):
            renamed = _LABELS.sub(
                lambda word: ("Image" if word[1][0] == "L" else "image") + word[2], parts[place]
            )
            found += ["/".join([*parts[:place], renamed, *parts[place + 1 :]])]
            found += ["/".join([*parts[:place], *parts[place + 1 :]])]
    return found


def _index(pictures: list[str]) -> _Pictures:
    index = _Pictures()
    for path in pictures:
        folder, name = posixpath.split(path)
        for stem in dict.fromkeys((posixpath.splitext(name)[0], name)):
            for key in ((folder, stem), (stem,)):
                index.exact[key].append(path)
                index.folded[tuple(map(fold, key))].append(path)
    return index
