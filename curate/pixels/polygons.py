"""Polygons as run-lengths, and masks as polygons.

Corner convention: the px in column x and row y covers x to x + 1 and y to y + 1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.coarse_outlines import are_coarse
from curate.pixels.crossings import cross_themselves
from curate.pixels.masks import Mask
from curate.pixels.proportions import Size
from curate.pixels.raster import MAX_CROSSINGS, crosses_too_much, fill
from curate.pixels.rings import Corners, Rings, Scale, read_rings
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Flag, Polygons

MAX_POINTS = 1_000_000
"""A polygon of more points is over_limit."""

MAX_COORDINATE = 1_000_000.0
"""px; a polygon that reaches further is over_limit."""

Drawn = tuple[RunLengths, list[Flag]]
"""The mask of a polygon, and remarks."""

_AT_ONCE = 1 << 12  # points whose numbers fit the processor's cache


@dataclass(frozen=True, slots=True)
class _Outlines:
    """The rings of a polygon that are good, among those of several polygons.

    `first`: the number of its first ring. `rings`, `holes`: how many it has; holes come
    last. `is_partial`: whether others were left out.
    """

    first: int
    rings: int
    holes: int
    is_partial: bool

    @property
    def end(self) -> int:
        """The number after that of its last ring."""
        return self.first + self.rings + self.holes


@dataclass(frozen=True, slots=True)
class _Filled:
    """Rings of several polygons, by their numbers."""

    masks: dict[int, RunLengths]
    """The px inside each ring that is used."""
    is_crossing: list[bool]
    """Whether each crosses itself."""
    is_coarse: list[bool]
    """Whether each has so few points that it may miss its object."""


def rasterise(
    polygons: Polygons,
    height: int,
    width: int,
    annotated: Size | None = None,
) -> Drawn:
    """Run-lengths of the union of the rings, less the union of the holes, and remarks.

    `annotated`: size of the frame that the corners are in, if it is not height × width
    px. A bad ring is left out (flag partial). Refusal no_mask, bad_polygon, over_limit,
    outside_image or empty_mask.
    """
    [drawn] = rasterise_all([polygons], height, width, annotated)
    if isinstance(drawn, Refusal):
        raise drawn
    return drawn


def rasterise_all(
    polygons: Iterable[Polygons],
    height: int,
    width: int,
    annotated: Size | None = None,
) -> list[Drawn | Refusal]:
    """What `rasterise` gives for each, or the Refusal that it raises.

    Hundreds together take a tenth of the time that they take one by one.
    """
    found: list[Drawn | Refusal] = []
    for together in _groups(polygons):
        found += _rasterise_together(together, height, width, annotated)
    return found


def to_polygons(mask: Mask) -> Polygons:
    """The outlines of a (H, W) bool mask along its px edges.

    There is one ring for each 4-connected region. Holes hang on their outer ring by
    edges walked to and fro, as COCO has no holes; `rasterise` of the result gives the
    mask back exactly.
    """
    # One empty row below keeps runs from going on into the next column: each is a box
    # one px wide.
    below = (0, 1)
    padded = np.pad(mask, (below, (0, 0)))
    runs = masks.encode(padded)
    column, row = np.divmod(runs.borders, runs.height)
    left = column[::2]
    top = row[::2]
    bottom = row[1::2]
    boxes = shapely.box(left, top, left + 1, bottom)

    merged = shapely.union_all(boxes)
    rings = []
    for region in shapely.get_parts(shapely.normalize(merged)):
        ring = _keyhole(region)
        rings.append(ring.ravel().tolist())
    return Polygons(rings=rings)


def _groups(polygons: Iterable[Polygons]) -> Iterator[list[Polygons]]:
    """The polygons in lists, each of which has few points, or one polygon."""
    group = []
    size = 0
    for each in polygons:
        group.append(each)
        size += sum(map(_size, (*each.rings, *each.holes)))
        if size >= _AT_ONCE:
            yield group
            group = []
            size = 0
    if group:
        yield group


def _size(ring: object) -> int:
    """About how many points a ring has, which may be no good one."""
    if isinstance(ring, bytes):
        return len(ring) // 16
    if isinstance(ring, list):
        return len(ring) // 2
    return 1


def _rasterise_together(
    polygons: list[Polygons], height: int, width: int, annotated: Size | None
) -> list[Drawn | Refusal]:
    """The masks of a few polygons, or why each has none."""
    outlines, rings = _read(polygons, height, width, annotated)
    outlines = _within_limits(outlines, rings, width)
    is_used = np.zeros(rings.sizes.size, np.bool_)
    for each in outlines:
        if isinstance(each, _Outlines):
            is_used[each.first : each.end] = True
    if not is_used.any():
        return [each for each in outlines if isinstance(each, Refusal)]

    filled = _filled(rings, is_used, height, width)
    drawn: list[Drawn | Refusal] = []
    for each in outlines:
        if isinstance(each, Refusal):
            drawn.append(each)
            continue
        try:
            drawn.append(_joined(each, filled, rings))
        except Refusal as refusal:
            drawn.append(refusal)
    return drawn


def _read(
    polygons: list[Polygons], height: int, width: int, annotated: Size | None
) -> tuple[list[_Outlines | Refusal], Rings]:
    """The good rings of polygons. Refusals: no_mask or bad_polygon."""
    raw = []
    for each in polygons:
        raw += each.rings
        raw += each.holes
    rings, is_good = read_rings(raw)

    outlines: list[_Outlines | Refusal] = []
    scales = []
    start = 0
    number = 0
    for each in polygons:
        holes_from = start + len(each.rings)
        end = holes_from + len(each.holes)
        found = _Outlines(
            first=number,
            rings=sum(is_good[start:holes_from]),
            holes=sum(is_good[holes_from:end]),
            is_partial=not all(is_good[start:end]),
        )
        scales += [_scale(each, height, width, annotated)] * (found.end - number)
        outlines.append(found)
        if not found.rings:
            outlines[-1] = _no_ring(each)
        start = end
        number = found.end
    return outlines, rings.scaled(scales)


def _no_ring(polygons: Polygons) -> Refusal:
    """Why a polygon has no good ring."""
    if all(ring == [] for ring in polygons.rings):
        return Refusal(Reason.NO_MASK, "the polygon has no points")
    detail = "fewer than three points, or a number that is no finite number"
    return Refusal(Reason.BAD_POLYGON, detail)


def _scale(
    polygons: Polygons, height: int, width: int, annotated: Size | None
) -> Scale:
    """px that 1 means in a polygon."""
    if polygons.normalised:
        return width, height
    if annotated is not None:
        return width / annotated[1], height / annotated[0]
    return 1, 1


def _within_limits(
    outlines: list[_Outlines | Refusal], rings: Rings, width: int
) -> list[_Outlines | Refusal]:
    """The outlines, with a Refusal over_limit in the place of what is too large."""
    points = len(rings.corners)
    reach = rings.reach()
    few = points <= MAX_POINTS and points * width <= MAX_CROSSINGS
    if few and reach.max(initial=0) <= MAX_COORDINATE:
        return outlines

    checked: list[_Outlines | Refusal] = []
    for each in outlines:
        refusal = None
        if isinstance(each, _Outlines):
            furthest = reach[each.first : each.end].max()
            refusal = _over_limit(each, rings, float(furthest), width)
        checked.append(refusal or each)
    return checked


def _over_limit(
    outlines: _Outlines, rings: Rings, furthest: float, width: int
) -> Refusal | None:
    """Why a polygon is too large, which has too many points or reaches too far; else None."""
    points = int(rings.sizes[outlines.first : outlines.end].sum())
    if points > MAX_POINTS:
        detail = f"a polygon of {points:,} points, more than {MAX_POINTS:,}"
        return Refusal(Reason.OVER_LIMIT, detail)
    if furthest > MAX_COORDINATE:
        detail = (
            f"a polygon that reaches to {furthest:g} px, beyond {MAX_COORDINATE:,.0f}"
        )
        return Refusal(Reason.OVER_LIMIT, detail)

    holes_from = outlines.first + outlines.rings
    for first, end in ((outlines.first, holes_from), (holes_from, outlines.end)):
        if crosses_too_much(rings.between(first, end), width):
            detail = f"a polygon whose edges cross more than {MAX_CROSSINGS:,} columns"
            return Refusal(Reason.OVER_LIMIT, detail)
    return None


def _filled(
    rings: Rings, is_used: NDArray[np.bool_], height: int, width: int
) -> _Filled:
    """The masks of the rings that are used, and what is remarkable of them."""
    used = rings.take(is_used)
    numbers = np.flatnonzero(is_used).tolist()
    masks_of = dict(zip(numbers, fill(used, height, width), strict=True))
    distinct = used.without_repeats()
    is_crossing = np.zeros(is_used.size, np.bool_)
    is_crossing[is_used] = cross_themselves(used, distinct)
    is_coarse = np.zeros(is_used.size, np.bool_)
    is_coarse[is_used] = are_coarse(distinct)
    return _Filled(masks_of, is_crossing.tolist(), is_coarse.tolist())


def _joined(outlines: _Outlines, filled: _Filled, rings: Rings) -> Drawn:
    """The mask of a polygon, and remarks. Refusal outside_image or empty_mask."""
    outer = range(outlines.first, outlines.first + outlines.rings)
    holes = range(outer.stop, outlines.end)
    runs = masks.union([filled.masks[number] for number in outer])
    if runs.is_empty:
        corners = rings.between(outer.start, outer.stop)
        _check_position(corners, runs.height, runs.width)
    if holes:
        cut_out = masks.union([filled.masks[number] for number in holes])
        runs = masks.subtract(runs, cut_out)
    if runs.is_empty:
        raise Refusal(Reason.EMPTY_MASK, "the polygon covers no px")

    flags = []
    if outlines.is_partial:
        flags.append(Flag.PARTIAL)
    if any(filled.is_crossing[outer.start : outer.stop]):
        flags.append(Flag.CROSSING_POLYGON)
    if any(filled.is_coarse[outer.start : outer.stop]):
        flags.append(Flag.COARSE_POLYGON)
    return runs, flags


def _check_position(rings: Rings, height: int, width: int) -> None:
    """Refuse rings of which none reaches into the frame."""
    for ring in rings.split():
        reaches_in = ring.max(axis=0) >= 0
        starts_in = ring.min(axis=0) < (width, height)
        if np.all(reaches_in & starts_in):
            return
    detail = f"the polygon lies outside the image of {width} x {height} px"
    raise Refusal(Reason.OUTSIDE_IMAGE, detail)


def _keyhole(region: shapely.Polygon) -> Corners:
    """A region's outer ring and its holes as one closed ring."""
    rings = []
    for ring in shapely.get_rings(region):
        coordinates = shapely.get_coordinates(ring)
        rings.append(_corners(coordinates))

    # From each hole on to the next, and all the way back over the first corner of each.
    first_corners = [ring[:1] for ring in rings]
    way_back = first_corners[-2::-1]
    return np.concatenate((*rings, *way_back))


def _corners(ring: Corners) -> Corners:
    """A closed ring of upright and level edges without corners inside a straight line.

    It is closed again.
    """
    y = ring[:, 1]
    is_level = np.diff(y) == 0
    turns = is_level != np.roll(is_level, 1)
    corners = ring[:-1][turns]
    return np.concatenate((corners, corners[:1]))
