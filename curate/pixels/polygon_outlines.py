"""Polygons of an export as good rings, many of them together, and why others are refused."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.pixels.proportions import Size
from curate.pixels.ragged import sums_before
from curate.pixels.raster import MAX_CROSSINGS, crosses_too_much
from curate.pixels.rings import Numbers, Rings, Scale, read_rings
from curate.reasons import Reason, Refusal
from curate.records import Polygons

MAX_POINTS = 1_000_000
"""A polygon of more points is over_limit."""

MAX_COORDINATE = 1_000_000.0
"""px; a polygon that reaches further is over_limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """The good rings of n polygons: of each first its rings, then its holes."""

    rings: Rings
    first: Numbers
    """(n,) the number of the first ring of each."""
    holes_from: Numbers
    """(n,) the number of its first hole, which is the one after its last ring."""
    end: Numbers
    """(n,) the number after its last hole."""
    is_partial: NDArray[np.bool_]
    """(n,) whether some of its rings were left out."""


def read_outlines(
    polygons: Sequence[Polygons], pictures: Sequence[Size], annotated: Size | None
) -> Outlines:
    """The good rings of polygons, at the scale of the picture of each.

    `pictures`: their heights and widths, px. `annotated`: the size of the frame that all
    polygons are in, if it is not the picture's.
    """
    raw: list[object] = []
    sizes: list[int] = []
    for each in polygons:
        raw += each.rings
        raw += each.holes
        sizes += (len(each.rings), len(each.holes))
    rings, is_good = read_rings(raw)

    good_before = sums_before(np.array(is_good, np.bool_))
    bounds = good_before[sums_before(np.array(sizes, np.int64))]
    first = bounds[:-1:2]
    end = bounds[2::2]
    is_normalised = [each.normalised for each in polygons]
    if annotated is not None or any(is_normalised):
        together = zip(polygons, pictures, strict=True)
        scales = [_scale(each, picture, annotated) for each, picture in together]
        of_polygons = np.array(scales, np.float64).reshape(-1, 2)
        of_rings = np.repeat(of_polygons, end - first, axis=0)
        rings = rings.scaled(of_rings)
    stated = np.array(sizes, np.int64).reshape(-1, 2)
    lost_some = end - first < stated.sum(axis=1)
    return Outlines(rings, first, bounds[1::2], end, lost_some)


def _scale(polygons: Polygons, picture: Size, annotated: Size | None) -> Scale:
    """px that 1 means in a polygon."""
    height, width = picture
    if polygons.normalised:
        return width, height
    if annotated is not None:
        return width / annotated[1], height / annotated[0]
    return 1, 1


def refusals_of(
    polygons: Sequence[Polygons], outlines: Outlines, pictures: Sequence[Size]
) -> dict[int, Refusal]:
    """Why polygons give no mask, by their numbers: no_mask, bad_polygon or over_limit.

    `pictures`: height and width of the picture of each, px.
    """
    found = {}
    is_without_rings = outlines.first == outlines.holes_from
    for at in np.flatnonzero(is_without_rings).tolist():
        found[at] = _no_ring(polygons[at])

    rings = outlines.rings
    points = len(rings.corners)
    reach = rings.reach()
    widest = max((width for _, width in pictures), default=0)
    are_few = points <= MAX_POINTS and points * widest <= MAX_CROSSINGS
    if are_few and reach.max(initial=0) <= MAX_COORDINATE:
        return found
    for at, (_, width) in enumerate(pictures):
        if at in found:
            continue
        refusal = _over_limit(outlines, at, reach, width)
        if refusal is not None:
            found[at] = refusal
    return found


def _no_ring(polygons: Polygons) -> Refusal:
    """Why a polygon has no good ring."""
    if all(ring == [] for ring in polygons.rings):
        return Refusal(Reason.NO_MASK, "the polygon has no points")
    detail = "fewer than three points, or a number that is no finite number"
    return Refusal(Reason.BAD_POLYGON, detail)


def _over_limit(
    outlines: Outlines, at: int, reach: NDArray[np.float64], width: int
) -> Refusal | None:
    """Why a polygon is too large: it has too many points or reaches too far. Else None."""
    first = int(outlines.first[at])
    holes_from = int(outlines.holes_from[at])
    end = int(outlines.end[at])
    points = int(outlines.rings.sizes[first:end].sum())
    if points > MAX_POINTS:
        detail = f"a polygon of {points:,} points, more than {MAX_POINTS:,}"
        return Refusal(Reason.OVER_LIMIT, detail)
    furthest = reach[first:end].max()
    if furthest > MAX_COORDINATE:
        beyond = f"beyond {MAX_COORDINATE:,.0f}"
        detail = f"a polygon that reaches to {furthest:g} px, {beyond}"
        return Refusal(Reason.OVER_LIMIT, detail)

    for start, stop in ((first, holes_from), (holes_from, end)):
        if crosses_too_much(outlines.rings.between(start, stop), width):
            many = f"more than {MAX_CROSSINGS:,} columns"
            detail = f"a polygon whose edges cross {many}"
            return Refusal(Reason.OVER_LIMIT, detail)
    return None


def check_position(rings: Rings, height: int, width: int) -> None:
    """Refuse rings of which none reaches into the frame."""
    for ring in rings.split():
        reaches_in = ring.max(axis=0) >= 0
        starts_in = ring.min(axis=0) < (width, height)
        if np.all(reaches_in & starts_in):
            return
    detail = f"the polygon lies outside the image of {width} x {height} px"
    raise Refusal(Reason.OUTSIDE_IMAGE, detail)
