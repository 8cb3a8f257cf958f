"""Documents that are lists: a JSON array, a lone JSON object, or a JSON object in each line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from curate.exports.documents import json_text
from curate.exports.export import Export
from curate.formats.shared.documents import find_documents
from curate.reasons import Reason, Refusal
from curate.records import Drop, IgnoredFile
from curate.text import decode_text

_LINES = (".ndjson", ".jsonl")
_SAMPLE = 100  # entries that tell whose document it is


@dataclass(frozen=True, slots=True)
class JsonList:
    """A document and its entries, not decoded.

    `entries`: each with its place, as "FILE[2]" or, in a file of lines, "FILE:3". `broken`: what
    is wrong with lines that cannot be read, by their place.
    """

    path: str
    entries: list[tuple[str, msgspec.Raw]] = field(default_factory=list)
    broken: dict[str, Refusal] = field(default_factory=dict)

    def drops(self, export: Export) -> Iterator[Drop]:
        """A drop for each broken line; nobody can know how many annotations it held."""
        for place, refusal in self.broken.items():
            named = Refusal(refusal.reason, f"{place}: {refusal.detail}")
            yield export.drop(named, annotation_key=place, count=None)


def list_documents(
    export: Export, name: str, is_ours: Callable[[msgspec.Raw], bool], needs: str
) -> Iterator[JsonList | Drop | IgnoredFile]:
    """The documents among an export's .json, .jsonl and .ndjson files that are a format's.

    `is_ours`: whether an entry is one of the format. A document is the format's if one of its
    first entries is. The rest is as in `curate.formats.shared.documents`.
    """

    def read(path: str) -> JsonList | None:
        document = read_list(export, path)
        if document is None or not any(
            is_ours(raw) for _, raw in document.entries[:_SAMPLE]
        ):
            return None
        return document

    return find_documents(export, name, (".json", *_LINES), read, needs)


def read_list(export: Export, path: str) -> JsonList | None:
    """A document as a list; None if it is JSON, but neither a list nor an object.

    Raises:
        Refusal: malformed_file or over_limit, or as `Export.read`.
    """
    raw = export.read(path)
    depth = export.limits.json_depth
    if path.lower().endswith(_LINES):
        return _of_lines(path, raw, depth)
    try:
        text = json_text(raw, depth)
    except Refusal as refusal:
        if refusal.reason is not Reason.MALFORMED_FILE or not _begins_with_object(
            raw, depth
        ):
            raise
        return _of_lines(path, raw, depth)  # lines under another name

    if text.lstrip()[:1] == b"{":
        return JsonList(path, [(path, msgspec.Raw(text))])
    try:
        entries = msgspec.json.decode(text, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        return None
    return JsonList(
        path, [(f"{path}[{number}]", each) for number, each in enumerate(entries)]
    )


def _of_lines(path: str, raw: bytes, depth: int) -> JsonList:
    """The entries of a file of lines. Refusal malformed_file if none of its lines is JSON."""
    document = JsonList(path)
    for number, line in enumerate(decode_text(raw).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            text = json_text(line.encode("utf-8", "surrogatepass"), depth)
        except Refusal as refusal:
            document.broken[place] = refusal
        else:
            document.entries.append((place, msgspec.Raw(text)))

    if document.broken and not document.entries:
        raise next(iter(document.broken.values()))
    return document


def _begins_with_object(raw: bytes, depth: int) -> bool:
    """Whether the first of several lines is a JSON object."""
    first, _, rest = decode_text(raw).lstrip().partition("\n")
    if not rest.strip() or not first.startswith("{"):
        return False
    try:
        json_text(first.encode("utf-8", "surrogatepass"), depth)
    except Refusal:
        return False
    return True
