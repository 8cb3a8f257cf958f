"""What the formats written in JSON share: documents found by content, and values read out of strangers' pieces."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from curate.errors import InputError
from curate.exports.documents import json_text, json_value
from curate.exports.export import Export
from curate.reasons import Reason, Refusal
from curate.records import Drop, Flag

Pieces = dict[str, msgspec.Raw]
"""An object of a document, its values not decoded yet: documents of any size cost little more than their bytes."""

_LARGEST = 1 << 63  # what a record can hold; no id, px or count of a picture comes near
_log = logging.getLogger(__name__)


def documents(
    export: Export, name: str, is_ours: Callable[[Pieces], bool], needs: str
) -> Iterator[tuple[str, Pieces] | Drop]:
    """Path and content of each .json file that `is_ours`; a broken file is a drop, another tool's is named in the log.

    `name`, `needs`: of the format, and what makes a document its own, for messages. InputError where no file is broken
    or ours.
    """
    found = False
    for path in (path for path in export.files.paths if path.lower().endswith(".json")):
        try:
            pieces = _top(json_text(export.read(path), export.limits.json_depth))
        except Refusal as refusal:
            found = True
            detail = (
                refusal.detail if refusal.detail.startswith(path) else f"{path}: {refusal.detail}"
            )
            yield export.drop(refusal.reason, detail, key=path, count=None)
            continue
        if pieces is None or not is_ours(pieces):
            _log.info("export %s: %s is no %s document: left alone", export.name, path, name)
            continue
        found = True
        yield path, pieces
    if not found and not export.lost:
        raise InputError(
            f"{export.files.root}: no {name} document among {len(export.files.paths)} files; it {needs}"
        )


def entries(pieces: Pieces, key: str, path: str) -> list[msgspec.Raw]:
    """The list under a key, its entries not decoded; empty where the key is missing or null. Refusal malformed_file."""
    piece = pieces.get(key)
    if piece is None or bytes(piece) == b"null":
        return []
    try:
        return msgspec.json.decode(piece, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        raise Refusal(Reason.MALFORMED_FILE, f"{path}: {key} is no list") from None


def value(piece: msgspec.Raw | msgspec.UnsetType | None) -> Any:
    """Plain data; None where there is nothing."""
    return None if piece is None or piece is msgspec.UNSET else json_value(piece)


def ring(points: Any) -> list[Any]:
    """A flat list x0, y0, x1, y1, … from one, or from a list of pairs; what holds no numbers becomes [None]."""
    if not isinstance(points, list):
        return [None]
    if points and all(isinstance(point, list) and len(point) == 2 for point in points):
        points = [number for point in points for number in point]
    if not set(map(type, points)) <= {int, float}:
        return [None]
    try:
        return list(map(float, points))
    except OverflowError:
        return [None]


def whole(number: Any) -> int | None:
    """A whole number that is written as one, or as 12.0; None for anything else."""
    if (
        isinstance(number, bool)
        or not isinstance(number, int | float)
        or not -_LARGEST < number < _LARGEST
    ):
        return None
    return int(number) if number == int(number) else None


def label_flags(label: str) -> list[Flag]:
    """Whether characters of a label were replaced."""
    return [Flag.REPLACED_CHARACTERS] if "\ufffd" in label else []


def attributes(data: Any) -> dict[str, str]:
    """An object's values as text: strings as they are, true and false, numbers and the rest as JSON."""
    if not isinstance(data, dict):
        return {}
    return {str(key): _text(each) for key, each in data.items() if each is not None}


def _top(text: bytes) -> Pieces | None:
    try:
        return msgspec.json.decode(text, type=Pieces)
    except msgspec.ValidationError:
        return None


def _text(data: Any) -> str:
    if isinstance(data, str):
        return data
    try:
        return msgspec.json.encode(data).decode()
    except (OverflowError, msgspec.MsgspecError):
        return str(data)
