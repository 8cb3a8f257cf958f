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
        raise Refusal(Reason.OVER_LIMIT, f"an outline of {len(rings)} rings, {vertices} vertices")

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
    # No picture reaches so far, and products of two such numbers are finite.
    outlines = [np.clip(ring, -_FARTHEST, _FARTHEST).reshape(-1, 2) for ring in rings]
    lies_in = _lies_in(outlines)
    depths = lies_in.sum(axis=1)

    # A ring at an even depth is the edge of a piece, and those right inside it are its holes.
    pieces = []
    for number in np.flatnonzero(depths % 2 == 0):
        is_hole = lies_in[:, number] & (depths == depths[number] + 1)
        holes = [rings[hole] for hole in np.flatnonzero(is_hole)]
        pieces.append(Polygons(rings=[rings[number]], holes=holes))
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
    lows = np.stack([outline.min(axis=0) for outline in outlines])
    highs = np.stack([outline.max(axis=0) for outline in outlines])
    areas = np.array([_area(outline) for outline in outlines])

    # All edges of all rings in a row: a point is then tested against all rings at once.
    starts = np.concatenate(outlines)
    ends = np.concatenate([np.roll(outline, -1, axis=0) for outline in outlines])
    lengths = [len(outline) for outline in outlines]
    first_edges = np.cumsum([0, *lengths[:-1]])

    result = np.zeros((len(outlines), len(outlines)), dtype=np.bool_)
    for number, outline in enumerate(outlines):
        votes = np.zeros(len(outlines), dtype=np.int64)
        for place in range(_SAMPLES):
            point = outline[place * len(outline) // _SAMPLES]
            crossings = np.add.reduceat(_crosses(point, starts, ends), first_edges)
            votes += crossings % 2

        is_within = (lows[number] >= lows) & (highs[number] <= highs)
        # Of two equal rings neither is a hole: tools write the same outline twice.
        is_smaller = areas[number] < areas
        result[number] = (2 * votes > _SAMPLES) & is_within.all(axis=1) & is_smaller
    return result


def _area(outline: _Points) -> float:
    """Area inside a ring, px²."""
    x = outline[:, 0]
    y = outline[:, 1]
    doubled = np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))
    return float(abs(doubled)) / 2


def _crosses(point: _Points, starts: _Points, ends: _Points) -> NDArray[np.int64]:
    """(n,) int64: 1 for each edge that a ray from the point to the right crosses."""
    x, y = point
    x0 = starts[:, 0]
    y0 = starts[:, 1]
    x1 = ends[:, 0]
    y1 = ends[:, 1]

    spans = (y0 > y) != (y1 > y)
    # A level edge does not span the ray's height: what it is divided by does not matter.
    rise = np.where(y1 == y0, 1.0, y1 - y0)
    meets_at = x0 + (y - y0) * (x1 - x0) / rise
    crosses: NDArray[np.int64] = (spans & (meets_at > x)).astype(np.int64)
    return crosses
