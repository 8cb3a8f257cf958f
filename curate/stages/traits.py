"""What the pictures of an export have in common, told from some of them.

Two things cannot be told from one picture: whether shapes are in its stored frame if
both of its frames have one size (see frames.py), and how many of 16 bits its grey uses
(see pixels/deep_grey.py). So the headers of a sample of 1,024 pictures are looked at,
and of 64 pictures of 16-bit grey the values, too. The sample depends on nothing but the
pictures' paths.

Pictures at a URL are not looked at: each would have to be fetched once more.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from curate.boundary import runs_in_child
from curate.exports.child import ChildDied, call
from curate.exports.places import Places
from curate.limits import Limits
from curate.pixels import decoding, deep_grey
from curate.pixels.orientation import displayed_size
from curate.pixels.proportions import Size
from curate.reasons import Refusal
from curate.records import ExportTraits, FoundImage, KnownFrame

_PICTURES = 1024
_DEEP_PICTURES = 64
_BATCH = 64  # pictures that the child looks at in one call
_HEAD = 65_536  # bytes in which a header says whether a look is worth while
_EXIF = (b"Exif\0", b"eXIf", b"II*\0", b"MM\0*")
_PNG = b"\x89PNG"
_PNG_DEPTH = 24  # where a PNG's header has its bits per channel
_DEEP = 16


class _Picture(msgspec.Struct, frozen=True):
    """A picture of the sample."""

    file: str
    document: str
    size: Size | None
    """The annotated size; None if the export does not say."""
    mask: str
    """A mask file of it, whose size tells then; "" if it has none."""


class _Seen(msgspec.Struct, frozen=True):
    """What a picture says."""

    document: str
    frame: KnownFrame
    grey_bits: int
    """That its 16-bit grey uses; 0 if it is of another kind."""


class Sample:
    """Pictures of an export from which its traits are told."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._found: dict[str, FoundImage] = {}

    def add(self, found: FoundImage) -> None:
        """Note a picture. Its annotations are not kept."""
        slim = msgspec.structs.replace(
            found,
            record=msgspec.structs.replace(found.record, annotations=[], covers=[]),
        )
        self._found.setdefault(found.path, slim)
        if len(self._found) >= 2 * _PICTURES:
            self._shrink()

    def traits(self, places: Places) -> ExportTraits:
        """The traits of the export. `places`: where its files are."""
        self._shrink()
        pictures = [
            _picture(found, places)
            for found in self._found.values()
            if _is_worth_a_look(found.file)
        ]

        seen: list[_Seen] = []
        for start in range(0, len(pictures), _BATCH):
            deep = sum(each.grey_bits > 0 for each in seen)
            batch = pictures[start : start + _BATCH]
            seen += self._look(batch, max(0, _DEEP_PICTURES - deep))
        return _common(seen)

    def _look(self, pictures: list[_Picture], deep: int) -> list[_Seen]:
        """What the child sees; nothing of a batch that ends it."""
        try:
            return call(
                look_at, self._limits, pictures, deep, self._limits.image_pixels
            )
        except (ChildDied, Refusal):
            return []

    def _shrink(self) -> None:
        """Keep the pictures whose paths have the smallest digests, in that order."""
        paths = sorted(self._found, key=_place)[:_PICTURES]
        self._found = {path: self._found[path] for path in paths}


@runs_in_child
def look_at(pictures: list[_Picture], deep: int, max_pixels: int) -> list[_Seen]:
    """What each picture says that can be opened. `deep`: pictures that are decoded."""
    seen = []
    for picture in pictures:
        try:
            each = _look_at_one(picture, deep > 0, max_pixels)
        except (Refusal, OSError):
            continue
        seen.append(each)
        if each.grey_bits:
            deep -= 1
    return seen


def _look_at_one(picture: _Picture, decodes: bool, max_pixels: int) -> _Seen:
    opened = decoding.open_file(picture.file, max_pixels)
    stored = (opened.height, opened.width)
    orientation = decoding.orientation_of(opened, b"")
    if opened.format == "TIFF" and orientation >= 5:
        stored = stored[::-1]  # Pillow gives its size as turned from the start

    frame: KnownFrame = "unknown"
    shown = displayed_size(*stored, orientation)
    size = picture.size or _size_of(picture.mask, max_pixels)
    if shown != stored and size == stored:
        frame = "stored"
    elif shown != stored and size == shown:
        frame = "displayed"

    grey_bits = 0
    if decodes and opened.mode in deep_grey.MODES:
        with decoding.refusing():
            opened.load()
        grey_bits = deep_grey.used_bits(np.asarray(opened))
    return _Seen(picture.document, frame, grey_bits)


def _size_of(file: str, max_pixels: int) -> Size | None:
    """Height and width of a mask file; None if there is none."""
    if not file:
        return None
    mask = decoding.open_file(file, max_pixels)
    return mask.height, mask.width


def _common(seen: Sequence[_Seen]) -> ExportTraits:
    """What the pictures of a sample agree on: all of them, or those of one document."""
    by_document: defaultdict[str, set[KnownFrame]] = defaultdict(set)
    for each in seen:
        if each.frame != "unknown":
            by_document[each.document].add(each.frame)
    frames = {
        document: said.copy().pop()
        for document, said in by_document.items()
        if len(said) == 1
    }
    frame: KnownFrame = "unknown"
    if len(set().union(*by_document.values())) == 1:
        frame = next(iter(frames.values()))
        frames = {}

    used = [each.grey_bits for each in seen if each.grey_bits]
    grey_bits = 0
    if used:
        grey_bits = deep_grey.shared_bits(used)
    return ExportTraits(frame=frame, frames=frames, grey_bits=grey_bits)


def _is_worth_a_look(file: str) -> bool:
    """Whether the head of a local file speaks of an orientation, or of 16 bits.

    No decoder is at work here, so it needs no child process.
    """
    try:
        with Path(file).open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return False  # or at a URL
    if head.startswith(_PNG) and head[_PNG_DEPTH : _PNG_DEPTH + 1] == bytes((_DEEP,)):
        return True
    return any(mark in head for mark in _EXIF)


def _picture(found: FoundImage, places: Places) -> _Picture:
    record = found.record
    size = None
    if record.height and record.width:
        size = (record.height, record.width)
    mask = ""
    if record.maps:
        mask = places.file(record.maps[0].path)
    elif record.segment_maps:
        mask = places.file(record.segment_maps[0].path)
    return _Picture(found.file, record.document, size, mask)


def _place(path: str) -> bytes:
    return hashlib.blake2b(
        path.encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
