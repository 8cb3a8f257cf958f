"""Rings of polygons: read from what exports hold, many of them together.

The corners of all rings follow each other in one array, because a step in numpy costs as
much for one ring as for some hundred.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.pixels.ragged import starts_of

Corners = NDArray[np.float64]
"""(m, 2): x and y of each corner, px."""

Numbers = NDArray[np.int64]
"""(n,): one for each ring."""

Scale = tuple[float, float]
"""px that 1 means, in x and in y."""

_NUMBERS = {int, float}  # a bool is no number here
_NUMBER_BYTES = 8
_POINT_BYTES = 2 * _NUMBER_BYTES
_LEAST_BYTES = 3 * _POINT_BYTES  # of three points


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """n rings of finite numbers, each of which has a corner."""

    corners: Corners
    sizes: Numbers
    """(n,): how many corners each ring has."""

    @property
    def first(self) -> Numbers:
        """(n,) the number of the first corner of each ring."""
        return starts_of(self.sizes)

    @property
    def following(self) -> Numbers:
        """(m,) the number of the corner after each one: a ring's first after its last."""
        following = np.arange(1, len(self.corners) + 1)
        last = np.cumsum(self.sizes) - 1
        following[last] = self.first
        return following

    def take(self, chosen: NDArray[np.bool_]) -> "Rings":
        """Those of the rings for which a (n,) mask is true."""
        if chosen.all():
            return self
        of_chosen = np.repeat(chosen, self.sizes)
        return Rings(self.corners[of_chosen], self.sizes[chosen])

    def between(self, first: int, end: int) -> "Rings":
        """The rings from number `first` on, up to `end`."""
        start = self.sizes[:first].sum()
        stop = self.sizes[:end].sum()
        return Rings(self.corners[start:stop], self.sizes[first:end])

    def scaled(self, scales: NDArray[np.float64]) -> "Rings":
        """The rings at another scale. `scales`: (n, 2), px that 1 means in x and in y."""
        with np.errstate(over="ignore"):  # what becomes infinite is over the limit
            scaled = self.corners * np.repeat(scales, self.sizes, axis=0)
        return Rings(scaled, self.sizes)

    def without_repeats(self) -> "Rings":
        """The rings without corners at the place of the next one: some tools write them.

        A ring of one place keeps its first corner.
        """
        x, y = np.ascontiguousarray(self.corners.T)
        following = self.following
        moves = (x[following] != x) | (y[following] != y)
        if moves.all():
            return self
        is_single = np.add.reduceat(moves, self.first, dtype=np.int64) == 0
        moves[self.first[is_single]] = True
        sizes = np.add.reduceat(moves, self.first, dtype=np.int64)
        return Rings(self.corners[moves], sizes)

    def reach(self) -> NDArray[np.float64]:
        """(n,) the largest coordinate of each ring without its sign, px."""
        x, y = np.abs(self.corners.T)
        furthest = np.maximum(x, y)
        reach: NDArray[np.float64] = np.maximum.reduceat(furthest, self.first)
        return reach

    def reach_beyond(self, pictures: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, 2) how far each ring reaches beyond its picture in x and in y, px; 0 if it does not.

        `pictures`: (n, 2), width and height of the picture of each ring, px.
        """
        least = np.minimum.reduceat(self.corners, self.first)
        most = np.maximum.reduceat(self.corners, self.first)
        beyond = np.maximum(-least, most - pictures)
        return np.maximum(beyond, 0)

    def split(self) -> list[Corners]:
        """The corners of each ring."""
        return np.split(self.corners, self.first[1:])


def packed(ring: object) -> object:
    """A ring of an export as the bytes of its numbers, float64; a bad ring stays as it is.

    Rings whose numbers are written in different ways (10, 10.0) become the same bytes, and numpy
    reads these at once.
    """
    if not isinstance(ring, list) or not ring:
        return ring
    types = set(map(type, ring))
    if not types <= _NUMBERS:
        return ring
    try:
        return packed_floats(ring)
    except (OverflowError, struct.error):  # a whole number that is no float
        return ring


def packed_floats(numbers: Sequence[float]) -> bytes:
    """Numbers as the bytes of float64."""
    return struct.pack(f"{len(numbers)}d", *numbers)


def read_rings(raw: Iterable[object]) -> tuple[Rings, list[bool]]:
    """The good rings of an export, and whether each of its rings is good.

    A good ring is a flat list of three points or more, or the bytes of such a list (`packed`),
    and all its numbers are finite.
    """
    is_good: list[bool] = []
    data: list[bytes] = []
    for each in raw:
        ring = packed(each)
        if isinstance(ring, bytes) and _has_points(ring):
            is_good.append(True)
            data.append(ring)
        else:
            is_good.append(False)

    byte_sizes = np.array([len(ring) for ring in data], np.int64)
    sizes = byte_sizes // _POINT_BYTES
    numbers = np.frombuffer(b"".join(data), np.float64)
    corners = numbers.reshape(-1, 2)
    rings = Rings(corners, sizes)
    is_finite = np.isfinite(corners)
    if is_finite.all():
        return rings, is_good

    # Of the rings that were good so far, those with a number that is not finite are bad.
    finite_points = is_finite.all(axis=1)
    finite_rings = np.logical_and.reduceat(finite_points, rings.first)
    good = np.array(is_good, np.bool_)
    good[good] = finite_rings
    return rings.take(finite_rings), good.tolist()


def _has_points(ring: bytes) -> bool:
    return len(ring) >= _LEAST_BYTES and len(ring) % _POINT_BYTES == 0
