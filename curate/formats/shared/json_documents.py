"""The JSON documents of an export, found by what they contain."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec

from curate.drops import Drop, IgnoredFile
from curate.exports.export import Export
from curate.exports.json_elements import Places, element_places
from curate.exports.mapping import Text
from curate.formats.shared.documents import find_documents
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord, ReadItem

Pieces = dict[str, msgspec.Raw]
"""The top level of a document by its keys, the values not decoded yet.

So a document of any size costs no memory: pieces are views of the mapped file.
"""

_SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A document of the format that reads it."""

    path: str
    pieces: Pieces

    def entries(self, key: str) -> list[msgspec.Raw]:
        """The list under a key, its entries not decoded; empty if the key is missing or null.

        Raises:
            Refusal: malformed_file if there is no list under the key.
        """
        return list(self.each(key))

    def sample(self, key: str, number: int) -> list[msgspec.Raw]:
        """The first entries of the list under a key. Refusal as `entries`."""
        return list(islice(self.each(key), number))

    def each(self, key: str) -> Iterator[msgspec.Raw]:
        """The entries of the list under a key, one at a time. Refusal as `entries`."""
        text = self.text_of(key)
        for places in element_places(text):
            for start, end in places.tolist():
                yield msgspec.Raw(bytes(text[start:end]).strip(_SPACE))

    def places(self, key: str) -> Iterator[Places]:
        """Where the entries of the list under a key are in `text_of(key)`, some at a time.

        Refusal as `entries`.
        """
        return element_places(self.text_of(key))

    def text_of(self, key: str) -> Text:
        """The list under a key, as it is written; b"" if the key is missing or null.

        Refusal as `entries`.
        """
        piece = self.pieces.get(key)
        if piece is None:
            return b""
        text = memoryview(piece)
        if bytes(text[:1]) == b"[":
            return text
        if bytes(text) == b"null":
            return b""
        raise Refusal(Reason.MALFORMED_FILE, f"{self.path}: {key} is no list")


def documents(
    export: Export, name: str, is_ours: Callable[[JsonDocument], bool], needs: str
) -> Iterator[JsonDocument | Drop | IgnoredFile]:
    """The documents among an export's .json files for which `is_ours` is true.

    The rest, and the parameters, are as in `curate.formats.shared.documents`.
    """

    def read(path: str) -> JsonDocument | None:
        document = _open(export, path)
        if document is None or not is_ours(document):
            return None
        return document

    return find_documents(export, name, ".json", read, needs)


def record_each(
    export: Export,
    found: Iterable[JsonDocument | Drop | IgnoredFile],
    read: Callable[[JsonDocument], ImageRecord],
) -> Iterator[ReadItem]:
    """One record for each document, and the rest as `records_of_each`.

    `read`: the record of a document.
    """

    def read_one(document: JsonDocument) -> Iterator[ImageRecord]:
        yield read(document)

    return records_of_each(export, found, read_one)


def records_of_each(
    export: Export,
    found: Iterable[JsonDocument | Drop | IgnoredFile],
    read: Callable[[JsonDocument], Iterable[ReadItem]],
) -> Iterator[ReadItem]:
    """The records of each document, and whatever else was found as it is.

    `read`: the records of a document. Where it raises a Refusal, that document is lost alone.
    """
    for each in found:
        if not isinstance(each, JsonDocument):
            yield each
            continue
        try:
            yield from read(each)
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=each.path, count=None)


def open_object(path: str, text: Text | msgspec.Raw) -> JsonDocument | None:
    """A JSON text of the file `path`, its values not decoded; None if it is no object."""
    try:
        pieces = msgspec.json.decode(text, type=Pieces)
    except msgspec.ValidationError:
        return None
    return JsonDocument(path, pieces)


def _open(export: Export, path: str) -> JsonDocument | None:
    """A JSON file; None if its top level is no object. Refusal if it is no JSON."""
    return open_object(path, export.json_text(path))
