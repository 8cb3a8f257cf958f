"""Polygons as run-lengths, and masks as polygons.

Corner convention: the px in column x and row y covers x to x + 1 and y to y + 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.coarse_outlines import are_coarse
from curate.pixels.crossings import cross_themselves
from curate.pixels.masks import Mask
from curate.pixels.polygon_outlines import (
    Outlines,
    check_position,
    read_outlines,
    refusals_of,
)
from curate.pixels.proportions import Size
from curate.pixels.ragged import sums_before
from curate.pixels.raster import fill
from curate.pixels.rings import Corners, Numbers, Rings
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Polygons

Drawn = tuple[RunLengths, list[Flag]]
"""The mask of a polygon, and remarks."""

_AT_ONCE = 1 << 12  # points whose numbers fit the processor's cache

# What reaches further beyond its picture, in px and as a share of the side, is no slip of the hand.
_LEAST_BEYOND = 2
_SHARE_BEYOND = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class _Filled:
    """The rings of n polygons as masks, and remarks on the polygons."""

    masks: list[RunLengths]
    """The px inside each ring."""
    is_crossing: list[bool]
    """Whether a ring of each polygon crosses itself."""
    is_coarse: list[bool]
    """Whether a ring of each polygon has so few points that it may miss its object."""
    is_beyond: list[bool]
    """Whether a ring of each polygon reaches far beyond its picture, and was cut off there."""


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
    [drawn] = _rasterise_together([polygons], [(height, width)], annotated)
    if isinstance(drawn, Refusal):
        raise drawn
    return drawn


def rasterise_all(
    polygons: Sequence[Polygons], pictures: Sequence[Size]
) -> list[Drawn | Refusal]:
    """What `rasterise` gives for each, or the Refusal that it raises.

    `pictures`: height and width of the picture of each, px. Hundreds together take a tenth
    of the time that they take one by one.
    """
    found: list[Drawn | Refusal] = []
    for first, end in _groups(polygons):
        found += _rasterise_together(polygons[first:end], pictures[first:end])
    return found


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


def keyhole(rings: Sequence[Corners]) -> Corners:
    """An outer ring and its holes as one closed ring; each of them is closed.

    From each hole on to the next, and all the way back over the first corner of each.
    """
    first_corners = [ring[:1] for ring in rings]
    way_back = first_corners[-2::-1]
    return np.concatenate((*rings, *way_back))


def corners_of(ring: Corners) -> Corners:
    """A closed ring of upright and level edges without corners inside a straight line.

    It is closed again.
    """
    y = ring[:, 1]
    is_level = np.diff(y) == 0
    turns = is_level != np.roll(is_level, 1)
    corners = ring[:-1][turns]
    return np.concatenate((corners, corners[:1]))


def _groups(polygons: Sequence[Polygons]) -> Iterator[tuple[int, int]]:
    """Ranges of the polygons, each of which has few points, or one polygon."""
    first = 0
    size = 0
    for number, each in enumerate(polygons):
        for ring in each.rings:
            size += _size(ring)
        if size >= _AT_ONCE:
            yield first, number + 1
            first = number + 1
            size = 0
    yield first, len(polygons)


def _size(ring: object) -> int:
    """About how many points a ring has, which may be no good one."""
    if isinstance(ring, bytes):
        return len(ring) // 16
    if isinstance(ring, list):
        return len(ring) // 2
    return 1


def _rasterise_together(
    polygons: Sequence[Polygons],
    pictures: Sequence[Size],
    annotated: Size | None = None,
) -> list[Drawn | Refusal]:
    """The masks of a few polygons, or why each has none."""
    if not polygons:
        return []
    outlines = read_outlines(polygons, pictures, annotated)
    refusals = refusals_of(polygons, outlines, pictures)
    if not refusals:
        return _masks_of(outlines, pictures)

    # The good ones without the others, then each refusal in its place.
    good = [at for at in range(len(polygons)) if at not in refusals]
    found = _rasterise_together(
        [polygons[at] for at in good], [pictures[at] for at in good], annotated
    )
    for at in sorted(refusals):
        found.insert(at, refusals[at])
    return found


def _masks_of(outlines: Outlines, pictures: Sequence[Size]) -> list[Drawn | Refusal]:
    """The masks of good polygons, with remarks. Refusal for one that covers no px."""
    filled = _filled(outlines, pictures)
    drawn: list[Drawn | Refusal] = []
    columns = zip(
        outlines.first.tolist(),
        outlines.holes_from.tolist(),
        outlines.end.tolist(),
        outlines.is_partial.tolist(),
        filled.is_crossing,
        filled.is_coarse,
        filled.is_beyond,
        strict=True,
    )
    for (
        first,
        holes_from,
        end,
        is_partial,
        is_crossing,
        is_coarse,
        is_beyond,
    ) in columns:
        try:
            runs = _joined(outlines.rings, filled.masks, first, holes_from, end)
        except Refusal as refusal:
            drawn.append(refusal)
            continue
        flags = []
        if is_partial:
            flags.append(Flag.PARTIAL)
        if is_crossing:
            flags.append(Flag.CROSSING_POLYGON)
        if is_coarse:
            flags.append(Flag.COARSE_POLYGON)
        if is_beyond:
            flags.append(Flag.BEYOND_IMAGE)
        drawn.append((runs, flags))
    return drawn


def _filled(outlines: Outlines, pictures: Sequence[Size]) -> _Filled:
    """The rings as masks, and remarks on their polygons."""
    rings = outlines.rings
    sizes = np.array(pictures, np.int64)
    heights, widths = np.repeat(sizes, outlines.end - outlines.first, axis=0).T
    distinct = rings.without_repeats()
    is_crossing = cross_themselves(rings, distinct)
    return _Filled(
        masks=fill(rings, heights, widths),
        is_crossing=_of_polygons(is_crossing, outlines),
        is_coarse=_of_polygons(are_coarse(distinct), outlines),
        is_beyond=_of_polygons(_are_beyond(rings, heights, widths), outlines),
    )


def _are_beyond(rings: Rings, heights: Numbers, widths: Numbers) -> NDArray[np.bool_]:
    """(n,) whether rings reach far beyond their pictures, of so many px in height and width."""
    pictures = np.stack([widths, heights], axis=1)
    allowed = np.maximum(_LEAST_BEYOND, _SHARE_BEYOND * pictures)
    is_beyond = rings.reach_beyond(pictures) > allowed
    return np.asarray(is_beyond.any(axis=1))


def _of_polygons(of_rings: NDArray[np.bool_], outlines: Outlines) -> list[bool]:
    """Whether something is so of a ring of each polygon; holes do not count."""
    before = sums_before(of_rings)
    is_so = before[outlines.holes_from] > before[outlines.first]
    found: list[bool] = is_so.tolist()
    return found


def _joined(
    rings: Rings, filled: list[RunLengths], first: int, holes_from: int, end: int
) -> RunLengths:
    """The mask of a polygon. Refusal outside_image or empty_mask.

    `first`, `holes_from`, `end`: the numbers of its rings and holes, half-open.
    """
    runs = masks.union(filled[first:holes_from])
    if runs.is_empty:
        corners = rings.between(first, holes_from)
        check_position(corners, runs.height, runs.width)
    if end > holes_from:
        holes = masks.union(filled[holes_from:end])
        runs = masks.subtract(runs, holes)
    if runs.is_empty:
        raise Refusal(Reason.EMPTY_MASK, "the polygon covers no px")
    return runs
