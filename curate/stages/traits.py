"""What the pictures of an export have in common, told from some of them.

Three things cannot be told from one picture: whether shapes are in its stored frame if
both of its frames have one size (see frames.py), how many of 16 bits its grey uses
(see pixels/deep_grey.py), or its colours (deep_colour.py), and in which order the px of
tables of runs are counted (see pixels/run_orders.py). So the headers of a sample of
1,024 pictures are looked at, and of 64 pictures of 16 bits the values, too. The sample
depends on nothing but the pictures' paths. And the outlines of all of them tell whether they
may be in percent (see shares.py).

Pictures at a URL are fetched once more for it: of 128 of them, the first 64 kB, and of
those of 16 bits, and of PNGs, the whole file.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image
from upath import UPath

from curate.boundary import runs_in_child
from curate.exports.child import ChildDied, call
from curate.exports.places import Places
from curate.limits import Limits
from curate.pixels import decoding, deep_colour, deep_grey
from curate.pixels.orientation import displayed_size, may_be_stated
from curate.pixels.proportions import Size
from curate.pixels.run_orders import OrderSigns
from curate.reasons import Refusal
from curate.records import (
    ExportTraits,
    FoundImage,
    ImageRecord,
    KnownFrame,
    StartedRuns,
)
from curate.stages.frame_reach import Reach, reach_of, some_with_outlines
from curate.stages.run_tables import (
    orders_by_table,
    runs_of,
    signs_by_table,
    some_with_runs,
)
from curate.stages.shares import PercentSigns
from curate.stores import is_local, reaching

_PICTURES = 1024
_REMOTE_PICTURES = 128
_DEEP_PICTURES = 64
_BATCH = 64  # pictures that the child looks at in one call
_HEAD = 65_536  # bytes in which a header says whether a look is worth while
_TIFF = (b"II*\0", b"MM\0*")
_PNG = b"\x89PNG"
_PNG_DEPTH = 24  # where a PNG's header has its bits per channel
_DEEP = 16


class _Source(msgspec.Struct, frozen=True):
    """A picture file."""

    file: str
    data: bytes = b""
    """Its bytes, or the first of them, if it is at a URL."""


class _Picture(msgspec.Struct, frozen=True):
    """A picture of the sample."""

    source: _Source
    document: str
    size: Size | None
    """The annotated size; None if the export does not say."""
    mask: _Source | None
    """One of its mask files, which then tells the size; or None."""
    runs: list[StartedRuns]
    """Some of its masks that are started runs."""
    reach: Reach | None
    """How far some of its outlines reach; None if nothing is to be told by that."""


class _Seen(msgspec.Struct, frozen=True):
    """What a picture says."""

    document: str
    frame: KnownFrame
    """By its stated size."""
    by_reach: KnownFrame
    """By its outlines, if they are beyond one frame and fit the other."""
    grey_bits: int
    """That its 16-bit grey or colours use; 0 if it is of another kind."""
    orders: list[tuple[str, OrderSigns]]
    """What its masks tell, each with its table."""


class Sample:
    """Some pictures of an export, which show its traits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._found: dict[str, FoundImage] = {}
        self._percent = PercentSigns()

    def add(self, found: FoundImage) -> None:
        """Note a picture. Only the annotations that show traits are kept."""
        record = found.record
        self._percent.add(record)
        kept = [*some_with_runs(record), *some_with_outlines(record)]
        record = msgspec.structs.replace(record, annotations=kept, covers=[])
        slim = msgspec.structs.replace(found, record=record)
        self._found.setdefault(found.path, slim)
        if len(self._found) >= 2 * _PICTURES:
            self._shrink()

    def traits(self, places: Places) -> ExportTraits:
        """The traits of the export. `places`: where its files are."""
        self._shrink()
        pictures = []
        remote = 0
        for found in self._found.values():
            remote += not is_local(UPath(found.file))
            if remote > _REMOTE_PICTURES:
                break
            picture = _picture(found, places, self._limits)
            if picture is not None:
                pictures.append(picture)

        seen: list[_Seen] = []
        for start in range(0, len(pictures), _BATCH):
            deep = sum(each.grey_bits > 0 for each in seen)
            batch = pictures[start : start + _BATCH]
            seen += self._look(batch, max(0, _DEEP_PICTURES - deep))
        common = _common(seen)
        return msgspec.structs.replace(
            common, may_be_percent=self._percent.may_be_percent()
        )

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
    """What the pictures show; one that cannot be opened shows nothing. `deep`: those to decode."""
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
    opened = _open(picture.source, max_pixels)
    is_deep_colour = deep_colour.is_deep(opened)  # asking a PNG for its EXIF loads it
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

    by_reach: KnownFrame = "unknown"
    reach = picture.reach
    if reach is not None and shown != stored:
        if reach.is_beyond(stored) and reach.fits(shown):
            by_reach = "displayed"
        elif reach.is_beyond(shown) and reach.fits(stored):
            by_reach = "stored"

    grey_bits = 0
    if decodes:
        grey_bits = _used_bits(opened, picture.source, is_deep_colour)
    orders = signs_by_table(picture.runs, size or shown)
    return _Seen(picture.document, frame, by_reach, grey_bits, orders)


def _used_bits(opened: Image.Image, source: _Source, is_deep_colour: bool) -> int:
    """The bits that a picture of 16 bits uses; 0 if it is of another kind."""
    if opened.mode not in deep_grey.MODES and not is_deep_colour:
        return 0
    data = source.data
    if is_deep_colour and not data:
        data = Path(source.file).read_bytes()
    with decoding.refusing(data):
        opened.load()
        if is_deep_colour:
            _, _, used = deep_colour.shown_by_bits(opened, data, 0)
            return used
    return deep_grey.used_bits(np.asarray(opened))


def _open(source: _Source, max_pixels: int) -> Image.Image:
    if source.data:
        return decoding.open_picture(source.data, max_pixels)
    return decoding.open_file(source.file, max_pixels)


def _size_of(mask: _Source | None, max_pixels: int) -> Size | None:
    """Height and width of a mask file, or None."""
    if mask is None:
        return None
    opened = _open(mask, max_pixels)
    return opened.height, opened.width


def _common(seen: Sequence[_Seen]) -> ExportTraits:
    """What the pictures of a sample agree on: all of them, or those of one document."""
    by_document: defaultdict[str, set[KnownFrame]] = defaultdict(set)
    for each in seen:
        if each.frame != "unknown":
            by_document[each.document].add(each.frame)
    overruled = _overruled(seen, by_document)
    by_document.update(overruled)
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
    orders = orders_by_table(chain.from_iterable(each.orders for each in seen))
    return ExportTraits(
        frame=frame,
        frames=frames,
        overruled=sorted(overruled),
        grey_bits=grey_bits,
        run_orders=orders,
    )


def _overruled(
    seen: Sequence[_Seen], by_size: Mapping[str, set[KnownFrame]]
) -> dict[str, set[KnownFrame]]:
    """The frame of each document whose outlines are all in another one than its sizes say."""
    by_reach: defaultdict[str, set[KnownFrame]] = defaultdict(set)
    for each in seen:
        if each.by_reach != "unknown":
            by_reach[each.document].add(each.by_reach)

    found = {}
    for document, frames in by_reach.items():
        sizes = by_size.get(document, set())
        if len(frames) == len(sizes) == 1 and frames != sizes:
            found[document] = frames
    return found


def _picture(found: FoundImage, places: Places, limits: Limits) -> _Picture | None:
    """A picture of the sample; None if its head says that nothing can be seen of it.

    No decoder is at work here, so it needs no child process.
    """
    record = found.record
    file = UPath(found.file)
    head = _read(file, _HEAD)
    is_deep = _is_deep(head)
    runs = runs_of(record)
    if not is_deep and not runs and not may_be_stated(head):
        return None

    data = b""
    if not is_local(file):
        data = head
        if is_deep or head.startswith(_PNG):
            data = _read(file, limits.file_bytes)
    size = None
    if record.height and record.width and record.frame != "stretched":
        size = (record.height, record.width)
    mask = None
    if size is None:
        mask = _mask(record, places)
    reach = None
    if size is not None and record.frame == "by_size":
        reach = reach_of(record)
    source = _Source(found.file, data)
    return _Picture(source, record.document, size, mask, runs, reach)


def _mask(record: ImageRecord, places: Places) -> _Source | None:
    """The first mask file of a record."""
    paths = [each.path for each in record.maps]
    paths += [each.path for each in record.segment_maps]
    if not paths:
        return None
    name = places.file(paths[0])
    file = UPath(name)
    if is_local(file):
        return _Source(name)
    return _Source(name, _read(file, _HEAD))


def _read(file: UPath, size: int) -> bytes:
    """The first bytes of a file; none if it cannot be read."""
    try:
        with reaching(file), file.open("rb") as stream:
            return bytes(stream.read(size))
    except OSError:
        return b""


def _is_deep(head: bytes) -> bool:
    """Whether a file is a PNG of 16 bits a channel, or a TIFF, which may be of as many."""
    if head.startswith(_TIFF):
        return True
    return head.startswith(_PNG) and head[_PNG_DEPTH : _PNG_DEPTH + 1] == bytes(
        (_DEEP,)
    )


def _place(path: str) -> bytes:
    return hashlib.blake2b(
        path.encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
