"""ade20k: ADE20K's own layouts, of 2016 (`_atr.txt`) and of 2021 (`.json`).

Tools: ADE20K
Versions: 2016_07_26, 2017, 2020, 2021_17_01
Masks: colours that number objects, a mask for each object, polygons
Gives: instances

Documents: every `IMAGE_atr.txt` beside an `IMAGE_seg.png`, and every .json file with an
`annotation` that has `object`. The JSON of other tools is left alone, and a note names it. The
scene parsing release (grey PNGs of 150 classes) is of the format labelmap.

Images: `IMAGE.jpg` beside the document, or the `filename` that it states.

Objects since 2020: each entry of `object`, parts too. Its mask is what its `instance_mask` shows
white; grey is hidden behind others. Without that file it is its `polygon`, less what polygons with
a smaller `depth_ordering_rank` cover. Its label is its `name`.

Objects of 2016: each line of `_atr.txt` (number # part level # occluded # class # name #
attributes) with the part level 0. Its px are those of `_seg.png` whose blue is the one of its
number, in order. If there are more blues than lines, or fewer, nothing tells whose they are, and
the image is `undecodable_mask`. Parts are `no_mask` there: `_parts_N.png` is not read.

Attributes: `occluded`, `part_level` and `attributes`, where they say something.

Keys: `DOCUMENT#` and the object's id or number, with `p` and its level for a part.

What is dropped: `no_mask`, `unknown_class` (no name), `bad_polygon`, `missing_mask`,
`undecodable_mask`, `empty_mask`, `mask_size_mismatch`, `missing_image` and `malformed_file`.
"""

import posixpath
from collections.abc import Iterator
from typing import Any

from curate.drops import Drop
from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.formats.shared.json_documents import JsonDocument, documents, record_each
from curate.formats.shared.json_values import as_object, label_flags, value
from curate.mask_records import MaskFile, Painted, SegmentMap
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, Polygons, ReadItem

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the key annotation, and object in it; or there is an IMAGE_atr.txt"
_LISTS = "_atr.txt"
_WHITE = 0xFFFFFF
_FIELDS = 6  # of a line


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each document."""
    has_lists = False
    for path in export.files.paths:
        segments = path.removesuffix(_LISTS) + "_seg.png"
        if path.endswith(_LISTS) and segments in export.files.known:
            has_lists = True
            yield _listed(export, path, segments)

    try:
        found = documents(export, "ADE20K", _is_ade20k, _NEEDS)
        yield from record_each(export, found, lambda each: _record(export, each))
    except NotOfFormat:
        if not has_lists:
            raise


def _is_ade20k(document: JsonDocument) -> bool:
    stated = as_object(value(document.pieces.get("annotation")))
    return isinstance(stated.get("object"), list)


def _listed(export: Export, path: str, segments: str) -> ImageRecord | Drop:
    """The record of an image of 2016; a drop if its list cannot be read."""
    annotations = []
    known = []
    try:
        for number, line in enumerate(export.read_text(path).split("\n"), start=1):
            if line.strip():
                fields = _fields(path, number, line)
                annotations.append(_of_line(path, segments, fields))
                if _level(fields) == 0:
                    known.append(int(fields[0]))
    except Refusal as refusal:
        return export.drop(refusal, annotation_key=path, count=None)

    image = posixpath.basename(path).removesuffix(_LISTS)
    segment_map = SegmentMap(
        path=segments, pixels="rank", known=known, others=False, void=[0]
    )
    return ImageRecord(
        name=f"{image}.jpg",
        document=path,
        annotations=annotations,
        segment_maps=[segment_map],
    )


def _fields(path: str, number: int, line: str) -> list[str]:
    """What stands between the # of a line. Refusal malformed_file."""
    fields = [each.strip() for each in line.split("#", maxsplit=_FIELDS - 1)]
    is_whole = (
        len(fields) == _FIELDS and fields[0].isdecimal() and fields[1].isdecimal()
    )
    if not is_whole or len(fields[0]) > _FIELDS:
        detail = f"{path}: line {number} is no number # part level # … of an object"
        raise Refusal(Reason.MALFORMED_FILE, detail)
    return fields


def _level(fields: list[str]) -> int:
    return int(fields[1][:_FIELDS])


def _of_line(path: str, segments: str, fields: list[str]) -> Annotation:
    """The object of a line; parts have no mask that could be told apart."""
    number, _, occluded, label, _, attributes = fields
    level = _level(fields)
    noted = _noted(occluded, level, attributes.strip('"'))
    if level:
        return Annotation(
            key=f"{path}#{int(number)}p{level}",
            label=label,
            dropped=Reason.NO_MASK,
            detail="a part: the pictures of parts are not read",
            attributes=noted,
        )
    return Annotation(
        key=f"{path}#{int(number)}",
        label=label,
        shape=Painted(path=segments, value=int(number)),
        flags=label_flags(label),
        attributes=noted,
    )


def _record(export: Export, document: JsonDocument) -> ImageRecord:
    """The record of an image since 2020."""
    stated = as_object(value(document.pieces.get("annotation")))
    size = [*_list(stated.get("imsize")), None, None]
    objects = [as_object(each) for each in _list(stated.get("object"))]
    # What is nearest lies on top.
    by_depth = sorted(range(len(objects)), key=lambda at: -_depth(objects[at]))
    layers = {number: layer for layer, number in enumerate(by_depth)}
    name = stated.get("filename")
    if not isinstance(name, str):
        name = posixpath.basename(document.path).removesuffix(".json") + ".jpg"
    annotations = [
        _of_entry(export, document.path, each, number, layers[number])
        for number, each in enumerate(objects)
    ]
    return ImageRecord(
        name=name,
        document=document.path,
        annotations=annotations,
        height=_whole(size[0]),
        width=_whole(size[1]),
    )


def _of_entry(
    export: Export, path: str, entry: dict[str, Any], number: int, layer: int
) -> Annotation:
    """The object of an entry. `layer`: its place among the polygons, 0 at the bottom."""
    label = entry.get("name")
    parts = as_object(entry.get("parts"))
    level = _whole(parts.get("part_level")) or 0
    key = f"{path}#{entry.get('id', number)}"
    if level:
        key = f"{key}p{level}"
    said = ", ".join(map(str, _list(entry.get("attributes"))))
    noted = _noted(str(entry.get("occluded", "")), level, said)
    if not isinstance(label, str) or not label:
        return Annotation(
            key=key,
            dropped=Reason.UNKNOWN_CLASS,
            detail="an object without a name",
            attributes=noted,
        )

    shape: MaskFile | Polygons = _polygon(entry)
    place: int | None = layer
    mask = posixpath.join(posixpath.dirname(path), str(entry.get("instance_mask")))
    mask = posixpath.normpath(mask)
    if mask in export.files.known:
        shape = MaskFile(path=mask, colours=[_WHITE])
    if level or isinstance(shape, MaskFile):
        place = None  # a part covers nothing of its object
    return Annotation(
        key=key,
        label=label,
        shape=shape,
        layer=place,
        flags=label_flags(label),
        attributes=noted,
    )


def _polygon(entry: dict[str, Any]) -> Polygons:
    stated = as_object(entry.get("polygon"))
    x = _list(stated.get("x"))
    y = _list(stated.get("y"))
    ring: list[Any] = []
    for corner in zip(x, y, strict=False):
        ring += corner
    if len(x) != len(y):
        ring = [None]
    return Polygons(rings=[ring or [None]])


def _depth(entry: dict[str, Any]) -> int:
    """How far behind others an object is."""
    return _whole(entry.get("depth_ordering_rank")) or 0


def _noted(occluded: str, level: int, said: str) -> dict[str, str]:
    """The attributes of an object that say something."""
    noted = {}
    if occluded not in ("", "0", "no"):
        noted["occluded"] = occluded
    if level:
        noted["part_level"] = str(level)
    if said:
        noted["attributes"] = said
    return noted


def _list(stated: Any) -> list[Any]:
    """What is stated, if it is a list; else an empty one."""
    if isinstance(stated, list):
        return stated
    return []


def _whole(stated: Any) -> int | None:
    """A whole number, also as a text; None if it is not one."""
    text = str(stated)
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return None
