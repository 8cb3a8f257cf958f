"""What the names of files and folders say in exports of pictures and masks: which is which, and of what."""

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

Role = Literal["image", "mask", "objects", "ignored"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MASK = _set(
    "mask masks label labels lbl lbls annot annots annotation annotations annotated ann anns anno annos gt gts "
    "groundtruth truth truths seg segs segmentation segmentations segmented semantic target targets matte mattes "
    "alpha alphas trimap trimaps parsing parsings silhouette silhouettes"
)
_IMAGE = _set(
    "image images img imgs jpegimages photo photos picture pictures pic pics rgb input inputs src source sources "
    "frame frames raw original originals orig"
)
_OBJECTS = _set("object objects instance instances")
_IGNORED = _set(
    "vis viz visual visualization visualizations visualisation overlay overlays preview previews"
)
_FILLER = _set(
    "ground class classes png jpeg jpg gray grey color colour colors colours fine coarse"
)
_SPLITS = _set(
    "train val valid validation test testing training trainval dev all data dataset datasets"
)
_PICTURES = _set(".jpg .jpeg .jpe .jfif .webp .jp2 .ppm .avif .tif .tiff .bmp .pgm .png .gif")
_MASK_RANK = {".tif": 1, ".tiff": 1, ".bmp": 2, ".pgm": 2, ".png": 3, ".gif": 3}
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_SPLIT_PREFIX = re.compile(r"^(training|train|validation|valid|val|testing|test)(?=[a-z]{2})")
_MASK_AFFIX = (
    r"(?:masks?|labels?|lbl|l|gt|gtfine|gtcoarse|ground[\s_-]?truth|seg|segmentation|segmented|annot|ann|anno|"
    r"annotations?|converted|label(?:train)?ids|matte|alpha|trimap|binary|bin|colou?rs?|class|classes|parsing|target)"
)
_IMAGE_AFFIX = r"(?:image|img|im|rgb|sat|leftimg8bit|orig|original|photo|raw|src|input)"
_GAP = r"[\s_.-]"
_IGNORED_STEM = re.compile(rf"{_GAP}(?:{'|'.join(sorted(_IGNORED))})$", re.IGNORECASE)
_NUMBER = re.compile(rf"{_GAP}*\d+$")
_PART = re.compile(rf"(.*?){_GAP}*(\d*)", re.DOTALL)


def stem(path: str) -> str:
    """A path's file name without its suffix."""
    return posixpath.splitext(posixpath.basename(path))[0]


def suffix(path: str) -> str:
    """A path's suffix, in lower case."""
    return posixpath.splitext(path)[1].lower()


def is_picture(path: str) -> bool:
    """Whether a path's suffix is a picture's."""
    return suffix(path) in _PICTURES


def mask_rank(path: str) -> int:
    """How likely a picture is a mask, where only its suffix can tell: lossless, and common for masks."""
    return _MASK_RANK.get(suffix(path), 0)


def ancestors(path: str) -> Iterator[str]:
    """The folders above a file, the innermost first."""
    while path := posixpath.dirname(path):
        yield path


def fold(text: str) -> str:
    """A name without case and Unicode form."""
    return unicodedata.normalize("NFC", text).casefold()


def folder_role(name: str) -> Role | None:
    """What a folder's name says of the pictures in it."""
    words = set(_words(name))
    if words & _IGNORED:
        return "ignored"
    if words & _OBJECTS and (words & _MASK or len(words) == 1):
        return "objects"
    if words & _MASK:
        return "mask"
    return "image" if words & _IMAGE else None


def topic(folder: str) -> str:
    """A folder's name less the words for pictures and masks: what it is about; '' where nothing is left."""
    words = _words(folder)
    if not (_MASK | _IMAGE).intersection(words):
        return fold(folder)
    return " ".join(word for word in words if word not in _MASK | _IMAGE | _OBJECTS | _FILLER)


def is_class_name(folder: str) -> bool:
    """Whether a folder's name may name a class: it is more than words for pictures, masks and splits, and numbers."""
    known = _MASK | _IMAGE | _OBJECTS | _FILLER | _SPLITS
    return any(not word.isdigit() and word not in known for word in _words(folder))


def image_bases(stem: str) -> list[str]:
    """Names under which a mask may mean the image: its stem, and its stem less words for pictures."""
    return _bases(stem, _IMAGE_AFFIX)


def mask_bases(stem: str) -> list[str]:
    """Names of the image that a mask may mean: its stem, and its stem less words for masks."""
    return _bases(stem, _MASK_AFFIX)


def masked_bases(stem: str) -> set[str]:
    """Names of the image that a stem with a word for masks in it may mean, a number after the word too."""
    return {base for each in (stem, _NUMBER.sub("", stem)) for base in mask_bases(each)[1:]}


def is_preview(stem: str) -> bool:
    """Whether a file's name says that it is a picture of a mask laid over an image."""
    return _IGNORED_STEM.search(stem) is not None


def part_of(stem: str) -> list[tuple[str, str]]:
    """All ways to read a stem as IMAGE_REST, the longest image first."""
    cuts = [
        match
        for match in re.finditer(rf"{_GAP}+", stem)
        if match.start() > 0 and match.end() < len(stem)
    ]
    return [(stem[: cut.start()], stem[cut.end() :]) for cut in reversed(cuts)]


def class_and_number(rest: str) -> tuple[str, str]:
    """REST as CLASS and NUMBER, words for masks taken off; either may be ''."""
    match = _PART.fullmatch(rest)
    name, number = match.groups() if match else (rest, "")
    shortest = min(mask_bases(name), key=len)
    return shortest, number


def _bases(stem: str, affix: str) -> list[str]:
    after = re.sub(rf"(?:(?:^|{_GAP}+){affix})+$", "", stem, flags=re.IGNORECASE)
    before = re.sub(rf"^{affix}(?:{_GAP}+|(?=\d))", "", stem, flags=re.IGNORECASE)
    return list(dict.fromkeys(fold(base) for base in (stem, after, before)))


def _words(name: str) -> list[str]:
    words = [word.lower() for word in _TOKEN.findall(unicodedata.normalize("NFC", name))]
    return [part for word in words for part in _SPLIT_PREFIX.sub(r"\1 ", word).split()]
