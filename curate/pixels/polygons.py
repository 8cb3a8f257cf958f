"""Polygons as run-lengths, and masks as polygons.

Corner convention: the px in column x and row y covers x to x + 1 and y to y + 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import shapely

from curate.pixels import masks
from curate.pixels.coarse_outlines import is_coarse
from curate.pixels.masks import Mask
from curate.pixels.proportions import Size
from curate.pixels.raster import MAX_CROSSINGS, Ring, crosses_too_much, fill
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Flag, Polygons

MAX_POINTS = 1_000_000
"""A polygon of more points is over_limit."""

MAX_COORDINATE = 1_000_000.0
"""px; a polygon that reaches further is over_limit."""

Scale = tuple[float, float]
"""px that 1 means, in x and in y."""

Drawn = tuple[RunLengths, list[Flag]]
"""The mask of a polygon, and remarks."""

_AT_ONCE = 1 << 12  # points whose numbers fit the processor's cache


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
    together: list[_Outlines | Refusal] = []
    points = 0
    for each in polygons:
        try:
            outlines = _read(each, height, width, annotated)
        except Refusal as refusal:
            together.append(refusal)
            continue
        together.append(outlines)
        points += sum(map(len, outlines.all))
        if points >= _AT_ONCE:
            found += _rasterise_together(together, height, width)
            together = []
            points = 0
    return found + _rasterise_together(together, height, width)


def to_polygons(mask: Mask) -> Polygons:
    """The outlines of a (H, W) bool mask along its px edges.

    There is one ring for each 4-connected region. Holes hang on their outer ring by
    edges walked to and fro, as COCO has no holes; `rasterise` of the result gives the
    mask back exactly.
    """
    rings = []
    for region in regions_of(mask):
        lines = map(shapely.get_coordinates, shapely.get_rings(region))
        closed = [corners_of(line) for line in lines]
        rings.append(keyhole(closed).ravel().tolist())
    return Polygons(rings=rings)


def regions_of(mask: Mask) -> list[shapely.Polygon]:
    """The 4-connected regions of a (H, W) bool mask, with their holes, along px edges."""
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
    regions: list[shapely.Polygon] = list(shapely.get_parts(shapely.normalize(merged)))
    return regions


def keyhole(rings: Sequence[Ring]) -> Ring:
    """An outer ring and its holes as one closed ring; each of them is closed.

    From each hole on to the next, and all the way back over the first corner of each.
    """
    first_corners = [ring[:1] for ring in rings]
    way_back = first_corners[-2::-1]
    return np.concatenate((*rings, *way_back))


def corners_of(ring: Ring) -> Ring:
    """A closed ring of upright and level edges without corners inside a straight line.

    It is closed again.
    """
    y = ring[:, 1]
    is_level = np.diff(y) == 0
    turns = is_level != np.roll(is_level, 1)
    corners = ring[:-1][turns]
    return np.concatenate((corners, corners[:1]))


@dataclass(frozen=True, slots=True)
class _Outlines:
    """The good rings and holes of a polygon, in px."""

    rings: list[Ring]
    holes: list[Ring]
    is_partial: bool
    """Whether others were bad."""

    @property
    def all(self) -> list[Ring]:
        """Rings, then holes."""
        return [*self.rings, *self.holes]


def _read(
    polygons: Polygons, height: int, width: int, annotated: Size | None
) -> _Outlines:
    """The outlines of a polygon. Refusal no_mask, bad_polygon or over_limit."""
    if all(ring == [] for ring in polygons.rings):
        raise Refusal(Reason.NO_MASK, "the polygon has no points")

    scale: Scale = (1, 1)
    if polygons.normalised:
        scale = (width, height)
    elif annotated is not None:
        scale = (width / annotated[1], height / annotated[0])
    rings = _read_rings(polygons.rings, scale)
    holes = _read_rings(polygons.holes, scale)
    if not rings:
        detail = "fewer than three points, or a number that is no finite number"
        raise Refusal(Reason.BAD_POLYGON, detail)
    _check_limits([*rings, *holes])
    if crosses_too_much(rings, width) or crosses_too_much(holes, width):
        detail = f"a polygon whose edges cross more than {MAX_CROSSINGS:,} columns"
        raise Refusal(Reason.OVER_LIMIT, detail)

    good = len(rings) + len(holes)
    is_partial = good < len(polygons.rings) + len(polygons.holes)
    return _Outlines(rings, holes, is_partial)


def _rasterise_together(
    outlines: list[_Outlines | Refusal], height: int, width: int
) -> list[Drawn | Refusal]:
    """The masks of outlines; refusals stay what they are."""
    rings = []
    for each in outlines:
        if isinstance(each, _Outlines):
            rings += each.all
    if not rings:
        return [each for each in outlines if isinstance(each, Refusal)]

    filled = iter(fill(rings, height, width))
    crossing = iter(_cross_themselves(rings))
    drawn: list[Drawn | Refusal] = []
    for each in outlines:
        if isinstance(each, Refusal):
            drawn.append(each)
            continue
        number = len(each.all)
        masks_of = list(islice(filled, number))
        is_crossing = list(islice(crossing, number))
        try:
            drawn.append(_joined(each, masks_of, is_crossing))
        except Refusal as refusal:
            drawn.append(refusal)
    return drawn


def _joined(
    outlines: _Outlines, filled: list[RunLengths], is_crossing: list[bool]
) -> Drawn:
    """The mask of a polygon whose rings, then holes, are filled, and remarks.

    Refusal outside_image or empty_mask.
    """
    number = len(outlines.rings)
    runs = masks.union(filled[:number])
    if runs.is_empty:
        _check_position(outlines.rings, runs.height, runs.width)
    if outlines.holes:
        runs = masks.subtract(runs, masks.union(filled[number:]))
    if runs.is_empty:
        raise Refusal(Reason.EMPTY_MASK, "the polygon covers no px")

    flags = []
    if outlines.is_partial:
        flags.append(Flag.PARTIAL)
    if any(is_crossing[:number]):
        flags.append(Flag.CROSSING_POLYGON)
    if any(map(is_coarse, outlines.rings)):
        flags.append(Flag.COARSE_POLYGON)
    return runs, flags


def _read_rings(raw: Sequence[object], scale: Scale) -> list[Ring]:
    """The good ones of an export's rings, in px."""
    rings = []
    for each in raw:
        ring = _read_ring(each)
        if ring is None:
            continue
        with np.errstate(over="ignore"):  # what becomes infinite is over the limit
            rings.append(ring * scale)
    return rings


def _read_ring(raw: object) -> Ring | None:
    """A ring of an export; None if it is no flat list of three finite points or more."""
    if not isinstance(raw, list):
        return None
    if len(raw) < 6 or len(raw) % 2:
        return None
    kinds = set(map(type, raw))
    if not kinds <= {int, float}:
        return None
    try:
        numbers = np.array(raw, np.float64)
    except OverflowError:
        return None
    if not np.isfinite(numbers).all():
        return None
    return numbers.reshape(-1, 2)


def _check_limits(rings: list[Ring]) -> None:
    """Refuse rings of too many points, or that reach too far."""
    points = sum(map(len, rings))
    if points > MAX_POINTS:
        detail = f"a polygon of {points:,} points, more than {MAX_POINTS:,}"
        raise Refusal(Reason.OVER_LIMIT, detail)

    furthest = [np.abs(ring).max() for ring in rings]
    reach = max(furthest)
    if reach > MAX_COORDINATE:
        detail = f"a polygon that reaches to {reach:g} px, beyond {MAX_COORDINATE:,.0f}"
        raise Refusal(Reason.OVER_LIMIT, detail)


def _check_position(rings: list[Ring], height: int, width: int) -> None:
    """Refuse rings of which none reaches into the frame."""
    for ring in rings:
        reaches_in = ring.max(axis=0) >= 0
        starts_in = ring.min(axis=0) < (width, height)
        if np.all(reaches_in & starts_in):
            return
    detail = f"the polygon lies outside the image of {width} x {height} px"
    raise Refusal(Reason.OUTSIDE_IMAGE, detail)


def _cross_themselves(rings: list[Ring]) -> list[bool]:
    """Whether each ring crosses itself; it may touch itself."""
    corners = np.concatenate(rings)
    numbers = np.repeat(np.arange(len(rings)), list(map(len, rings)))
    closed = shapely.linearrings(corners, indices=numbers)
    is_simple = shapely.is_simple(closed).tolist()

    # Only of the few that are not simple the reason is asked for, which takes longer.
    crossing = []
    for ring, simple in zip(rings, is_simple, strict=True):
        crossing.append(not simple and _crosses_itself(ring))
    return crossing


def _crosses_itself(ring: Ring) -> bool:
    reason = shapely.is_valid_reason(shapely.polygons(ring))
    return str(reason).startswith("Self-intersection")
