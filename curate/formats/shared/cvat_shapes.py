"""Shapes in CVAT's XML: elements as parts of objects, or with the reason why they have no mask."""

import math
from typing import Any

from curate.exports.xml_documents import Element
from curate.formats.shared.grouping import Drawn, Extent, Piece
from curate.formats.shared.keys import content_digest
from curate.pixels.outlines import ellipse
from curate.reasons import Reason, Refusal
from curate.records import Polygons, RowRunLengths

_WITH_MASK = frozenset({"polygon", "ellipse", "mask"})
_WITHOUT_MASK = frozenset({"box", "polyline", "points", "cuboid", "skeleton", "tag"})

# What CVAT says of a shape besides where it lies. The first ones are kept as attributes.
_KEPT = ("occluded", "source", "keyframe", "group_id")
_NOT_GEOMETRY = frozenset(
    {*_KEPT, "label", "outside", "frame", "z_order", "annotation_type"}
)


def is_annotation(element: Element) -> bool:
    """Whether an element of an image or a track is a shape or a tag."""
    return element.tag in _WITH_MASK or element.tag in _WITHOUT_MASK


def z_order(element: Element) -> float:
    """How far up in the stack a shape is drawn; 0 if it does not say."""
    try:
        z = float(element.attributes.get("z_order", "0"))
    except ValueError:
        return 0.0
    if math.isnan(z):
        return 0.0
    return z


def read_shape(
    element: Element, label: str | None, group: str | None, document: str
) -> Drawn:
    """A shape of a document; its `refusal` says why it has no mask."""
    drawn = Drawn(
        label=label or "",
        group=group,
        key=f"{document}#{_digest(element, label)}",
        attributes=_attributes(element),
    )
    try:
        if label is None:
            raise Refusal(Reason.UNKNOWN_CLASS, f"a {element.tag} without a label")
        drawn.shape, drawn.extent = _shape(element)
    except Refusal as refusal:
        drawn.refusal = refusal
    return drawn


def _attributes(element: Element) -> dict[str, str]:
    """What CVAT says of a shape, and its own attributes, which take precedence."""
    attributes = {}
    for name in _KEPT:
        if name in element.attributes:
            attributes[name] = element.attributes[name]
    for child in element.children:
        if child.tag == "attribute" and "name" in child.attributes:
            attributes[child.attributes["name"]] = child.text
    return attributes


def _digest(element: Element, label: str | None) -> str:
    """A digest of label and geometry. What has no mask is told apart by all that it says."""
    geometry = {
        name: value
        for name, value in element.attributes.items()
        if name not in _NOT_GEOMETRY
    }
    content: list[Any] = [label, element.tag, geometry]
    if element.tag not in _WITH_MASK:
        # The points of a skeleton, and the attributes of a tag.
        content += [[each.tag, each.attributes, each.text] for each in element.children]
    return content_digest(*content)


def _shape(element: Element) -> tuple[Piece, Extent | None]:
    """The geometry of an element and how far it reaches. Refusal if it has no mask."""
    if element.tag == "polygon":
        ring = read_points(element.attributes.get("points", ""))
        return Polygons(rings=[ring]), _extent(ring)
    if element.tag == "ellipse":
        ring = _ellipse(element)
        return Polygons(rings=[ring]), _extent(ring)
    if element.tag == "mask":
        return _mask(element)
    raise Refusal(Reason.NO_MASK, f"a shape of the kind {element.tag[:40]}")


def read_points(text: str) -> list[Any]:
    """The flat ring x0, y0, x1, y1, … of "x0,y0;x1,y1;…"; [None] if it is something else.

    >>> read_points("1.50,2.00;3.00,4.00")
    [1.5, 2.0, 3.0, 4.0]
    """
    ring: list[Any] = []
    for pair in text.strip().rstrip(";").split(";"):
        x, _, y = pair.partition(",")
        try:
            ring += [float(x), float(y)]
        except ValueError:
            return [None]
    return ring


def _extent(ring: list[Any]) -> Extent | None:
    """How far a flat ring reaches; None if it is no ring, of which ingest says what is wrong."""
    if None in ring or not all(map(math.isfinite, ring)):
        return None
    x = ring[0::2]
    y = ring[1::2]
    return min(x), min(y), max(x), max(y)


def _ellipse(element: Element) -> list[float]:
    """The ring of an ellipse. Refusal bad_polygon if one of its numbers is none."""
    stated = {"rotation": "0"} | element.attributes
    numbers = []
    for name in ("cx", "cy", "rx", "ry", "rotation"):
        try:
            number = float(stated.get(name, ""))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise Refusal(
                Reason.BAD_POLYGON, f"an ellipse whose {name} is no finite number"
            )
        numbers.append(number)

    cx, cy, rx, ry, degrees = numbers
    return ellipse(cx, cy, rx, ry, math.radians(degrees))


def _mask(element: Element) -> tuple[Piece, Extent | None]:
    """A mask: run-lengths that go row by row through its own rectangle, zeros first."""
    left = _whole(element, "left")
    top = _whole(element, "top")
    width = _whole(element, "width")
    height = _whole(element, "height")
    runs = _runs(element.attributes.get("rle", ""))
    mask = RowRunLengths(counts=runs, x=left, y=top, width=width, height=height)
    if left is None or top is None or width is None or height is None:
        return mask, None  # ingest says what is wrong with it
    return mask, (left, top, left + width, top + height)


def _whole(element: Element, name: str) -> int | None:
    """A whole number, also if it is written as 12.0; None if the attribute is not one."""
    try:
        number = float(element.attributes.get(name, ""))
    except ValueError:
        return None
    if not math.isfinite(number) or number != int(number):
        return None
    return int(number)


def _runs(text: str) -> list[int] | None:
    """Runs of zeros and ones in turn; None if one is no whole number."""
    try:
        return list(map(int, text.split(",")))
    except ValueError:
        return None
