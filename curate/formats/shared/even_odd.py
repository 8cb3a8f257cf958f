"""Rings of one outline of which some are holes, and only their place tells which."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.reasons import Reason, Refusal
from curate.records import Compound, Polygons

MOST_RINGS = 2000
"""An outline of more rings is over_limit: each ring is compared with each other one."""

_SAMPLES = 32  # vertices by which a ring's place is judged

_Points = NDArray[np.float64]


def even_odd(rings: list[list[Any]]) -> Polygons | Compound:
    """The shape of an outline: what is inside an odd number of its rings.

    `rings`: flat lists x0, y0, x1, y1, …, as the export has them. They may lie in each other, but
    must not cross: of rings that cross, the union is taken. A ring that is no list of numbers
    stays in the shape, for ingest to count it as a bad one.

    Raises:
        Refusal: over_limit.
    """
    if len(rings) < 2:
        return Polygons(rings=rings)
    if len(rings) > MOST_RINGS:
        raise Refusal(Reason.OVER_LIMIT, f"an outline of {len(rings)} rings")

    outlines = [_vertices(ring) for ring in rings]
    around = [_rings_around(number, outlines) for number in range(len(rings))]
    depths = [len(outer) for outer in around]

    # A ring at an even depth is the edge of a piece, and those right inside it are its holes.
    pieces = []
    for number, ring in enumerate(rings):
        if depths[number] % 2 == 1:
            continue
        holes = []
        for inner, outer in enumerate(around):
            if number in outer and depths[inner] == depths[number] + 1:
                holes.append(rings[inner])
        pieces.append(Polygons(rings=[ring], holes=holes))
    return _joined(pieces)


def _joined(pieces: list[Polygons]) -> Polygons | Compound:
    """One shape of all pieces."""
    if len(pieces) == 1:
        return pieces[0]
    if any(piece.holes for piece in pieces):
        return Compound(pieces=[*pieces])
    return Polygons(rings=[piece.rings[0] for piece in pieces])


def _vertices(ring: list[Any]) -> _Points | None:
    """(n, 2) float64: the vertices of a ring; None if it is no ring of finite numbers."""
    if len(ring) < 6 or len(ring) % 2 == 1 or None in ring:
        return None
    vertices = np.array(ring, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(vertices).all():
        return None
    return vertices


def _rings_around(number: int, outlines: list[_Points | None]) -> set[int]:
    """The numbers of the rings in which a ring lies."""
    inner = outlines[number]
    if inner is None:
        return set()
    around = set()
    for other, outer in enumerate(outlines):
        if other != number and outer is not None and _lies_in(inner, outer):
            around.add(other)
    return around


def _lies_in(inner: _Points, outer: _Points) -> bool:
    """Whether a ring lies in another one, judged by most of some of its vertices."""
    fits_low = (inner.min(axis=0) >= outer.min(axis=0)).all()
    fits_high = (inner.max(axis=0) <= outer.max(axis=0)).all()
    if not fits_low or not fits_high:
        return False
    step = -(-len(inner) // _SAMPLES)
    samples = inner[::step]
    return 2 * int(_inside(samples, outer).sum()) > len(samples)


def _inside(points: _Points, ring: _Points) -> NDArray[np.bool_]:
    """(n,) bool: whether a ray from a point to the right meets an odd number of a ring's edges."""
    x = points[:, 0, np.newaxis]
    y = points[:, 1, np.newaxis]
    x0 = ring[:, 0]
    y0 = ring[:, 1]
    x1 = np.roll(x0, -1)
    y1 = np.roll(y0, -1)

    spans = (y0 > y) != (y1 > y)
    # Edges that do not span the ray's height may be level: what is divided by is of no use then.
    height = np.where(y1 == y0, 1.0, y1 - y0)
    meets_at = x0 + (y - y0) * (x1 - x0) / height
    crossings = (spans & (meets_at > x)).sum(axis=1)
    return np.asarray(crossings % 2 == 1)
