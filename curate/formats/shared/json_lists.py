"""Lists of JSON objects: a JSON array, a lone JSON object, or a JSON object in each line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from curate.exports.documents import json_text, json_value
from curate.exports.export import Export
from curate.formats.shared.documents import find_documents
from curate.reasons import Reason, Refusal
from curate.records import Drop, IgnoredFile
from curate.text import BYTE_ORDER_MARKS, decode_text

_LINES = (".jsonl", ".ndjson", ".manifest")  # suffixes of files of lines
_SAMPLE = 100  # entries that tell whose document it is


@dataclass(frozen=True, slots=True)
class JsonList:
    """A document and its entries, which are JSON objects.

    `entries`: each with its place, as "FILE[2]" or, in a file of lines, "FILE:3"; not decoded.
    `broken`: what is wrong with lines or elements that are no objects, by their place.
    """

    path: str
    entries: list[tuple[str, msgspec.Raw]] = field(default_factory=list)
    broken: dict[str, Refusal] = field(default_factory=dict)

    def add(self, place: str, text: bytes | msgspec.Raw) -> None:
        """Note an element or a line, which is sound JSON."""
        entry = bytes(text).strip()
        if entry.startswith(b"{"):
            self.entries.append((place, msgspec.Raw(entry)))
        else:
            self.broken[place] = Refusal(Reason.MALFORMED_FILE, "no object")

    def objects(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The entries as plain data, each with its place."""
        for place, raw in self.entries:
            yield place, json_value(raw)

    def drops(self, export: Export) -> Iterator[Drop]:
        """A drop for each broken entry; nobody can know how many annotations it held."""
        for place, refusal in self.broken.items():
            named = Refusal(refusal.reason, f"{place}: {refusal.detail}")
            yield export.drop(named, annotation_key=place, count=None)


def list_documents(
    export: Export,
    name: str,
    is_ours: Callable[[msgspec.Raw], bool],
    needs: str,
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson"),
) -> Iterator[JsonList | Drop | IgnoredFile]:
    """The documents among an export's files of some suffixes that are a format's.

    `is_ours`: whether an entry is one of the format. A document is the format's if one of its
    first entries is. The rest is as in `curate.formats.shared.documents`.
    """

    def read(path: str) -> JsonList | None:
        document = read_list(export, path)
        if document is None:
            return None
        for _, raw in document.entries[:_SAMPLE]:
            if is_ours(raw):
                return document
        return None

    return find_documents(export, name, suffixes, read, needs)


def read_list(export: Export, path: str) -> JsonList | None:
    """A document as a list; None if it is JSON, but neither a list nor an object.

    Raises:
        Refusal: malformed_file or over_limit, or as `Export.read`.
    """
    raw = export.read(path)
    depth = export.limits.json_depth
    try:
        text = json_text(raw, depth)
    except Refusal:
        # Brackets that a broken line leaves open nest those of all lines after it: the document
        # may be refused as too deep, and still be one of lines.
        if path.lower().endswith(_LINES) or _begins_with_object(raw, depth):
            document = _of_lines(path, raw, depth)
            if document.entries:
                return document
        raise
    return _of_elements(path, text)


def _of_elements(path: str, text: bytes) -> JsonList | None:
    """The elements of an array, or the object that the text is; None if it is neither."""
    document = JsonList(path)
    if text.lstrip().startswith(b"{"):
        document.add(path, text)
        return document
    try:
        elements = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        return None
    for number, element in enumerate(elements):
        document.add(f"{path}[{number}]", element)
    return document


def _of_lines(path: str, raw: bytes, depth: int) -> JsonList:
    """The entries of a file of lines."""
    document = JsonList(path)
    for number, line in enumerate(_utf8(raw).split(b"\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            document.add(place, json_text(line.strip(), depth))
        except Refusal as refusal:
            document.broken[place] = refusal
    return document


def _begins_with_object(raw: bytes, depth: int) -> bool:
    """Whether the first of several lines is a JSON object."""
    try:
        first, _, rest = _utf8(raw).lstrip().partition(b"\n")
        if not rest.strip() or not first.startswith(b"{"):
            return False
        json_text(first, depth)
    except Refusal:
        return False
    return True


def _utf8(raw: bytes) -> bytes:
    """The text as UTF-8, which it is already if it has no byte-order mark.

    Bytes that are no UTF-8 stay, so that they cost their line only. Refusal malformed_file if
    there is a mark, and the text is not what the mark says.
    """
    if raw.startswith(tuple(BYTE_ORDER_MARKS)):
        return decode_text(raw).encode("utf-8", "surrogatepass")
    return raw
