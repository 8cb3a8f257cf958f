"""The label files of YOLO exports, and the image that each belongs to."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from curate.drops import IgnoredFile
from curate.exports.export import Export
from curate.exports.finding import refused_path
from curate.exports.paths import fold, is_picture
from curate.exports.stated_names import without_upload_id
from curate.formats.shared.yolo_classes import CLASS_FILES
from curate.reasons import Reason, Refusal

# "labels" as a word of its own: in labels_1st_500, not in relabelled.
_LABELS = re.compile(r"(?<![a-z])(label)(s?)(?![a-z])", re.IGNORECASE)
_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf|infinity)",
    re.IGNORECASE | re.ASCII,
)

_Key = tuple[str, ...]
"""A stem, or a folder and a stem."""


@dataclass(frozen=True, slots=True)
class ImageMatch:
    """The image of a label file."""

    image: str
    by_name: bool
    """Whether it was found by its name alone."""


@dataclass
class PictureIndex:
    """Pictures by stem and by whole name, with their folder and without."""

    exact: defaultdict[_Key, list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    folded: defaultdict[_Key, list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Without case and Unicode form."""


def index_pictures(pictures: list[str], linked: Mapping[str, str]) -> PictureIndex:
    """Sort pictures by the names that label files may have.

    `linked`: other paths of files, each with its path among the pictures.
    """
    index = PictureIndex()
    for path in pictures:
        for key in _keys(path):
            index.exact[key].append(path)
            index.folded[_folded(key)].append(path)
    for other, path in linked.items():
        if not is_picture(path):
            continue
        for key in _keys(other):
            for paths in (index.exact[key], index.folded[_folded(key)]):
                if path not in paths:
                    paths.append(path)
    return index


def _keys(path: str) -> Iterator[_Key]:
    """The names that a label file of a picture may have, with its folder and without."""
    folder, name = posixpath.split(path)
    stem = posixpath.splitext(name)[0]
    for each in dict.fromkeys((stem, name)):
        yield (folder, each)
        yield (each,)


def label_files(export: Export, pictures: PictureIndex) -> Iterator[str | IgnoredFile]:
    """The paths of the export's label files; and .txt files that seemed to be, and are not."""
    for path in export.files.paths:
        name = posixpath.basename(path).lower()
        is_class_list = name in CLASS_FILES or path == export.options.get("classes")
        if not name.endswith(".txt") or is_class_list:
            continue
        if _is_label_file(export, path, pictures):
            yield path
        else:
            yield export.ignored(path, "no YOLO label file")


def is_in_labels(path: str) -> bool:
    """Whether a file is in a folder of labels."""
    return _LABELS.search(posixpath.dirname(path)) is not None


def is_number(word: str) -> bool:
    """Whether a word is a number as C writes it; NaN and infinity are."""
    return _NUMBER.fullmatch(word) is not None


def find_picture(path: str, pictures: PictureIndex) -> ImageMatch:
    """The image of a label file: the likeliest folder first, then any folder, then any case.

    Last, the picture of its name without the id that Label Studio puts before an upload's.

    Raises:
        Refusal: missing_image, or ambiguous_image if two fit equally well.
    """
    folder, name = posixpath.split(path)
    stem = _stem(name)
    keys: list[_Key] = [(each, stem) for each in _image_folders(folder)]
    keys.append((stem,))
    for key in keys:
        hits = pictures.exact.get(key, [])
        if hits:
            return ImageMatch(_the_only(hits), by_name=len(key) == 1)
    for key in keys:
        hits = pictures.folded.get(_folded(key), [])
        if hits:
            return ImageMatch(_the_only(hits), by_name=True)
    before_upload = pictures.exact.get((without_upload_id(stem),), [])
    if before_upload:
        return ImageMatch(_the_only(before_upload), by_name=True)
    raise Refusal(Reason.MISSING_IMAGE, f"no picture is called {stem}")


def link_in_the_way(export: Export, path: str) -> Refusal | None:
    """Why a folder in which the image of a label file may be is not read; None if all are."""
    for folder in _image_folders(posixpath.dirname(path)):
        refusal = refused_path(export.files, folder)
        if refusal is not None:
            return refusal
    return None


def _the_only(hits: list[str]) -> str:
    if len(hits) > 1:
        several = ", ".join(hits[:4])
        raise Refusal(Reason.AMBIGUOUS_IMAGE, f"its image may be any of {several}")
    return hits[0]


def _is_label_file(export: Export, path: str, pictures: PictureIndex) -> bool:
    """Whether a .txt file holds labels: by its place, or else by its first word."""
    folder, name = posixpath.split(path)
    stem = _stem(name)
    in_labels = is_in_labels(path)
    has_picture = (fold(stem),) in pictures.folded
    if (in_labels and has_picture) or (folder, stem) in pictures.exact:
        return True
    if not in_labels and not has_picture:
        return False

    # Notes and lists of images begin with a word, labels with a class number.
    try:
        text = export.read_text(path)
    except Refusal:
        return in_labels
    first_word = re.split(r"[\s,]", text.lstrip(), maxsplit=1)[0]
    return is_number(first_word)


def _image_folders(folder: str) -> list[str]:
    """Folders in which the images of a folder of labels may be, the likeliest first.

    >>> _image_folders("train/labels")
    ['train/labels', 'train/images', 'train']
    """
    steps = folder.split("/")
    found = [folder]
    # An inner folder of labels is the likelier one.
    for place in reversed(range(len(steps))):
        if _LABELS.search(steps[place]):
            above = steps[:place]
            below = steps[place + 1 :]
            renamed = _LABELS.sub(_images_for_labels, steps[place])
            found.append("/".join([*above, renamed, *below]))
            found.append("/".join([*above, *below]))
    return found


def _images_for_labels(word: re.Match[str]) -> str:
    """The word image in place of the word label, with the same capital and plural."""
    if word[1].startswith("L"):
        return "Image" + word[2]
    return "image" + word[2]


def _stem(name: str) -> str:
    return name[: -len(".txt")]


def _folded(key: _Key) -> _Key:
    return tuple(map(fold, key))
