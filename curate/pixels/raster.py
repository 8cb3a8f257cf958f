"""The px inside a ring, bit for bit as pycocotools fills it.

The raster is computed here and not by pycocotools' C code, which writes past its
buffer if a mask has runs of 2^24 px and more. The cost is the image columns that the
outline crosses, however far it reaches.

How pycocotools fills (maskApi.c, rleFrPoly): it draws the outline on a grid of fifths
of a px, point by point along the longer axis of each edge, and looks where the drawn
line passes the middle of a px column, between the fifths 5x + 2 and 5x + 3. Each
crossing turns the mask on or off from its row downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.pixels.run_lengths import Positions, RunLengths, from_borders
from curate.reasons import Reason, Refusal

Ring = NDArray[np.float64]
"""(n, 2): x and y of each corner, px."""

Fifths = NDArray[np.float64]
"""(n,): whole fifths of a px."""

Columns = NDArray[np.int64]
"""(n,): whole px."""

MAX_CROSSINGS = 4_000_000
"""Columns that the edges of one polygon may cross in all; each takes about 200 bytes."""

_FIFTHS = 5  # in a px
_MIDDLE = 2  # the last fifth before the middle of a px
_HALF = 0.5  # what C adds before it cuts the fraction off, to round


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """n edges of a ring, each from where its coordinate on its longer axis is lower."""

    x: Fifths
    y: Fifths
    """Where each starts."""
    dx: Fifths
    dy: Fifths
    """From there to its end."""

    def take(self, chosen: NDArray[Any]) -> "_Edges":
        """Some of the edges, by number or by a (n,) mask."""
        return _Edges(
            x=self.x[chosen],
            y=self.y[chosen],
            dx=self.dx[chosen],
            dy=self.dy[chosen],
        )


def fill(rings: Sequence[Ring], height: int, width: int) -> list[RunLengths]:
    """The px inside each ring over height × width px.

    Refusal over_limit if their edges cross more than `MAX_CROSSINGS` columns.
    """
    filled = []
    crossings = 0
    for ring in rings:
        edges = _edges(ring)
        first, last = _columns(edges, width)
        crossed = np.maximum(last - first + 1, 0)
        crossings += int(crossed.sum())
        if crossings > MAX_CROSSINGS:
            detail = f"a polygon whose edges cross more than {MAX_CROSSINGS:,} columns"
            raise Refusal(Reason.OVER_LIMIT, detail)

        borders = _borders(edges, first, crossed, height)
        filled.append(from_borders(borders, height, width))
    return filled


def _borders(
    edges: _Edges,
    first: Columns,
    crossed: Columns,
    height: int,
) -> Positions:
    """Where the edges of a ring turn the mask on or off, in order.

    `first`: the first column that each edge crosses. `crossed`: how many it crosses.
    """
    # One entry for each crossing: the number of its edge, and its column.
    numbers = np.arange(crossed.size)
    edge = np.repeat(numbers, crossed)
    ends = np.cumsum(crossed)
    starts = ends - crossed
    place = np.arange(edge.size) - starts[edge]
    column = first[edge] + place

    heights = _crossing_heights(edges.take(edge), column)
    row = (heights + _MIDDLE) // _FIFTHS
    row = np.clip(row, 0, height)
    borders = column * height + row
    borders.sort()
    return borders


def _edges(ring: Ring) -> _Edges:
    """The edges of a ring, its corners rounded to fifths as C does it."""
    start = np.trunc(_FIFTHS * ring + _HALF)
    end = np.roll(start, -1, axis=0)
    way = end - start

    # Drawing starts at the end that is lower on the longer axis: rounding depends on
    # it.
    dx, dy = way.T
    is_level = np.abs(dx) >= np.abs(dy)
    along = np.where(is_level, dx, dy)
    is_backwards = along < 0
    start[is_backwards] = end[is_backwards]
    way[is_backwards] *= -1

    x, y = start.T
    dx, dy = way.T
    return _Edges(x, y, dx, dy)


def _columns(
    edges: _Edges,
    width: int,
) -> tuple[Columns, Columns]:
    """The first and the last column of the frame whose middle each edge crosses.

    The last is before the first if there is none.
    """
    ends = edges.x + edges.dx
    leftmost = np.minimum(edges.x, ends)
    rightmost = np.maximum(edges.x, ends)

    after_left = (leftmost - _MIDDLE) / _FIFTHS
    before_right = (rightmost - _MIDDLE - 1) / _FIFTHS
    first = np.maximum(np.ceil(after_left), 0)
    last = np.minimum(np.floor(before_right), width - 1)
    return first.astype(np.int64), last.astype(np.int64)


def _crossing_heights(edges: _Edges, column: Columns) -> Columns:
    """The y, in fifths, at which each edge crosses the middle of its column, (n,).

    It is the lower of the two drawn points on either side of the middle. Drawn points
    are one fifth apart along the edge's longer axis, and rounded as C does it on the
    other, in float64.
    """
    middle = _FIFTHS * column + _MIDDLE
    before = middle.astype(np.float64)
    is_steep = np.abs(edges.dx) < np.abs(edges.dy)
    is_level = ~is_steep

    heights = np.empty(column.size)
    level = edges.take(is_level)
    heights[is_level] = _level_heights(level, before[is_level])
    steep = edges.take(is_steep)
    heights[is_steep] = _steep_heights(steep, before[is_steep])
    return heights.astype(np.int64)


def _level_heights(edges: _Edges, before: Fifths) -> Fifths:
    """For edges drawn along x. `before`: the last fifth before each middle."""
    slope = edges.dy / edges.dx
    steps = before - edges.x
    y_before = edges.y + slope * steps
    y_behind = edges.y + slope * (steps + 1)
    drawn_before = np.trunc(y_before + _HALF)
    drawn_behind = np.trunc(y_behind + _HALF)
    return np.minimum(drawn_before, drawn_behind)


def _steep_heights(edges: _Edges, before: Fifths) -> Fifths:
    """For edges drawn along y: the last drawn point that has not passed the middle."""
    slope = edges.dx / edges.dy
    goes_right = slope > 0

    # Start at most two steps early, and go on while the next point has not passed
    # either.
    to_middle = before + _HALF - edges.x
    step = np.floor(to_middle / slope) - 2
    for _ in range(3):
        next_x = edges.x + slope * (step + 1)
        drawn_x = np.trunc(next_x + _HALF)
        passes = (drawn_x > before) == goes_right
        step = np.where(passes, step, step + 1)
    heights: Fifths = edges.y + step
    return heights
