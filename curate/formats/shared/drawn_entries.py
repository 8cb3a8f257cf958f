"""Entries of JSON lists as drawn shapes: what formats of one JSON object a shape share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from curate.drops import Drop
from curate.exports.export import Export
from curate.formats.shared.grouping import Drawn, Piece
from curate.formats.shared.json_documents import JsonDocument
from curate.formats.shared.json_values import attributes, value
from curate.formats.shared.keys import content_digest
from curate.reasons import Reason, Refusal
from curate.records import ImageRecord

Entry = Mapping[str, Any]


def drawn_shape(
    place: str,
    entry: Any,
    *,
    key: str,
    label: Callable[[Entry], str],
    shape: Callable[[Entry], Piece],
    geometry: Iterable[str],
    group: Any = None,
    noted: Any = None,
) -> Drawn:
    """The shape that an entry describes; one with a refusal if it describes none.

    `place`: where the entry stands, for messages. `key`: of the image, before the digest of label
    and `geometry`, the names of the fields that say what was drawn. `label`, `shape`: what reads
    them; both may raise a Refusal. `group`: as the tool numbers it; 0, "" and None are none.
    `noted`: attributes.
    """
    if not isinstance(entry, dict):
        refusal = Refusal(Reason.MALFORMED_FILE, f"{place} is no object")
        return Drawn("", None, f"{key}[{place}]", {}, refusal=refusal)

    drawn = Drawn(label="", group=None, key=key, attributes=attributes(noted))
    try:
        drawn.label = label(entry)
        drawn.shape = shape(entry)
        if group not in (None, "", 0):
            drawn.group = str(group)
    except Refusal as refusal:
        drawn.refusal = Refusal(refusal.reason, f"{place}: {refusal.detail}")
    digest = content_digest(drawn.label, *[entry.get(name) for name in geometry])
    drawn.key = f"{key}#{digest}"
    return drawn


def records_of(
    export: Export,
    document: JsonDocument,
    key: str,
    read: Callable[[str, Any], ImageRecord],
) -> Iterator[ImageRecord | Drop]:
    """The records of the images that a document lists under a key.

    `read`: the record of an entry, which comes with its place. Where it raises a Refusal, that
    image is lost alone.
    """
    try:
        for number, raw in enumerate(document.each(key)):
            place = f"{document.path}: {key}[{number}]"
            try:
                yield read(place, value(raw))
            except Refusal as refusal:
                yield export.drop(refusal, annotation_key=place, count=None)
    except Refusal as refusal:
        yield export.drop(refusal, annotation_key=document.path, count=None)


def named(data: Any) -> str:
    """A label, which must be there. Refusal unknown_class."""
    if not isinstance(data, str) or not data:
        raise Refusal(Reason.UNKNOWN_CLASS, "it has no class")
    return data
