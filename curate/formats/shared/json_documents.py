"""The JSON documents of an export, found by what they contain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from curate.exports.documents import json_text
from curate.exports.export import Export
from curate.formats.shared.documents import find_documents
from curate.reasons import Reason, Refusal
from curate.records import Drop, IgnoredFile

Pieces = dict[str, msgspec.Raw]
"""The top level of a document by its keys, the values not decoded yet.

So a document of any size costs little more memory than its bytes.
"""


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
        piece = self.pieces.get(key)
        if piece is None or bytes(piece) == b"null":
            return []
        try:
            return msgspec.json.decode(piece, type=list[msgspec.Raw])
        except msgspec.ValidationError:
            raise Refusal(
                Reason.MALFORMED_FILE, f"{self.path}: {key} is no list"
            ) from None


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


def _open(export: Export, path: str) -> JsonDocument | None:
    """A JSON file; None if its top level is no object. Refusal if it is no JSON."""
    text = json_text(export.read(path), export.limits.json_depth)
    try:
        pieces = msgspec.json.decode(text, type=Pieces)
    except msgspec.ValidationError:
        return None
    return JsonDocument(path, pieces)
