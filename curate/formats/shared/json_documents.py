"""The JSON documents of an export, found by what they contain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from curate.errors import InputError
from curate.exports.documents import json_text
from curate.exports.export import Export
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
            raise Refusal(Reason.MALFORMED_FILE, f"{self.path}: {key} is no list") from None


def documents(
    export: Export, name: str, is_ours: Callable[[JsonDocument], bool], needs: str
) -> Iterator[JsonDocument | Drop | IgnoredFile]:
    """The documents among an export's .json files for which `is_ours` is true.

    A broken file is a drop; a file of another tool is left alone.

    `name`: of the format; `needs`: what makes a document its own. Both are for messages.

    Raises:
        InputError: if no file is of the format, nor broken.
    """
    found = False
    for path in export.files.paths:
        if not path.lower().endswith(".json"):
            continue
        try:
            document = _open(export, path)
        except Refusal as refusal:
            found = True  # it may have been of the format: no reason to stop the run
            yield export.drop(_named(refusal, path), annotation_key=path, count=None)
            continue
        if document is None or not is_ours(document):
            yield export.ignored(path, f"no {name} document")
            continue
        found = True
        yield document

    if not found and not export.lost:
        number = len(export.files.paths)
        raise InputError(
            f"{export.files.root}: no {name} document among {number} files; it {needs}"
        )


def _open(export: Export, path: str) -> JsonDocument | None:
    """A JSON file; None if its top level is no object. Refusal if it is no JSON."""
    text = json_text(export.read(path), export.limits.json_depth)
    try:
        pieces = msgspec.json.decode(text, type=Pieces)
    except msgspec.ValidationError:
        return None
    return JsonDocument(path, pieces)


def _named(refusal: Refusal, path: str) -> Refusal:
    """The refusal with the path of its file in front, if it does not say it already."""
    if refusal.detail.startswith(path):
        return refusal
    return Refusal(refusal.reason, f"{path}: {refusal.detail}")
