"""Simple polygons: few corners, near the outline, and the mask when they are drawn again."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from curate.pixels.masks import Mask
from curate.pixels.polygons import regions_of, to_polygons
from curate.pixels.simple_polygons import (
    LEAST_IOU,
    coco_rings,
    geometry_rings,
    simplify,
)

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")

NOISE = arrays(np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 24)))


CUT = 0.3536  # px that cutting corners moves the outline


def drawn(rings: list[list[float]], mask: Mask) -> Mask:
    """What pycocotools makes of COCO's rings."""
    height, width = mask.shape
    runs = coco.frPyObjects(rings, height, width)
    return coco.decode(coco.merge(runs)).astype(np.bool_)


def iou(rings: list[list[float]], mask: Mask) -> float:
    again = drawn(rings, mask)
    return float((again & mask).sum() / (again | mask).sum())


def blob(seed: int, size: int) -> Mask:
    """A mask with bays, islands and holes: the lows of a smooth random landscape."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size] / size
    height = np.hypot(rows - 0.5, columns - 0.5) - 0.35
    for octave in (3, 6, 12, 24):
        phases = rng.uniform(0, 6.3, 4)
        waves = np.sin(octave * rows * 6 + phases[0]) * np.sin(
            octave * columns * 5 + phases[1]
        )
        height += waves * rng.uniform(0.1, 0.5) / octave
    mask: Mask = height < 0
    return mask


@given(NOISE, st.sampled_from([0.0, 0.3, 0.75, 3.0]), st.sampled_from([0.0, 16.0]))
@settings(max_examples=150, deadline=None)
def test_any_mask_comes_back(mask: Mask, tolerance: float, min_area: float) -> None:
    found = simplify(mask, tolerance, min_area)
    if not mask.any():
        assert found == []
        return
    assert iou(coco_rings(found), mask) >= LEAST_IOU
    if tolerance == 0 and min_area == 0:
        assert np.array_equal(drawn(coco_rings(found), mask), mask)


@given(st.integers(0, 10**6), st.integers(40, 320), st.sampled_from([0.5, 0.75, 2.0]))
@settings(max_examples=15, deadline=None)
def test_a_blob_gets_few_corners_within_the_tolerance(
    seed: int, size: int, tolerance: float
) -> None:
    mask = blob(seed, size)
    found = simplify(mask, tolerance, 0)
    assert iou(coco_rings(found), mask) >= LEAST_IOU
    outline = shapely.union_all(regions_of(mask)).boundary
    rings = [ring for region in found for ring in (region.outer, *region.holes)]
    lines = shapely.union_all([shapely.LinearRing(ring) for ring in rings])
    assert shapely.hausdorff_distance(lines, outline, densify=0.2) <= tolerance + CUT
    for region in found:
        assert shapely.Polygon(region.outer, region.holes).is_valid
    before = sum(len(ring) // 2 for ring in to_polygons(mask).rings)
    assert sum(region.corners for region in found) <= before


def test_a_rectangle_keeps_its_corners_and_a_slope_is_a_line() -> None:
    mask = np.zeros((40, 60), np.bool_)
    mask[5:30, 10:50] = True
    (region,) = simplify(mask)
    assert shapely.equals(shapely.Polygon(region.outer), shapely.box(10, 5, 50, 30))

    rows, columns = np.mgrid[:200, :200]
    (region,) = simplify(rows > columns)
    assert region.corners <= 5


def test_specks_go_and_what_counts_stays() -> None:
    mask = np.zeros((100, 100), np.bool_)
    mask[10:90, 10:90] = True
    mask[40:43, 40:43] = False  # a hole of 9 px
    mask[60:70, 60:70] = False
    mask[2:4, 2:4] = True  # an island of 4 px
    mask[92:99, 50:60] = True
    large, island = simplify(mask)
    assert len(large.holes) == 1
    assert len(island.outer) == 4

    small = np.zeros((9, 9), np.bool_)
    small[1:4, 1:4] = True
    small[6:8, 6:8] = True  # no speck: 4 px of 13
    assert len(simplify(small)) == 2


def test_holes_are_what_the_format_wants() -> None:
    mask = np.ones((30, 30), np.bool_)
    mask[10:20, 10:20] = False
    found = simplify(mask)
    (flat,) = coco_rings(found)
    assert np.array_equal(drawn([flat], mask), mask)
    ((outer, hole),) = geometry_rings(found)
    assert outer[0] == outer[-1]
    assert sorted(map(tuple, hole[1:])) == [(10, 10), (10, 20), (20, 10), (20, 20)]


def test_it_is_compact() -> None:
    for seed in range(4):
        mask = blob(seed, 320)
        before = sum(len(ring) // 2 for ring in to_polygons(mask).rings)
        after = sum(region.corners for region in simplify(mask))
        assert after < before / 4
