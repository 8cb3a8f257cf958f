"""Shapes that belong together: pieces of one object, and the holes in it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from curate.formats.shared.json_values import label_flags
from curate.formats.shared.keys import content_digest
from curate.reasons import Refusal
from curate.records import (
    Annotation,
    Bitmap,
    Compound,
    Polygons,
    RawRunLengths,
    RowRunLengths,
    Shape,
)

Piece = Polygons | RawRunLengths | RowRunLengths | Bitmap
"""A shape that was drawn in one go."""

Extent = tuple[float, float, float, float]
"""x0, y0, x1, y1 of a shape, px."""


@dataclass(slots=True)
class Drawn:
    """A shape as a tool's user drew it: an object, a piece of one, or a hole in one."""

    label: str
    group: str | None
    """Shapes of one group and label are one object; None if the shape is on its own."""
    key: str
    attributes: dict[str, str]
    shape: Piece | None = None
    refusal: Refusal | None = None
    """Why there is no shape."""
    extent: Extent | None = None
    """None if it is not known."""
    holes: list[Piece] = field(default_factory=list)
    """Shapes that are cut out of it."""


def join_groups(drawn: Sequence[Drawn], document: str) -> list[Annotation]:
    """The annotations of an image: shapes on their own, then one for each object of a group."""
    annotations = []
    groups: defaultdict[tuple[str, str], list[Drawn]] = defaultdict(list)
    for each in drawn:
        if each.group is not None and each.shape is not None:
            groups[each.label, each.group].append(each)
        else:
            annotations.append(_annotation(each.key, [each]))

    for names, members in groups.items():
        key = f"{document}#{content_digest(*names)}"
        annotations.append(_annotation(key, members))
    return annotations


def without_holes(
    drawn: Sequence[Drawn], is_hole: Callable[[Drawn], bool]
) -> list[Drawn]:
    """The shapes that are no holes. Each hole is added to one shape of every object it cuts.

    A hole in a group cuts the objects of its group. Any other cuts the shapes before it whose
    extent holds its own. A hole that cuts nothing stays a shape like any other.

    `is_hole`: whether a shape is a hole if it has something to cut.
    """
    may_be_hole = [each.shape is not None and is_hole(each) for each in drawn]
    if not any(may_be_hole):
        return list(drawn)

    objects = _first_of_objects(drawn, may_be_hole)
    extents = _extents(drawn, may_be_hole)
    kept = []
    for number, each in enumerate(drawn):
        # Without a group, only the order and the place tell what a hole is cut out of.
        owners: list[Drawn] = []
        if may_be_hole[number]:
            if each.group is not None:
                owners = objects[each.group]
            elif each.extent is not None:
                before = extents[:number]
                owners = [drawn[at] for at in _enclosing(before, each.extent)]

        for owner in owners:
            if each.shape is not None:
                owner.holes.append(each.shape)
        if not owners:
            kept.append(each)
    return kept


def extent_of(shape: Polygons) -> Extent | None:
    """The extent of a polygon of three points or more, all of them numbers; else None."""
    outline = shape.rings[0]
    if None in outline or len(outline) < 6:
        return None
    x = outline[::2]
    y = outline[1::2]
    return min(x), min(y), max(x), max(y)


def _annotation(key: str, members: Sequence[Drawn]) -> Annotation:
    """The annotation of the shapes of one object."""
    first = members[0]
    attributes: dict[str, str] = {}
    for each in reversed(members):  # the first shape has the last word
        attributes |= each.attributes

    annotation = Annotation(key=key, label=first.label, attributes=attributes)
    if first.refusal is not None:
        reason = first.refusal.reason
        detail = first.refusal.detail
        return msgspec.structs.replace(annotation, dropped=reason, detail=detail)
    flags = label_flags(first.label)
    return msgspec.structs.replace(annotation, shape=_joined(members), flags=flags)


def _joined(members: Sequence[Drawn]) -> Shape:
    """One shape of all members, less their holes."""
    pieces: list[Piece] = []
    holes: list[Piece] = []
    for each in members:
        if each.shape is not None:
            pieces.append(each.shape)
        holes += each.holes
    if len(pieces) == 1 and not holes:
        return pieces[0]

    # Polygons alone are one record of several rings; with a mask among them they are not.
    rings = _rings(pieces)
    hole_rings = _rings(holes)
    if rings is None or hole_rings is None:
        return Compound(pieces=[*pieces], holes=[*holes])
    return Polygons(rings=rings, holes=hole_rings)


def _rings(pieces: Sequence[Piece]) -> list[Any] | None:
    """The rings of all pieces; None if one of them is no polygon, or has holes of its own."""
    rings: list[Any] = []
    for piece in pieces:
        if not isinstance(piece, Polygons) or piece.holes:
            return None
        rings += piece.rings
    return rings


def _first_of_objects(
    drawn: Sequence[Drawn], may_be_hole: Sequence[bool]
) -> defaultdict[str, list[Drawn]]:
    """By group: the first shape of each object in it."""
    objects: defaultdict[str, list[Drawn]] = defaultdict(list)
    seen = set()
    for number, each in enumerate(drawn):
        if each.group is None or each.shape is None or may_be_hole[number]:
            continue
        name = (each.group, each.label)
        if name not in seen:
            seen.add(name)
            objects[each.group].append(each)
    return objects


def _extents(drawn: Sequence[Drawn], may_be_hole: Sequence[bool]) -> Any:
    """(n, 4) float64: the extent of each shape; NaN for holes, and if it is not known."""
    extents = np.full((len(drawn), 4), np.nan)
    for number, each in enumerate(drawn):
        if each.extent is not None and not may_be_hole[number]:
            extents[number] = each.extent
    return extents


def _enclosing(extents: Any, inner: Extent) -> list[int]:
    """The numbers of the extents that hold another one."""
    x0, y0, x1, y1 = inner
    # Comparing with NaN gives False: what has no extent holds nothing.
    holds_left = extents[:, 0] <= x0
    holds_top = extents[:, 1] <= y0
    holds_right = extents[:, 2] >= x1
    holds_bottom = extents[:, 3] >= y1
    holds_all = holds_left & holds_top & holds_right & holds_bottom
    numbers: list[int] = np.flatnonzero(holds_all).tolist()
    return numbers
