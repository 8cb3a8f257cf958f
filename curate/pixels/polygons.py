"""Polygons as run-lengths, bit for bit as pycocotools rasterises them, and run-lengths as polygons.

Corner convention: the px in column x and row y covers x to x + 1 and y to y + 1. The raster is computed here
and not by pycocotools' C code, which writes past its buffer where a mask has runs of 2^24 px and more. The
cost is the image columns that the outline crosses, however far it reaches.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.run_lengths import RunLengths, from_borders
from curate.reasons import Reason, Refusal
from curate.records import Flag, Polygons

MAX_POINTS = 1_000_000
MAX_COORDINATE = 1_000_000.0
"""px; a polygon that reaches further is over_limit."""

MAX_CROSSINGS = 4_000_000
"""Columns of the image that the edges of one polygon may cross in all; each takes about 200 bytes."""

_COARSE_PX = 5.0  # the wider radius of the edge metric
_FINE = 5  # the outline is drawn on a grid of fifths of a px

Ring = NDArray[np.float64]
"""(n, 2) float64: x and y of each vertex, px."""


def rasterise(polygons: Polygons, height: int, width: int) -> tuple[RunLengths, list[Flag]]:
    """Run-lengths of the union of the rings, less the union of the holes, and remarks.

    A bad ring is left out (flag partial). Refusal no_mask, bad_polygon, over_limit, outside_image or empty_mask.
    """
    if all(ring == [] for ring in polygons.rings):
        raise Refusal(Reason.NO_MASK, "the polygon has no points")
    scale = (width, height) if polygons.normalised else (1, 1)
    rings = [good for ring in polygons.rings if (good := _read_ring(ring, scale)) is not None]
    holes = [good for ring in polygons.holes if (good := _read_ring(ring, scale)) is not None]
    if not rings:
        raise Refusal(
            Reason.BAD_POLYGON, "fewer than three points, or a number that is no finite number"
        )
    _check_limits([*rings, *holes])
    counts = masks.union(_fill(rings, height, width))
    if masks.area(counts) == 0 and not any(_meets(ring, height, width) for ring in rings):
        raise Refusal(
            Reason.OUTSIDE_IMAGE, f"the polygon lies outside the image of {width} x {height} px"
        )
    if holes:
        counts = masks.subtract(counts, masks.union(_fill(holes, height, width)))
    if masks.area(counts) == 0:
        raise Refusal(Reason.EMPTY_MASK, "the polygon covers no px")
    flags = {
        Flag.PARTIAL: len(rings) + len(holes) < len(polygons.rings) + len(polygons.holes),
        Flag.CROSSING_POLYGON: any(_crosses(ring) for ring in rings),
        Flag.COARSE_POLYGON: any(_coarse(ring) for ring in rings),
    }
    return counts, [flag for flag, holds in flags.items() if holds]


def to_polygons(mask: Mask) -> Polygons:
    """The outlines of a (H, W) bool mask along its px edges, one ring for each 4-connected region.

    Holes hang on their outer ring by edges walked to and fro, as COCO has no holes; `rasterise` of the
    result gives the mask back exactly.
    """
    columns, rows = np.divmod(
        masks.encode(np.pad(mask, ((0, 1), (0, 0)))).borders, mask.shape[0] + 1
    )
    x, top, bottom = columns[::2], rows[::2], rows[1::2]
    merged = shapely.union_all(shapely.box(x, top, x + 1, bottom))
    parts = shapely.get_parts(shapely.normalize(merged))
    return Polygons(rings=[_keyhole(part).ravel().tolist() for part in parts])


def _keyhole(part: shapely.Polygon) -> Ring:
    rings = [_corners(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part)]
    starts = [ring[:1] for ring in rings]
    return np.concatenate(
        (*rings, *starts[-2::-1])
    )  # from each hole on to the next, and all the way back


def _corners(ring: Ring) -> Ring:
    """A closed ring of upright and level edges, closed again, without the vertices between two edges of one line."""
    level = np.diff(ring[:, 1]) == 0
    corners = ring[:-1][level != np.roll(level, 1)]
    return np.concatenate((corners, corners[:1]))


def _read_ring(raw: object, scale: tuple[int, int]) -> Ring | None:
    if (
        not isinstance(raw, list)
        or len(raw) < 6
        or len(raw) % 2
        or not set(map(type, raw)) <= {int, float}
    ):
        return None
    try:
        ring = np.array(raw, np.float64).reshape(-1, 2)
    except OverflowError:
        return None
    with np.errstate(over="ignore"):  # what becomes infinite is over the limit
        return ring * scale if np.isfinite(ring).all() else None


def _check_limits(rings: list[Ring]) -> None:
    points = sum(map(len, rings))
    if points > MAX_POINTS:
        raise Refusal(
            Reason.OVER_LIMIT, f"a polygon of {points:,} points, more than {MAX_POINTS:,}"
        )
    reach = max(np.abs(ring).max() for ring in rings)
    if reach > MAX_COORDINATE:
        raise Refusal(
            Reason.OVER_LIMIT,
            f"a polygon that reaches to {reach:g} px, beyond {MAX_COORDINATE:,.0f}",
        )


def _fill(rings: list[Ring], height: int, width: int) -> list[RunLengths]:
    filled, crossings = [], 0
    for ring in rings:
        edge, column, edges = _crossed_columns(ring, width, MAX_CROSSINGS - crossings)
        row = np.clip((_crossing_heights(edges, edge, column) + 2) // _FINE, 0, height)
        filled.append(from_borders(np.sort(column * height + row), height, width))
        crossings += edge.size
    return filled


def _crossed_columns(
    ring: Ring, width: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Each crossing of a column's middle as (edge, column), and the edges (n, 2 ends, 2), along their longer axis.

    The middle of column x lies between the fifths 5x + 2 and 5x + 3.
    """
    start = np.trunc(_FINE * ring + 0.5)
    edges = np.stack((start, np.roll(start, -1, axis=0)), axis=1)
    across, along = np.abs(edges[:, 1] - edges[:, 0]).T
    longer = np.where(across >= along, 0, 1)
    ends = np.take_along_axis(edges, longer[:, None, None], axis=2)[:, :, 0]
    edges = np.where((ends[:, 0] > ends[:, 1])[:, None, None], edges[:, ::-1], edges)
    first = np.maximum(np.ceil((edges[:, :, 0].min(axis=1) - 2) / _FINE), 0).astype(np.int64)
    last = np.minimum(np.floor((edges[:, :, 0].max(axis=1) - 3) / _FINE), width - 1).astype(
        np.int64
    )
    number = np.maximum(last - first + 1, 0)
    if number.sum() > limit:
        raise Refusal(
            Reason.OVER_LIMIT, f"a polygon whose edges cross more than {MAX_CROSSINGS:,} columns"
        )
    edge = np.repeat(np.arange(len(ring)), number)
    column = first[edge] + np.arange(edge.size) - np.repeat(np.cumsum(number) - number, number)
    return edge, column, edges


def _crossing_heights(
    edges: NDArray[np.float64], edge: NDArray[np.int64], column: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The y, in fifths, of the lower of the two drawn points on either side of each crossing.

    Drawn points are spaced by one along the edge's longer axis, and rounded as C does on the other, in float64.
    """
    across, along = np.abs(edges[:, 1] - edges[:, 0]).T
    steep = (across < along)[edge]
    before = (_FINE * column + 2).astype(np.float64)
    heights = np.empty(edge.size)
    heights[~steep] = _level_heights(edges[edge[~steep]], before[~steep])
    heights[steep] = _steep_heights(edges[edge[steep]], before[steep])
    return heights.astype(np.int64)


def _level_heights(edges: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    (x, y), (dx, dy) = edges[:, 0].T, (edges[:, 1] - edges[:, 0]).T
    slope, step = dy / dx, before - x
    heights: NDArray[np.float64] = np.trunc(y + slope * (step + np.array([[0], [1]])) + 0.5).min(
        axis=0
    )
    return heights


def _steep_heights(edges: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    (x, y), (dx, dy) = edges[:, 0].T, (edges[:, 1] - edges[:, 0]).T
    slope = dx / dy
    step = np.floor((before + 0.5 - x) / slope) - 2  # at most two steps before the crossing's own
    for _ in range(3):  # go on while the next drawn point has not crossed either
        crosses = (np.trunc(x + slope * (step + 1) + 0.5) > before) == (slope > 0)
        step = np.where(crosses, step, step + 1)
    heights: NDArray[np.float64] = y + step
    return heights


def _meets(ring: Ring, height: int, width: int) -> bool:
    return bool(np.all(ring.max(axis=0) >= 0) and np.all(ring.min(axis=0) < (width, height)))


def _crosses(ring: Ring) -> bool:
    return str(shapely.is_valid_reason(shapely.polygons(ring))).startswith("Self-intersection")


def _coarse(ring: Ring) -> bool:
    """Whether n sides of this total length, around a circle, would miss it by more than 5 px: r (1 - cos(π / n)).

    An upright rectangle is taken for exact.
    """
    sides = np.diff(ring, axis=0, append=ring[:1])
    corners = len(ring) - int((~sides.any(axis=1)).sum())
    upright = corners == 4 and bool((sides == 0).any(axis=1).all())
    length = np.hypot(sides[:, 0], sides[:, 1]).sum()
    return not upright and bool(
        length / (2 * np.pi) * (1 - np.cos(np.pi / max(corners, 1))) > _COARSE_PX
    )
