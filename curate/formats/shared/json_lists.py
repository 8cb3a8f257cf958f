"""Lists of JSON objects: a JSON array, a lone JSON object, or a JSON object in each line."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

import msgspec

from curate.drops import Drop, IgnoredFile
from curate.exports.documents import json_text, json_value, utf8_text
from curate.exports.export import Export
from curate.exports.json_elements import element_places
from curate.exports.mapping import Text
from curate.formats.shared.documents import find_documents
from curate.reasons import Reason, Refusal
from curate.text import BYTE_ORDER_MARKS

_LINES = (".jsonl", ".ndjson", ".manifest")  # suffixes of files of lines
_SAMPLE = 100  # entries that tell whose document it is

_SPACE = b" \t\r\n"
_NO_SPACE = re.compile(rb"[^ \t\r\n]")
_LINE = re.compile(rb"[^\n]*\n?")

_Entry = tuple[str, Callable[[], Text]]
"""The place of an entry, and what reads it."""


@dataclass(frozen=True, slots=True)
class JsonList:
    """A document whose entries are JSON objects; they are read one at a time, each time anew.

    `broken`: what is wrong with lines or elements that are no objects, by their place.
    """

    path: str
    _places: Callable[[], Iterator[_Entry]]
    """All that may be an entry, with its place."""
    broken: dict[str, Refusal] = field(default_factory=dict)

    def entries(self) -> Iterator[tuple[str, msgspec.Raw]]:
        """Each entry with its place, as "FILE[2]" or, in a file of lines, "FILE:3"."""
        for place, read in self._places():
            if place not in self.broken:
                yield place, msgspec.Raw(bytes(read()))

    def objects(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The entries as plain data, each with its place."""
        for place, raw in self.entries():
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
    *,
    numbered: bool = False,
) -> Iterator[JsonList | Drop | IgnoredFile]:
    """The documents among an export's files of some suffixes that are a format's.

    `is_ours`: whether an entry is one of the format. A document is the format's if one of its
    first entries is. `numbered` and the rest are as in `curate.formats.shared.documents`.
    """

    def read(path: str) -> JsonList | None:
        document = read_list(export, path)
        if document is None:
            return None
        for _, raw in islice(document.entries(), _SAMPLE):
            if is_ours(raw):
                return document
        return None

    return find_documents(export, name, suffixes, read, needs, numbered=numbered)


def read_list(export: Export, path: str) -> JsonList | None:
    """A document as a list; None if it is JSON, but neither a list nor an object.

    Raises:
        Refusal: malformed_file or over_limit, or as `Export.read`.
    """
    depth = export.limits.json_depth
    try:
        text = export.json_text(path)
    except Refusal:
        raw = export.map(path)
        # Brackets that a broken line leaves open nest those of all lines after it: the document
        # may be refused as too deep, and still be one of lines.
        if path.lower().endswith(_LINES) or _begins_with_object(raw, depth):
            document = _checked(path, partial(_lines, path, _utf8(raw), depth))
            if next(document.entries(), None) is not None:
                return document
        raise

    first = _first_character(text)
    if first == b"{":
        return JsonList(path, lambda: iter([(path, lambda: text)]))
    if first == b"[":
        return _checked(path, partial(_elements, path, text))
    return None


def _checked(path: str, places: Callable[[], Iterator[_Entry]]) -> JsonList:
    """The list, once each of its places has been looked at."""
    broken: dict[str, Refusal] = {}
    for place, read in places():
        try:
            if _first_character(read()) != b"{":
                raise Refusal(Reason.MALFORMED_FILE, "no object")
        except Refusal as refusal:
            broken[place] = refusal
    return JsonList(path, places, broken)


def _elements(path: str, text: Text) -> Iterator[_Entry]:
    """The elements of an array."""
    number = 0
    for places in element_places(text):
        for start, end in places.tolist():
            yield f"{path}[{number}]", partial(_slice, text, start, end)
            number += 1


def _lines(path: str, text: Text, depth: int) -> Iterator[_Entry]:
    """The lines of a file that are not blank. To read one is a Refusal if it is no JSON."""
    for number, line in _filled_lines(text):
        yield f"{path}:{number}", partial(json_text, line, depth)


def _filled_lines(text: Text) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers from 1 on."""
    number = 1
    for match in _LINE.finditer(text):
        line = match[0].strip()
        if line:
            yield number, line
        number += 1


def _slice(text: Text, start: int, end: int) -> bytes:
    return bytes(text[start:end]).strip(_SPACE)


def _first_character(text: Text) -> bytes:
    """The first character that is no blank, or b""."""
    found = _NO_SPACE.search(text)
    if found is None:
        return b""
    return found[0]


def _begins_with_object(raw: Text, depth: int) -> bool:
    """Whether the first of several lines is a JSON object."""
    try:
        lines = [line for _, line in islice(_filled_lines(_utf8(raw)), 2)]
        if len(lines) < 2 or not lines[0].startswith(b"{"):
            return False
        json_text(lines[0], depth)
    except Refusal:
        return False
    return True


def _utf8(raw: Text) -> Text:
    """The text as UTF-8, which it is already if it has no byte-order mark.

    Bytes that are no UTF-8 stay, so that they cost their line only. Refusal malformed_file if
    there is a mark, and the text is not what the mark says.
    """
    if bytes(raw[:3]).startswith(tuple(BYTE_ORDER_MARKS)):
        return utf8_text(raw)
    return raw
