"""The px inside rings, bit for bit as pycocotools fills them.

The raster is computed here and not by pycocotools' C code, which writes past its
buffer if a mask has runs of 2^24 px and more. The cost is the image columns that the
outlines cross, however far they reach; rings are filled many at a time, because each
step in numpy costs as much as some thousand crossings.

How pycocotools fills (maskApi.c, rleFrPoly): it draws the outline on a grid of fifths
of a px, point by point along the longer axis of each edge, and looks where the drawn
line passes the middle of a px column, between the fifths 5x + 2 and 5x + 3. Each
crossing turns the mask on or off from its row downwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from curate.pixels.ragged import count_from, owners_of
from curate.pixels.rings import Rings
from curate.pixels.run_lengths import (
    Positions,
    RunLengths,
    frames_apart,
    from_shifted_borders,
)

Fifths = NDArray[np.float64]
"""(n,): whole fifths of a px."""

Columns = NDArray[np.int64]
"""(n,): whole px."""

Sides = NDArray[np.int64]
"""(n,): a side of the frame of each ring, px."""

MAX_CROSSINGS = 4_000_000
"""Columns that the edges of one polygon may cross in all; each takes about 200 bytes."""

_FIFTHS = 5  # in a px
_MIDDLE = 2  # the last fifth before the middle of a px
_HALF = 0.5  # what C adds before it cuts the fraction off, to round
_AT_ONCE = 1 << 15  # crossings whose numbers fit the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """n edges of rings, each from where its coordinate on its longer axis is lower."""

    ring: Columns
    """The number of its ring."""
    x: Fifths
    y: Fifths
    """Where each starts."""
    dx: Fifths
    dy: Fifths
    """From there to its end."""
    first: Columns
    """The first column of the frame whose middle it crosses."""
    crossed: Columns
    """How many it crosses."""

    def take(self, chosen: Columns | slice) -> "_Edges":
        """Some of the edges, by number or by a slice."""
        return _Edges(
            ring=self.ring[chosen],
            x=self.x[chosen],
            y=self.y[chosen],
            dx=self.dx[chosen],
            dy=self.dy[chosen],
            first=self.first[chosen],
            crossed=self.crossed[chosen],
        )


def crosses_too_much(rings: Rings, width: int) -> bool:
    """Whether the edges of a polygon cross more than `MAX_CROSSINGS` columns of the frame."""
    if len(rings.corners) * width <= MAX_CROSSINGS:
        return False
    widths = np.full(rings.sizes.size, width)
    return int(_edges(rings, widths).crossed.sum()) > MAX_CROSSINGS


def fill(rings: Rings, heights: Sides, widths: Sides) -> list[RunLengths]:
    """The px inside each ring over its own frame; none may cross too much."""
    edges = _edges(rings, widths)
    filled: list[RunLengths] = []
    for first, last in _groups(edges, rings.sizes.size):
        bounds = np.searchsorted(edges.ring, (first, last))
        group = edges.take(slice(*bounds))
        filled += _fill_group(group, first, heights[first:last], widths[first:last])
    return filled


def _groups(edges: _Edges, rings: int) -> Iterator[tuple[int, int]]:
    """Ranges of rings that are filled together."""
    crossed = np.bincount(edges.ring, edges.crossed, rings)
    number = np.cumsum(crossed) // _AT_ONCE
    is_new = np.diff(number, prepend=-1, append=np.inf)
    bounds = np.flatnonzero(is_new).tolist()
    yield from pairwise(bounds)


def _fill_group(
    edges: _Edges, first: int, heights: Sides, widths: Sides
) -> list[RunLengths]:
    """The px inside the rings whose edges these are.

    `first`: the number of the first of the rings. `heights`, `widths`: of their frames.
    """
    frames = _Frames(first, heights, frames_apart(heights, widths))
    is_steep = np.abs(edges.dx) < np.abs(edges.dy)
    level = _level_crossings(edges.take(np.flatnonzero(~is_steep)), frames)
    steep = _steep_crossings(edges.take(np.flatnonzero(is_steep)), frames)
    borders = np.concatenate((level, steep))
    borders.sort(kind="stable")  # of sorted pieces: a quarter of the time
    return from_shifted_borders(borders, heights, widths)


def _edges(rings: Rings, widths: Sides) -> _Edges:
    """The edges of rings, their corners rounded to fifths as C does it."""
    fifths = np.trunc(_FIFTHS * rings.corners + _HALF)
    x, y = np.ascontiguousarray(fifths.T)
    following = rings.following
    end_x = x[following]
    end_y = y[following]
    dx = end_x - x
    dy = end_y - y

    # Drawing starts at the end that is lower on the longer axis: rounding depends on
    # it.
    is_level = np.abs(dx) >= np.abs(dy)
    along = np.where(is_level, dx, dy)
    is_backwards = along < 0
    x = np.where(is_backwards, end_x, x)
    y = np.where(is_backwards, end_y, y)
    direction = np.where(is_backwards, -1.0, 1.0)
    dx *= direction
    dy *= direction
    first, last = _columns(x, dx, np.repeat(widths, rings.sizes))
    return _Edges(
        ring=owners_of(rings.sizes),
        x=x,
        y=y,
        dx=dx,
        dy=dy,
        first=first,
        crossed=np.maximum(last - first + 1, 0),
    )


def _columns(x: Fifths, dx: Fifths, width: Columns) -> tuple[Columns, Columns]:
    """The first and the last column of the frame whose middle each edge crosses.

    If a range has no column, its last is before its first. `width`: (n,) of the frame of each.
    """
    ends = x + dx
    leftmost = np.minimum(x, ends)
    rightmost = np.maximum(x, ends)

    after_left = (leftmost - _MIDDLE) / _FIFTHS
    before_right = (rightmost - _MIDDLE - 1) / _FIFTHS
    first = np.maximum(np.ceil(after_left), 0)
    last = np.minimum(np.floor(before_right), width - 1)
    return first.astype(np.int64), last.astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Frames:
    """The frames of some rings, which lie one after the other."""

    first: int
    """The number of the first of the rings."""
    heights: Sides
    starts: Columns
    """(n,) where each frame starts."""


@dataclass(frozen=True, slots=True, eq=False)
class _Crossings:
    """The columns that edges cross, one entry for each."""

    column: Columns
    height: Columns
    """Height of the frame."""
    offset: Columns
    """Where the frame starts."""
    times: Columns
    """How often each edge stands among the entries."""

    def of_each(self, values: Fifths) -> Fifths:
        """A value of each edge, for each of its entries."""
        return np.repeat(values, self.times)


def _crossings(edges: _Edges, frames: _Frames) -> _Crossings:
    times = edges.crossed
    ring = edges.ring - frames.first
    return _Crossings(
        column=count_from(edges.first, times),
        height=np.repeat(frames.heights[ring], times),
        offset=np.repeat(frames.starts[ring], times),
        times=times,
    )


def _level_crossings(edges: _Edges, frames: _Frames) -> Positions:
    """The positions at which edges that are drawn along x cross their columns.

    The y of a crossing is the lower of the two drawn points on either side of the
    middle. Drawn points are one fifth apart along the edge's longer axis, and rounded as
    C does it on the other, in float64.
    """
    entries = _crossings(edges, frames)
    # Edges that cross no column may be points, which have no slope.
    slope = edges.dy / np.maximum(edges.dx, 1)
    slope = entries.of_each(slope)
    y = entries.of_each(edges.y)
    middle = _FIFTHS * entries.column + _MIDDLE
    steps = middle - entries.of_each(edges.x)

    y_before = np.trunc(y + slope * steps + _HALF)
    y_behind = np.trunc(y + slope * (steps + 1) + _HALF)
    return _positions(np.minimum(y_before, y_behind), entries)


def _steep_crossings(edges: _Edges, frames: _Frames) -> Positions:
    """The same for edges that are drawn along y: the last drawn point that has not passed
    the middle of its column."""
    entries = _crossings(edges, frames)
    slope = entries.of_each(edges.dx / edges.dy)
    x = entries.of_each(edges.x)
    middle = _FIFTHS * entries.column + _MIDDLE
    before = middle.astype(np.float64)
    goes_right = slope > 0

    # Start at most two steps early, and go on while the next point has not passed
    # either.
    step = np.floor((before + _HALF - x) / slope) - 2
    for _ in range(3):
        drawn_x = np.trunc(x + slope * (step + 1) + _HALF)
        passes = (drawn_x > before) == goes_right
        step += ~passes
    return _positions(entries.of_each(edges.y) + step, entries)


def _positions(y: Fifths, entries: _Crossings) -> Positions:
    """Positions in the frame, each ring's apart. `y`: of each crossing."""
    row = np.floor((y + _MIDDLE) / _FIFTHS)
    np.maximum(row, 0, out=row)
    np.minimum(row, entries.height, out=row)
    position = entries.column * entries.height + row.astype(np.int64)
    return position + entries.offset
