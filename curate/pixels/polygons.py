"""Polygons as run-lengths, and masks as polygons.

Corner convention: the px in column x and row y covers x to x + 1 and y to y + 1.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from curate.pixels import masks
from curate.pixels.coarse_outlines import is_coarse
from curate.pixels.masks import Mask
from curate.pixels.proportions import Size
from curate.pixels.raster import Ring, fill
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Flag, Polygons

MAX_POINTS = 1_000_000
"""A polygon of more points is over_limit."""

MAX_COORDINATE = 1_000_000.0
"""px; a polygon that reaches further is over_limit."""

Scale = tuple[float, float]
"""px that 1 means, in x and in y."""


def rasterise(
    polygons: Polygons,
    height: int,
    width: int,
    annotated: Size | None = None,
) -> tuple[RunLengths, list[Flag]]:
    """Run-lengths of the union of the rings, less the union of the holes, and remarks.

    `annotated`: size of the frame that the corners are in, if it is not height × width
    px. A bad ring is left out (flag partial). Refusal no_mask, bad_polygon, over_limit,
    outside_image or empty_mask.
    """
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

    runs = masks.union(fill(rings, height, width))
    if masks.area(runs) == 0:
        _check_position(rings, height, width)
    if holes:
        inside_holes = masks.union(fill(holes, height, width))
        runs = masks.subtract(runs, inside_holes)
    if masks.area(runs) == 0:
        raise Refusal(Reason.EMPTY_MASK, "the polygon covers no px")

    flags = []
    good = len(rings) + len(holes)
    if good < len(polygons.rings) + len(polygons.holes):
        flags.append(Flag.PARTIAL)
    if any(map(_crosses_itself, rings)):
        flags.append(Flag.CROSSING_POLYGON)
    if any(map(is_coarse, rings)):
        flags.append(Flag.COARSE_POLYGON)
    return runs, flags


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


def _crosses_itself(ring: Ring) -> bool:
    reason = shapely.is_valid_reason(shapely.polygons(ring))
    return str(reason).startswith("Self-intersection")


def _keyhole(region: shapely.Polygon) -> Ring:
    """A region's outer ring and its holes as one closed ring."""
    rings = []
    for ring in shapely.get_rings(region):
        coordinates = shapely.get_coordinates(ring)
        rings.append(_corners(coordinates))

    # From each hole on to the next, and all the way back over the first corner of each.
    first_corners = [ring[:1] for ring in rings]
    way_back = first_corners[-2::-1]
    return np.concatenate((*rings, *way_back))


def _corners(ring: Ring) -> Ring:
    """A closed ring of upright and level edges without corners inside a straight line.

    It is closed again.
    """
    y = ring[:, 1]
    is_level = np.diff(y) == 0
    turns = is_level != np.roll(is_level, 1)
    corners = ring[:-1][turns]
    return np.concatenate((corners, corners[:1]))
