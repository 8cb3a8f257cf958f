"""Lists of JSON objects, one after another: a JSON array, JSON Lines, or a single object."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from curate.exports.documents import json_text, json_value
from curate.exports.export import Export
from curate.formats.shared.documents import find_documents
from curate.reasons import Reason, Refusal
from curate.records import Drop, IgnoredFile
from curate.text import BYTE_ORDER_MARKS, decode_text

_SAMPLE = 100  # entries that tell what kind of file it is


@dataclass(frozen=True, slots=True)
class EntryFile:
    """A file of entries."""

    path: str
    entries: list[bytes]
    """JSON objects, not decoded."""
    broken: dict[int, Refusal]
    """What is wrong with lines or elements that are no objects, by their number from 1."""

    def objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The entries with their place in the file, from 0."""
        for number, raw in enumerate(self.entries):
            yield number, json_value(raw)


def entry_files(
    export: Export,
    name: str,
    suffixes: tuple[str, ...],
    is_ours: Callable[[dict[str, Any]], bool],
    needs: str,
) -> Iterator[EntryFile | Drop | IgnoredFile]:
    """The files of a format among those with one of the suffixes.

    A file is of the format if one of its first entries is, see `is_ours`. The rest, and the other
    parameters, are as in `curate.formats.shared.documents`.
    """

    def read(path: str) -> EntryFile | None:
        file = read_entries(export, path)
        for raw in file.entries[:_SAMPLE]:
            if is_ours(json_value(raw)):
                return file
        if file.broken and not file.entries:
            raise next(iter(file.broken.values()))
        return None

    return find_documents(export, name, suffixes, read, needs)


def read_entries(export: Export, path: str) -> EntryFile:
    """The entries of a file. Refusal malformed_file or over_limit, or as `Export.read`."""
    raw = export.read(path)
    depth = export.limits.json_depth
    try:
        text = json_text(raw, depth)
    except Refusal:
        # Brackets that a broken line leaves open nest those of all lines after it.
        lines = _read_lines(raw, depth, path)
        if lines.entries:
            return lines
        raise
    return _read_elements(text, path)


def _read_elements(text: bytes, path: str) -> EntryFile:
    """The elements of an array, or the one object that the text is."""
    try:
        elements = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        elements = [msgspec.Raw(text)]

    entries = []
    broken = {}
    for number, element in enumerate(elements, start=1):
        entry = bytes(element).strip()
        if entry.startswith(b"{"):
            entries.append(entry)
        else:
            detail = f"{path}: element {number} is no object"
            broken[number] = Refusal(Reason.MALFORMED_FILE, detail)
    return EntryFile(path, entries, broken)


def _read_lines(raw: bytes, depth: int, path: str) -> EntryFile:
    """The lines of a file as entries."""
    if raw.startswith(tuple(BYTE_ORDER_MARKS)):
        raw = decode_text(raw).encode("utf-8", "surrogatepass")
    entries = []
    broken = {}
    for number, line in enumerate(raw.split(b"\n"), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        try:
            text = json_text(stripped, depth)
            if not text.startswith(b"{"):
                raise Refusal(Reason.MALFORMED_FILE, "no object")
        except Refusal as refusal:
            broken[number] = Refusal(
                refusal.reason, f"{path}: line {number}: {refusal.detail}"
            )
            continue
        entries.append(text)
    return EntryFile(path, entries, broken)
