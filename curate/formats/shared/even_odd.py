"""Rings of one outline of which some are holes, and only their place tells which."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.reasons import Reason, Refusal
from curate.records import Compound, Polygons

MOST_TESTS = 20_000_000
"""Rings × vertices of an outline; beyond it, the outline is over_limit."""

_FARTHEST = 1e12  # px
_SAMPLES = 3  # vertices of a ring that tell whether it lies in another one

_Points = NDArray[np.float64]
_Flags = NDArray[np.bool_]


def even_odd(rings: list[list[Any]]) -> Polygons | Compound:
    """The shape of an outline: what is inside an odd number of its rings.

    `rings`: flat lists x0, y0, x1, y1, …, as the export has them. They may lie in each other, but
    must not cross: rings that cross are united. A ring that is no list of numbers stays in the
    shape, for ingest to count it as a bad one.

    Raises:
        Refusal: over_limit.
    """
    if len(rings) < 2:
        return Polygons(rings=rings)
    vertices = sum(len(ring) for ring in rings) // 2
    if len(rings) * vertices > MOST_TESTS:
        what = f"an outline of {len(rings)} rings, {vertices} vertices"
        raise Refusal(Reason.OVER_LIMIT, what)

    good = [ring for ring in rings if _is_ring(ring)]
    pieces = [Polygons(rings=[ring]) for ring in rings if not _is_ring(ring)]
    if good:
        pieces += _pieces(good)
    return _joined(pieces)


def _is_ring(ring: list[Any]) -> bool:
    """Whether a list holds the finite numbers of three vertices or more."""
    if len(ring) < 6 or len(ring) % 2 == 1 or None in ring:
        return False
    return bool(np.isfinite(ring).all())


def _pieces(rings: list[list[float]]) -> list[Polygons]:
    """The pieces of an outline, each with the holes in it."""
    outlines = []
    for ring in rings:
        # No picture reaches so far, and products of two such numbers are finite.
        near = np.clip(ring, -_FARTHEST, _FARTHEST)
        outlines.append(near.reshape(-1, 2))
    lies_in = _lies_in(outlines)
    depths = lies_in.sum(axis=1)
    is_piece = depths % 2 == 0

    # A ring at an even depth is the edge of a piece, and those right inside it are its holes.
    pieces = []
    for number in np.flatnonzero(is_piece).tolist():
        is_inside = lies_in[:, number]
        is_next = depths == depths[number] + 1
        numbers_of_holes = np.flatnonzero(is_inside & is_next)
        holes = [rings[hole] for hole in numbers_of_holes.tolist()]
        piece = Polygons(rings=[rings[number]], holes=holes)
        pieces.append(piece)
    return pieces


def _joined(pieces: list[Polygons]) -> Polygons | Compound:
    """One shape of all pieces."""
    if len(pieces) == 1:
        return pieces[0]
    if any(piece.holes for piece in pieces):
        return Compound(pieces=[*pieces])
    return Polygons(rings=[piece.rings[0] for piece in pieces])


def _lies_in(outlines: list[_Points]) -> _Flags:
    """(n, n) bool: whether the first of two rings lies in the second."""
    number_of_rings = len(outlines)
    lows = np.stack([outline.min(axis=0) for outline in outlines])
    highs = np.stack([outline.max(axis=0) for outline in outlines])
    areas = np.array([_area(outline) for outline in outlines])
    edges = _Edges(outlines)

    shape = (number_of_rings, number_of_rings)
    result = np.zeros(shape, dtype=np.bool_)
    for number, outline in enumerate(outlines):
        starts_within = lows[number] >= lows
        ends_within = highs[number] <= highs
        is_within = np.all(starts_within & ends_within, axis=1)
        # Of two equal rings neither is a hole: tools write the same outline twice.
        is_smaller = areas[number] < areas
        result[number] = _are_around(outline, edges) & is_within & is_smaller
    return result


def _are_around(outline: _Points, edges: "_Edges") -> _Flags:
    """(n,) bool: whether most of the sampled vertices of an outline lie in each ring."""
    votes = np.zeros(edges.rings, dtype=np.int64)
    for sample in range(_SAMPLES):
        place = sample * len(outline) // _SAMPLES
        votes += edges.around(outline[place])
    most_agree: _Flags = 2 * votes > _SAMPLES
    return most_agree


def _area(outline: _Points) -> float:
    """Area inside a ring, px²."""
    x = outline[:, 0]
    y = outline[:, 1]
    next_x = np.roll(x, -1)
    next_y = np.roll(y, -1)
    doubled = np.dot(x, next_y) - np.dot(y, next_x)
    return float(abs(doubled)) / 2


class _Edges:
    """All edges of several rings in a row: a point is tested against all rings at once."""

    def __init__(self, outlines: list[_Points]) -> None:
        starts = np.concatenate(outlines)
        ends = np.concatenate([np.roll(outline, -1, axis=0) for outline in outlines])
        self._x = starts[:, 0]
        self._y = starts[:, 1]
        self._end_y = ends[:, 1]

        # A level edge spans no height: what its width is divided by does not matter.
        width = ends[:, 0] - self._x
        height = self._end_y - self._y
        height[height == 0] = 1.0
        self._slope = width / height

        lengths = [len(outline) for outline in outlines]
        self.rings = len(outlines)
        self._firsts = np.cumsum([0, *lengths[:-1]])

    def around(self, point: _Points) -> NDArray[np.int64]:
        """(n,) int64: 1 for each ring around a point: its ray to the right leaves the ring."""
        x, y = point
        starts_below = self._y > y
        ends_below = self._end_y > y
        meets_ray = starts_below != ends_below

        down = y - self._y
        meets_at = self._x + down * self._slope
        is_crossed = meets_ray & (meets_at > x)
        crossings = np.add.reduceat(is_crossed, self._firsts, dtype=np.int64)
        odd: NDArray[np.int64] = crossings % 2
        return odd
