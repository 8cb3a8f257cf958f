"""The files of Cityscapes, and of data sets that name theirs alike, by what their names say.

An annotation is named IMAGE_gtFine_KIND (gtCoarse, gt), such as
`gtFine/train/aachen/aachen_000000_000019_gtFine_instanceIds.png`, and its image IMAGE_leftImg8bit,
in folders that end alike: `leftImg8bit/train/aachen/`.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from curate.exports.files import Files
from curate.exports.paths import is_picture

Kind = Literal[
    "instanceids", "polygons", "labelids", "instancetrainids", "labeltrainids"
]
"""What an annotation file says, by the last word of its name."""

BEST_FIRST: tuple[Kind, ...] = (
    "instanceids",
    "polygons",
    "labelids",
    "instancetrainids",
    "labeltrainids",
)
"""The kinds in the order in which one is preferred to the others."""

_NAME = re.compile(
    r"(?P<image>.+?)(?:_(?P<set>gt[A-Za-z]*))?_"
    r"(?P<kind>instanceIds|instanceTrainIds|labelIds|labelTrainIds|polygons|colou?r)",
    re.IGNORECASE,
)
_SUFFIXES = {"polygons": ".json"}
_IMAGE_WORDS = ("_leftImg8bit", "_rgb_anon", "_rgb", "_image", "")


@dataclass(frozen=True, slots=True)
class AnnotationFile:
    """A file that annotates an image."""

    path: str
    image: str
    """The image's name without what follows the frame's number."""
    kind: Kind
    is_coarse: bool

    @property
    def rank(self) -> tuple[bool, int]:
        """The smaller, the better."""
        return self.is_coarse, BEST_FIRST.index(self.kind)


def annotation_file(path: str) -> AnnotationFile | None:
    """What the name of a file says; None if it is no annotation of Cityscapes.

    >>> annotation_file("gtFine/val/a_000000_000001_gtFine_labelIds.png").image
    'a_000000_000001'
    """
    name, suffix = posixpath.splitext(posixpath.basename(path))
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    word = match["kind"].lower()
    if suffix.lower() != _SUFFIXES.get(word, ".png"):
        return None
    if "train" in word and match["set"] is None:
        return None  # COCO-Stuff and others number their own classes so
    for kind in BEST_FIRST:
        if kind == word:
            is_coarse = "coarse" in (match["set"] or "").lower()
            return AnnotationFile(path, match["image"], kind, is_coarse)
    return None


def is_rendering(path: str) -> bool:
    """Whether a file shows an annotation in colours."""
    name, suffix = posixpath.splitext(posixpath.basename(path))
    match = _NAME.fullmatch(name)
    return match is not None and suffix == ".png" and "col" in match["kind"].lower()


class Images:
    """The images of an export, to be found by the annotations' names."""

    def __init__(self, files: Files) -> None:
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)
        self._variants: defaultdict[str, list[str]] = defaultdict(list)
        for path in files.paths:
            if not is_picture(path) or annotation_file(path) is not None:
                continue
            stem, _ = posixpath.splitext(posixpath.basename(path))
            self._by_stem[stem].append(path)
            scene, word, weather = stem.partition("_leftImg8bit_")
            if word and weather:
                self._variants[scene].append(path)

    def of(self, annotation: AnnotationFile) -> list[str]:
        """The images of an annotation: one, several copies with fog or rain, or none."""
        for word in _IMAGE_WORDS:
            found = self._by_stem.get(annotation.image + word, [])
            best = _nearest(found, annotation.path)
            if best:
                return best
        return self._variants.get(annotation.image, [])


def _nearest(paths: Iterable[str], annotation: str) -> list[str]:
    """The one path whose folders end most like an annotation's; none if several do."""
    folders = posixpath.dirname(annotation).split("/")
    best: list[str] = []
    most = -1
    for path in paths:
        shared = _shared_end(posixpath.dirname(path).split("/"), folders)
        if shared > most:
            best = [path]
            most = shared
        elif shared == most:
            best.append(path)
    if len(best) == 1:
        return best
    return []


def _shared_end(steps: list[str], others: list[str]) -> int:
    """How many steps two paths have in common, counted from their ends."""
    count = 0
    for step, other in zip(reversed(steps), reversed(others), strict=False):
        if step != other:
            break
        count += 1
    return count
