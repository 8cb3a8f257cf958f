"""Masks as polygons of few corners, for annotation tools and for people who edit them.

The outline of a mask along its px edges is a staircase. Its corners are cut first: the
line then runs from the middle of each px edge to the middle of the next, which turns
stairs into the slope that they stand for, and moves nothing by more than .36 px. A
corner between two sides of 3 px or more is a real one and stays. Then all corners go
that lie within the tolerance of the line without them (Douglas and Peucker 1973, as
GEOS does it, which keeps rings from crossing).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.polygons import corners_of, keyhole, rasterise, regions_of
from curate.pixels.rings import Corners
from curate.reasons import Refusal
from curate.records import Polygons

TOLERANCE = 0.75
"""px between the polygon and the outline with cut corners, at most."""

MIN_AREA = 64.0
"""px; a smaller island or hole is left out."""

LEAST_IOU = 0.98
"""IoU with the mask that polygons have at least.

Where the tolerance would give less, as in very small masks, it is made smaller.
"""

_SPECK_SHARE = 0.015  # of the mask, that all specks that are left out have at most
_REAL_SIDE = 3  # px; a corner between two sides of this length is no step of a stair
_LEAST_TOLERANCE = 0.01  # px; below it nothing gets simpler
_SMALLER = 0.75  # of the tolerance, where it gives less than the least IoU
_TRIES = 6  # with smaller tolerances, until the outline is given as it is


@dataclass(frozen=True, slots=True)
class Region:
    """One 4-connected region: rings (n, 2) of x, y in px, without the first corner again."""

    outer: Corners
    holes: list[Corners]

    @property
    def rings(self) -> list[Corners]:
        """The outer ring, then the holes."""
        return [self.outer, *self.holes]

    @property
    def corners(self) -> int:
        """Number of corners of all rings."""
        return sum(len(ring) for ring in self.rings)


def simplify(
    mask: Mask, tolerance: float = TOLERANCE, min_area: float = MIN_AREA
) -> list[Region]:
    """The regions of a (H, W) bool mask as polygons of few corners, the largest first.

    `tolerance`: px that the mask's outline with cut corners may be away from a line; 0
    gives the outline along px edges. `min_area`: px; smaller islands and holes are left
    out, the smallest first, as long as all of them together are 1.5% of the mask at
    most. An empty mask has no region.
    """
    outlines = _without_specks(mask, min_area)
    for _ in range(_TRIES):
        if tolerance == 0 or not outlines:
            break
        found = [_simplified(outline, tolerance) for outline in outlines]
        if _iou(found, mask) >= LEAST_IOU:
            return found
        tolerance *= _SMALLER
    return outlines


def moved(region: Region, x: float, y: float) -> Region:
    """A region, `x` px further to the right and `y` px further down."""
    shift = np.array((x, y))
    holes = [hole + shift for hole in region.holes]
    return Region(region.outer + shift, holes)


def coco_rings(regions: Iterable[Region]) -> list[list[float]]:
    """Regions as COCO's `segmentation`: a flat list x, y, x, y, … for each.

    COCO has no holes: each hangs on the outer ring by an edge that is walked to and fro.
    """
    rings = []
    for region in regions:
        closed = [_closed(ring) for ring in region.rings]
        ring = keyhole(closed)
        if not region.holes:
            ring = region.outer
        rings.append(ring.ravel().tolist())
    return rings


def geometry_rings(regions: Iterable[Region]) -> list[list[list[list[float]]]]:
    """Regions as the coordinates of a GeoJSON MultiPolygon, in px.

    For each region its outer ring, then its holes; a ring ends with its first corner.
    """
    polygons = []
    for region in regions:
        closed = [_closed(ring) for ring in region.rings]
        polygons.append([ring.tolist() for ring in closed])
    return polygons


def _without_specks(mask: Mask, min_area: float) -> list[Region]:
    """The outlines along px edges, the largest first, without small islands and holes."""
    found = regions_of(mask)
    least = _least_area(found, min_area)

    outlines = []
    for region in sorted(found, key=_filled_area, reverse=True):
        if _filled_area(region) < least:
            break
        large = [hole for hole in region.interiors if _area(hole) >= least]
        holes = [_outline(hole) for hole in large]
        outlines.append(Region(_outline(region.exterior), holes))
    return outlines


def _least_area(regions: list[shapely.Polygon], min_area: float) -> float:
    """px of the smallest island or hole that stays: `min_area` if that costs little."""
    areas = [_filled_area(region) for region in regions]
    for region in regions:
        areas += map(_area, region.interiors)
    sizes = np.sort(areas)
    specks = sizes[sizes < min_area]

    allowed = _SPECK_SHARE * sum(region.area for region in regions)
    is_too_much = np.cumsum(specks) > allowed
    if is_too_much.any():
        return float(specks[np.argmax(is_too_much)])
    return min_area


def _filled_area(region: shapely.Polygon) -> float:
    """px of a region and its holes: what is full of holes is no speck."""
    return _area(region.exterior)


def _area(ring: shapely.LinearRing) -> float:
    return float(shapely.polygons(ring).area)


def _outline(ring: shapely.LinearRing) -> Corners:
    """The corners of a ring along px edges, none of them twice."""
    return corners_of(shapely.get_coordinates(ring))[:-1]


def _simplified(outline: Region, tolerance: float) -> Region:
    """An outline with cut and then fewer corners, within `tolerance` px."""
    if tolerance < _LEAST_TOLERANCE:
        return outline
    cut = [_with_cut_corners(ring) for ring in outline.rings]
    rings = [_from_a_tip(ring) for ring in cut]
    polygon = shapely.Polygon(rings[0], rings[1:])
    simple = shapely.simplify(polygon, tolerance, preserve_topology=True)

    simple_rings = []
    for ring, left in zip(rings, shapely.get_rings(simple), strict=True):
        corners = shapely.get_coordinates(left)[:-1]
        # GEOS leaves the first corner out, too, if it is near the line that then is there.
        # But what it has left out before may be too far from that line.
        if not np.array_equal(corners[0], ring[0]):
            corners = np.concatenate((ring[:1], corners))
        simple_rings.append(corners)
    outer, *holes = simple_rings
    if shapely.Polygon(outer, holes).is_valid:
        return Region(outer, holes)
    return _simplified(outline, _SMALLER * tolerance)


def _from_a_tip(ring: Corners) -> Corners:
    """The ring, started at a corner that no simpler ring can do without."""
    from_middle = ring - ring.mean(axis=0)
    furthest = np.argmax(np.square(from_middle).sum(axis=1))
    return np.roll(ring, -furthest, axis=0)


def _with_cut_corners(ring: Corners) -> Corners:
    """A ring along px edges whose stairs are slopes; real corners stay."""
    sides = np.roll(ring, -1, axis=0) - ring
    lengths = np.abs(sides).sum(axis=1)
    directions = sides / lengths[:, None]
    is_long = lengths >= _REAL_SIDE
    starts_real = is_long & np.roll(is_long, 1)
    ends_real = np.roll(starts_real, -1)

    # Three places for each side: its start, and half a px from its start and from its end.
    half_px = directions / 2
    places = np.stack((ring, ring + half_px, ring + sides - half_px), axis=1)
    ends_cut = ~ends_real & (lengths > 1)
    is_used = np.stack((starts_real, ~starts_real, ends_cut), axis=1)
    used: Corners = places[is_used]
    return used


def _iou(found: list[Region], mask: Mask) -> float:
    """The IoU of polygons with a mask, as COCO's rule rasterises them."""
    try:
        polygons = Polygons(rings=list(coco_rings(found)))
        runs, _ = rasterise(polygons, *mask.shape)
    except Refusal:
        return 0.0  # nothing is left on the raster
    drawn = masks.decode(runs)
    shared = np.count_nonzero(drawn & mask)
    covered = np.count_nonzero(drawn | mask)
    return shared / covered


def _closed(ring: Corners) -> NDArray[np.float64]:
    return np.concatenate((ring, ring[:1]))
