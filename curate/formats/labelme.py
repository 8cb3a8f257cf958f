"""labelme: a JSON file for each picture, in the dialects of labelme 3 to 5 and of X-AnyLabeling.

Documents: every .json file whose top level has `shapes` and one of `imagePath`, `imageData` and `imageHeight`; other
tools' JSON is left alone and named in the log. `shapes` may be null. A shape that is no object costs itself.

Images: `imagePath`, from the document's folder (Windows separators are read, of a path with a drive the file name
alone), from `images` in it or beside it, then by file name. Where it names no picture, the picture beside the document
that bears its name. `imageData` is used only where no file is found (flag `embedded_image`). Shapes stand in the
displayed frame, as labelme shows it; where `imageWidth` and `imageHeight` are those of the stored frame, in that; other
sizes are taken for wrong and passed over: points are px of the file.

Shapes: `polygon` (also where `shape_type` is missing, as in old files), X-AnyLabeling's `quadrilateral`, `circle`
(centre and a point on it; drawn as a polygon to a twentieth of a px) and `mask` (a PNG whose top left px stands at the
first point) have an area. All others are `no_mask`: `rectangle`, `rotation` and `oriented_rectangle` (boxes), `line`,
`linestrip`, `point`, `points`, `cuboid`. A PNG that does not fill its two points to a px is `mask_size_mismatch`, one
that cannot be decoded `bad_bitmap`.

Objects: shapes with one label and one `group_id` are one object, in one piece or in several; boxes, lines and points
among them are counted on their own. A hole is a shape labelled `_background_` or `background` that shares its group
with other labels; or has no group, and an object drawn before it reaches as far on all sides. Holes are part of
their object and count as no annotation. Elsewhere, `_background_` and `__ignore__` are labels like others: the taxonomy
knows them as background and void. Labels are kept as they are (`person-1` too).

Attributes: `flags`, `attributes` (X-AnyLabeling), `description` and `difficult` stay with the object as text. Flags of
the whole picture are no annotation.

Keys: `DOCUMENT#` and a digest of label and group, or of label, type and points: they survive a new order of shapes.
The same shape twice is `duplicate_annotation`.
"""

import base64
import binascii
import hashlib
import json
import math
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from curate.exports.export import Export
from curate.exports.file_names import is_picture
from curate.formats.shared import json_pieces as _json
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Bitmap, Compound, Drop, ImageRecord, Polygons, Shape

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys shapes and imagePath"
_POLYGONS = (None, "", "polygon", "quadrilateral")
_BACKGROUND = ("_background_", "background")
_SAGITTA_PX = 0.05  # how far the chords of a drawn circle stay inside it
_MAX_SIDES = 4096
_PNG = b"\x89PNG\r\n\x1a\n"

_Reach = tuple[float, float, float, float]


@dataclass
class _Drawn:
    """A shape of a document. `shape` is None where `refusal` says why; `reach`: x0, y0, x1, y1 of its points."""

    label: str
    group: str | None
    key: str
    attributes: dict[str, str]
    shape: Polygons | Bitmap | None = None
    refusal: Refusal | None = None
    reach: _Reach | None = None
    holes: list[Polygons | Bitmap] = field(default_factory=list)


def read(export: Export) -> Iterator[ImageRecord | Drop]:
    """One record for each document."""
    for each in _json.documents(export, "labelme", _is_labelme, _NEEDS):
        if isinstance(each, Drop):
            yield each
            continue
        path, pieces = each
        try:
            shapes = _json.entries(pieces, "shapes", path)
        except Refusal as refusal:
            yield export.drop(refusal.reason, refusal.detail, key=path, count=None)
            continue
        yield ImageRecord(
            name=_image_name(export, path, _json.value(pieces.get("imagePath"))),
            document=path,
            annotations=_annotations(path, shapes),
            width=_json.whole(_json.value(pieces.get("imageWidth"))),
            height=_json.whole(_json.value(pieces.get("imageHeight"))),
            folders=["images", "../images"],
            embedded=_decoded(_json.value(pieces.get("imageData"))),
        )


def _is_labelme(pieces: _json.Pieces) -> bool:
    return "shapes" in pieces and bool({"imagePath", "imageData", "imageHeight"} & pieces.keys())


def _image_name(export: Export, path: str, stated: Any) -> str:
    """The picture's name as the document gives it; the document's own stem where it names no picture."""
    if isinstance(stated, str) and stated and not stated.lower().endswith(".json"):
        return stated
    stem = path[: -len(".json")]
    folder = posixpath.dirname(path)
    beside = [
        each
        for each in export.files.paths
        if posixpath.splitext(each)[0] == stem and is_picture(each)
    ]
    return (
        posixpath.relpath(beside[0], folder or ".")
        if len(beside) == 1
        else posixpath.basename(stem)
    )


def _annotations(path: str, shapes: list[msgspec.Raw]) -> list[Annotation]:
    drawn = [_drawn(path, number, _json.value(raw)) for number, raw in enumerate(shapes)]
    objects = _without_holes(drawn)
    groups: dict[tuple[str, str], list[_Drawn]] = {}
    annotations = []
    for each in objects:
        if each.group is not None and each.shape is not None:
            groups.setdefault((each.label, each.group), []).append(each)
        else:
            annotations.append(_annotation(each.key, [each]))
    for names, members in groups.items():
        annotations.append(_annotation(f"{path}#{_digest(*names)}", members))
    return annotations


def _annotation(key: str, members: list[_Drawn]) -> Annotation:
    first = members[0]
    attributes: dict[str, str] = {}
    for each in reversed(members):  # of values that differ the first shape's stays
        attributes |= each.attributes
    if first.refusal is not None:
        reason, detail = first.refusal.reason, first.refusal.detail
        return Annotation(
            key=key, label=first.label, dropped=reason, detail=detail, attributes=attributes
        )
    shape = _joined(
        [each.shape for each in members if each.shape],
        [hole for each in members for hole in each.holes],
    )
    return Annotation(
        key=key,
        label=first.label,
        shape=shape,
        flags=_json.label_flags(first.label),
        attributes=attributes,
    )


def _joined(parts: list[Polygons | Bitmap], holes: list[Polygons | Bitmap]) -> Shape:
    if len(parts) == 1 and not holes:
        return parts[0]
    rings = [part.rings[0] for part in parts if isinstance(part, Polygons)]
    hole_rings = [hole.rings[0] for hole in holes if isinstance(hole, Polygons)]
    if len(rings) == len(parts) and len(hole_rings) == len(holes):
        return Polygons(rings=rings, holes=hole_rings)
    return Compound(pieces=[*parts], holes=[*holes])


def _without_holes(drawn: list[_Drawn]) -> list[_Drawn]:
    """The shapes that are no hole; each hole is hung on a shape of every object that it cuts."""
    first: dict[str | None, dict[str, _Drawn]] = {}
    for each in drawn:
        if each.shape is not None and each.label not in _BACKGROUND:
            first.setdefault(each.group, {}).setdefault(each.label, each)
    kept: list[_Drawn] = []
    earlier: list[_Drawn] = []
    for each in drawn:
        if each.shape is None or each.label not in _BACKGROUND:
            kept.append(each)
            earlier += [each] if each.reach else []
            continue
        around = (other for other in earlier if _reaches_around(other.reach, each.reach))
        owners = list(around) if each.group is None else [*first.get(each.group, {}).values()]
        for owner in owners:
            owner.holes.append(each.shape)
        kept += [] if owners else [each]
    return kept


def _reaches_around(outer: _Reach | None, inner: _Reach | None) -> bool:
    if outer is None or inner is None:
        return False
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )


def _drawn(path: str, number: int, data: Any) -> _Drawn:
    if not isinstance(data, dict):
        refusal = Refusal(Reason.MALFORMED_FILE, f"{path}: shapes[{number}] is no object")
        return _Drawn("", None, f"{path}[{number}]", {}, refusal=refusal)
    label, group, kind = data.get("label"), data.get("group_id"), data.get("shape_type")
    drawn = _Drawn(
        label=label if isinstance(label, str) else "" if label is None else str(label),
        group=None if group is None or group == "" else str(group),
        key=f"{path}#{_digest(label, kind, data.get('points'), data.get('mask'))}",
        attributes=_attributes(data),
    )
    try:
        if label is None:
            raise Refusal(Reason.UNKNOWN_CLASS, f"{path}: shapes[{number}] has no label")
        drawn.shape = _shape(kind, data.get("points"), data.get("mask"))
        drawn.reach = _reach(drawn.shape)
    except Refusal as refusal:
        drawn.refusal = refusal
    return drawn


def _attributes(data: dict[str, Any]) -> dict[str, str]:
    stated = {key: data[key] for key in ("description", "difficult") if data.get(key)}
    return {
        **_json.attributes(stated),
        **_json.attributes(data.get("flags")),
        **_json.attributes(data.get("attributes")),
    }


def _shape(kind: Any, points: Any, mask: Any) -> Polygons | Bitmap:
    if kind == "mask":
        return _bitmap(points, mask)
    if kind in _POLYGONS:
        ring = _json.ring(points)
        return Polygons(rings=[ring or [None]])
    if kind == "circle":
        return Polygons(rings=[_circle(points)])
    raise Refusal(Reason.NO_MASK, f"a shape of type {str(kind)[:40]}")


def _circle(points: Any) -> list[Any]:
    numbers = _json.ring(points)
    if len(numbers) != 4 or not all(
        isinstance(each, float) and math.isfinite(each) for each in numbers
    ):
        return [None]
    x, y, on_x, on_y = numbers
    radius = math.hypot(on_x - x, on_y - y)
    bend = math.acos(max(1 - _SAGITTA_PX / radius, 0.0)) if radius else math.pi
    sides = min(max(math.ceil(math.pi / bend) if bend else _MAX_SIDES, 16), _MAX_SIDES)
    turns = [2 * math.pi * side / sides for side in range(sides)]
    return [
        number
        for turn in turns
        for number in (x + radius * math.cos(turn), y + radius * math.sin(turn))
    ]


def _bitmap(points: Any, mask: Any) -> Bitmap:
    data = _decoded(mask)
    if data is None:
        raise Refusal(Reason.BAD_BITMAP, "the mask is no base64 text")
    corners = _json.ring(points)
    if len(corners) not in (2, 4) or not all(
        isinstance(each, float) and abs(each) < 1e9 for each in corners
    ):
        raise Refusal(Reason.BAD_BITMAP, "the mask has no place: its points are not two corners")
    x, y = int(corners[0]), int(corners[1])
    if len(corners) == 4 and data.startswith(_PNG) and len(data) > 24:
        width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
        stated = int(corners[2]) - x + 1, int(corners[3]) - y + 1
        if abs(stated[0] - width) > 1 or abs(stated[1] - height) > 1:
            detail = (
                f"the mask is {width} x {height} px, its points are {stated[0]} x {stated[1]} apart"
            )
            raise Refusal(Reason.MASK_SIZE_MISMATCH, detail)
    return Bitmap(data=data, x=x, y=y)


def _reach(shape: Polygons | Bitmap) -> _Reach | None:
    if isinstance(shape, Bitmap) or None in shape.rings[0] or len(shape.rings[0]) < 6:
        return None
    x, y = shape.rings[0][::2], shape.rings[0][1::2]
    return min(x), min(y), max(x), max(y)


def _decoded(text: Any) -> bytes | None:
    """The bytes of base64 text, or of a data URL; None where it is none."""
    if not isinstance(text, str) or not text:
        return None
    try:
        return (
            base64.b64decode(
                text.partition(",")[2] if text.startswith("data:") else text, validate=False
            )
            or None
        )
    except (binascii.Error, ValueError):
        return None


def _digest(*parts: Any) -> str:
    return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=8).hexdigest()
