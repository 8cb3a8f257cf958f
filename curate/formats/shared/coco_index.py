"""Where the images and annotations of a large COCO document are, sorted by image.

Millions of annotations would take more memory than there is, even undecoded. So only their
places are noted, and those in temporary files that the system may drop from memory. What
grows in memory is what an image takes: some 100 bytes.
"""

import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.exports.json_elements import Places
from curate.exports.mapping import Text
from curate.formats.shared.class_numbers import by_plain_number, without_zeros
from curate.formats.shared.coco_entries import ImageId, read_id, read_object
from curate.formats.shared.json_documents import JsonDocument
from curate.formats.shared.json_values import value
from curate.pixels.ragged import count_from, starts_of

_Numbers = NDArray[np.int64]

UNLISTED = -1
"""The number of an image that `images` does not list."""

_NO_OBJECT = UNLISTED - 1
_ROWS = 1 << 16  # that are sorted in one go


@dataclass
class Images:
    """The images of a document, numbered by their ids in the order of the document."""

    text: Text
    numbers: dict[str, int] = field(default_factory=dict)
    """By id."""
    malformed: "array[int]" = field(default_factory=lambda: array("q"))
    """Places in the list of what is no object with an id."""
    _places: "array[int]" = field(default_factory=lambda: array("q"))
    """By number: start and end of its first entry in the text, two items each."""
    _repeated: defaultdict[int, list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def entries(self, number: int) -> list[dict[str, Any]]:
        """All entries of an image; merged documents list some twice."""
        first_start = self._places[2 * number]
        first_end = self._places[2 * number + 1]
        repetitions = self._repeated.get(number, [])

        found = []
        for start, end in [(first_start, first_end), *repetitions]:
            found.append(read_object(_raw(self.text, start, end)))
        return found

    def number(self, key: str) -> int:
        """The number of an id, or of the only one with other zeros before it; or `UNLISTED`."""
        found = self.numbers.get(key)
        if found is None:
            other = self._plain.get(without_zeros(key), "")
            found = self.numbers.get(other, UNLISTED)
        return found

    def add(self, key: str, start: int, end: int) -> None:
        """Note where an entry of an id is."""
        number = self.numbers.setdefault(key, len(self.numbers))
        if 2 * number == len(self._places):
            self._places.extend((start, end))
        else:
            self._repeated[number].append((start, end))

    @cached_property
    def _plain(self) -> dict[str, str]:
        return by_plain_number(self.numbers)


@dataclass(frozen=True, slots=True)
class Annotations:
    """The annotations of a document, sorted by image and within it as in the document."""

    text: Text
    malformed: "array[int]"
    """Places in the list of what is no object."""
    _places: Places
    _ends: _Numbers
    """(n + 2,): where the places of unlisted images end, then those of each image."""

    def of(self, number: int) -> list[bytes]:
        """The annotations of an image, as they are written."""
        first = self._ends[number]
        last = self._ends[number + 1]
        places = self._places[first:last].tolist()
        return [bytes(self.text[start:end]) for start, end in places]

    def of_unlisted(self) -> Iterator[bytes]:
        """The annotations of images that are not listed, one at a time."""
        last = int(self._ends[0])
        for first in range(0, last, _ROWS):
            places = self._places[first : min(first + _ROWS, last)]
            for start, end in places.tolist():
                yield bytes(self.text[start:end])


def index_images(document: JsonDocument) -> Images:
    """The images of a document. Refusal malformed_file if they are no list."""
    images = Images(document.text_of("images"))
    position = 0
    for places in document.places("images"):
        for start, end in places.tolist():
            entry = read_object(_raw(images.text, start, end))
            key = read_id(entry.get("id"))
            if key is None:
                images.malformed.append(position)
            else:
                images.add(key, start, end)
            position += 1
    return images


def index_annotations(document: JsonDocument, images: Images) -> Annotations:
    """The annotations of a document by the images that they name.

    Refusal malformed_file if they are no list.
    """
    text = document.text_of("annotations")
    malformed: array[int] = array("q")
    counts = np.zeros(len(images.numbers) + 1, np.int64)
    position = 0
    with tempfile.TemporaryFile() as unsorted:
        for places in document.places("annotations"):
            numbers = _image_numbers(text, places, images)
            is_object = numbers > _NO_OBJECT
            malformed.extend((np.flatnonzero(~is_object) + position).tolist())
            position += len(numbers)

            rows = np.column_stack((numbers, places))[is_object]
            counts += np.bincount(rows[:, 0] - UNLISTED, minlength=counts.size)
            rows.tofile(unsorted)
        sorted_places = _sorted_places(unsorted, counts)
    return Annotations(text, malformed, sorted_places, np.cumsum(counts))


def _image_numbers(text: Text, places: Places, images: Images) -> _Numbers:
    """(n,) the number of the image that each annotation names; `_NO_OBJECT` for no object."""
    first = places[0, 0]
    last = places[-1, 1]
    together = b"[%b]" % bytes(text[first:last])
    try:
        ids = msgspec.json.decode(together, type=list[_PlainId])
        return np.array([_number(each.image_id, images) for each in ids], np.int64)
    except msgspec.DecodeError:
        pass  # one of them is odd

    found = []
    for start, end in places.tolist():
        try:
            each = msgspec.json.decode(text[start:end], type=ImageId)
        except msgspec.ValidationError:
            found.append(_NO_OBJECT)
            continue
        found.append(_number(value(each.image_id), images))
    return np.array(found, np.int64)


class _PlainId(msgspec.Struct, gc=False):
    """Of an annotation, the id of its image, if it is written in a usual way."""

    image_id: int | str | None = None


def _number(image_id: Any, images: Images) -> int:
    return images.number(read_id(image_id) or "")


def _sorted_places(unsorted: Any, counts: _Numbers) -> Places:
    """The places in `unsorted`, sorted by image; `counts`: how many each image has."""
    total = int(counts.sum())
    if total == 0:
        return np.empty((0, 2), np.int64)
    next_row = starts_of(counts)
    with tempfile.TemporaryFile() as file:
        found = np.memmap(file, np.int64, "w+", shape=(total, 2))
    unsorted.seek(0)
    while True:
        rows = np.fromfile(unsorted, np.int64, 3 * _ROWS).reshape(-1, 3)
        if not len(rows):
            return found
        # Rows of one image follow each other, in the order of the document.
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        image, times = np.unique(rows[:, 0] - UNLISTED, return_counts=True)
        found[count_from(next_row[image], times)] = rows[:, 1:]
        next_row[image] += times


def _raw(text: Text, start: int, end: int) -> msgspec.Raw:
    return msgspec.Raw(bytes(text[start:end]))
