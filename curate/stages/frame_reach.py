"""How far outlines reach: whether a stated size can be that of their frame.

Scripts take a picture's size from its file as it is stored, and the outlines from a tool that
shows it turned. Then some outlines lie beyond the stated size, and all of them fit the other frame.
"""

import msgspec
import numpy as np

from curate.pixels.proportions import Size
from curate.pixels.rings import packed
from curate.records import Annotation, ImageRecord, Polygons

_MOST_OF_PICTURE = 8  # outlines that are asked
_LARGEST = 4_096  # bytes of a ring; larger ones are not kept for it
_POINT = 16  # bytes
_BEYOND = 1.05  # of a side: by less, outlines are drawn beyond the edge


class Reach(msgspec.Struct, frozen=True):
    """The furthest x and y of some outlines of a picture, px."""

    x: float
    y: float

    def is_beyond(self, size: Size) -> bool:
        """Whether it is clearly outside a frame. `size`: its height and width."""
        height, width = size
        return self.x > _BEYOND * width or self.y > _BEYOND * height

    def fits(self, size: Size) -> bool:
        """Whether it is inside a frame, to a px."""
        height, width = size
        return self.x <= width + 1 and self.y <= height + 1


def some_with_outlines(record: ImageRecord) -> list[Annotation]:
    """Some of a record's annotations that are small polygons in px."""
    found = []
    for annotation in record.annotations:
        if annotation.dropped is None and _rings(annotation):
            found.append(annotation)
        if len(found) == _MOST_OF_PICTURE:
            break
    return found


def reach_of(record: ImageRecord) -> Reach | None:
    """How far the polygons of a record reach; None if it has none."""
    corners = [
        np.frombuffer(ring).reshape(-1, 2)
        for annotation in record.annotations
        for ring in _rings(annotation)
    ]
    if not corners:
        return None
    x, y = np.concatenate(corners).max(axis=0).tolist()
    return Reach(x, y)


def _rings(annotation: Annotation) -> list[bytes]:
    """The small good rings of an annotation's polygon in px, packed."""
    shape = annotation.shape
    if not isinstance(shape, Polygons) or shape.normalised:
        return []
    rings = []
    for ring in map(packed, shape.rings):
        if not isinstance(ring, bytes):
            continue
        has_pairs = len(ring) % _POINT == 0
        if has_pairs and 0 < len(ring) <= _LARGEST:
            rings.append(ring)
    return rings
