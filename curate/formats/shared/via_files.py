"""What VIA's documents say of an image, whichever of VIA's formats they are written in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from curate.formats.shared.json_documents import JsonDocument
from curate.formats.shared.json_values import as_object, decode_base64, value, whole
from curate.reasons import Reason, Refusal

Piece = msgspec.Raw | msgspec.UnsetType


class Region(msgspec.Struct, gc=False):
    """A region of an image, its values not decoded."""

    shape_attributes: Piece = msgspec.UNSET
    region_attributes: Piece = msgspec.UNSET

    def shape(self) -> Any:
        """What describes its outline, as plain data."""
        return value(self.shape_attributes)

    def attributes(self) -> dict[str, Any]:
        """What its annotator noted; empty if there is nothing."""
        noted = value(self.region_attributes)
        if not isinstance(noted, dict):
            return {}
        return {name: each for name, each in noted.items() if name}


@dataclass(slots=True)
class ViaFile:
    """An image of a document. VIA tells images apart by `name` and `size` in bytes.

    `regions`: None for one that is no object. `width`, `height`: px, if the document says them.
    `picture`: the encoded image, if the document holds it.
    """

    name: str
    size: int | None = None
    regions: list[Region | None] = field(default_factory=list)
    width: int | None = None
    height: int | None = None
    picture: Piece = msgspec.UNSET

    def embedded(self) -> bytes | None:
        """The encoded image; None if the document holds none. A URL in its place is not called."""
        text = value(self.picture)
        if not isinstance(text, str) or "://" in text[:20]:
            return None
        return decode_base64(text)


@dataclass(frozen=True, slots=True)
class Project:
    """What a project's file says besides its images.

    `region_attributes`: how each attribute is filled in, by its name. `folders`: where VIA has
    found the images.
    """

    region_attributes: dict[str, Any] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)


class _Entry(msgspec.Struct, gc=False):
    filename: Piece = msgspec.UNSET
    size: Piece = msgspec.UNSET
    regions: Piece = msgspec.UNSET
    file_attributes: Piece = msgspec.UNSET
    base64_img_data: Piece = msgspec.UNSET


def is_project(document: JsonDocument) -> bool:
    """Whether a document is a project of VIA 2, which says how attributes are filled in."""
    return "_via_attributes" in document.pieces


def is_via(document: JsonDocument) -> bool:
    """Whether a document is a project of VIA 2, or has an entry as VIA 1 and 2 export it."""
    if "_via_img_metadata" in document.pieces:
        return True
    for piece in document.pieces.values():
        entry = _entry(piece)
        if entry is not None and msgspec.UNSET not in (entry.filename, entry.regions):
            return True
    return False


def read_project(document: JsonDocument) -> Project:
    """The head of a project; an export has none."""
    declared = as_object(
        as_object(value(document.pieces.get("_via_attributes"))).get("region")
    )
    core = as_object(as_object(value(document.pieces.get("_via_settings"))).get("core"))
    stated = [core.get("default_filepath"), *as_object(core.get("filepath"))]
    folders = [
        each for each in stated if isinstance(each, str) and each and ":" not in each
    ]
    return Project(declared, folders)


def read_files(document: JsonDocument) -> Iterator[ViaFile | Refusal]:
    """The images of a project or an export. A refusal says which entry is none, and why."""
    pieces = document.pieces
    if "_via_img_metadata" in pieces:
        try:
            pieces = msgspec.json.decode(
                pieces["_via_img_metadata"], type=dict[str, msgspec.Raw]
            )
        except msgspec.ValidationError:
            yield _malformed(f"{document.path}: _via_img_metadata is no object")
            return

    for key, piece in pieces.items():
        try:
            yield _read_file(piece)
        except Refusal as refusal:
            yield Refusal(
                refusal.reason, f"{document.path}: {key[:200]}: {refusal.detail}"
            )


def _read_file(piece: msgspec.Raw) -> ViaFile:
    """The image of an entry. Refusal malformed_file."""
    entry = _entry(piece)
    if entry is None:
        raise _malformed("is no object")
    name = value(entry.filename)
    if not isinstance(name, str) or not name:
        raise _malformed("names no file")

    noted = as_object(value(entry.file_attributes))
    return ViaFile(
        name=name,
        size=size_in_bytes(value(entry.size)),
        regions=_regions(entry.regions),
        width=whole(noted.get("width")),
        height=whole(noted.get("height")),
        picture=entry.base64_img_data,
    )


def _regions(piece: Piece) -> list[Region | None]:
    """The regions of an entry: VIA 2 writes a list, VIA 1 an object. Refusal malformed_file."""
    if piece is msgspec.UNSET or bytes(piece) == b"null":
        return []
    try:
        raw = msgspec.json.decode(
            piece, type=list[msgspec.Raw] | dict[str, msgspec.Raw]
        )
    except msgspec.ValidationError:
        raise _malformed("its regions are no list") from None
    if isinstance(raw, dict):
        raw = list(raw.values())
    return [_region(each) for each in raw]


def _region(piece: msgspec.Raw) -> Region | None:
    try:
        return msgspec.json.decode(piece, type=Region)
    except msgspec.ValidationError:
        return None


def _entry(piece: msgspec.Raw) -> _Entry | None:
    try:
        return msgspec.json.decode(piece, type=_Entry)
    except msgspec.ValidationError:
        return None


def size_in_bytes(stated: Any) -> int | None:
    """The size of a file in bytes, which a table holds as text; None if it is -1: not known."""
    if (
        isinstance(stated, str)
        and stated.isascii()
        and stated.isdigit()
        and len(stated) < 19
    ):
        return int(stated)
    size = whole(stated)
    if size is None or size < 0:
        return None
    return size


def _malformed(detail: str) -> Refusal:
    return Refusal(Reason.MALFORMED_FILE, detail)
