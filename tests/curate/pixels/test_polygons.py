"""Polygons against pycocotools, bit for bit; bad, far and absurd rings; outlines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from curate.flags import Flag
from curate.pixels import masks, polygons, raster, run_lengths
from curate.pixels.masks import Mask
from curate.pixels.polygons import rasterise, rasterise_all, to_polygons
from curate.pixels.proportions import Size
from curate.reasons import Reason, Refusal
from curate.records import Polygons

SQUARE = [2, 2, 6, 2, 6, 6, 2, 6]

coordinates = (
    st.floats(-30, 60, width=32) | st.integers(-30, 60) | st.floats(-5000, 5000)
)
rings = st.lists(
    st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9),
    min_size=1,
    max_size=3,
)


def reason(
    *shape: Any, holes: Sequence[Any] = (), height: int = 10, width: int = 10
) -> Reason:
    with pytest.raises(Refusal) as caught:
        rasterise(Polygons(rings=list(shape), holes=list(holes)), height, width)
    return caught.value.reason


def flags(*shape: Any, side: int = 10) -> list[Flag]:
    return rasterise(Polygons(rings=list(shape)), side, side)[1]


@given(rings, st.integers(1, 40), st.integers(1, 40))
def test_the_raster_is_that_of_pycocotools(
    points: list[list[tuple[float, float]]], height: int, width: int
) -> None:
    flat = [[float(value) for point in ring for value in point] for ring in points]
    reference = coco.merge(coco.frPyObjects(flat, height, width))
    if coco.area(reference) == 0:
        assert reason(*flat, height=height, width=width) in {
            Reason.EMPTY_MASK,
            Reason.OUTSIDE_IMAGE,
        }
        return
    runs, _ = rasterise(Polygons(rings=flat), height, width)
    assert run_lengths.compress(runs) == reference["counts"].decode()


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=16)))
def test_outlines_give_the_mask_back(mask: Mask) -> None:
    outlines = to_polygons(mask)
    if not mask.any():
        assert outlines.rings == []
        return
    runs, _ = rasterise(outlines, *mask.shape)
    assert np.array_equal(masks.decode(runs), mask)


def test_shares_holes_and_several_rings() -> None:
    left, middle, edge = (
        [a, 0, b, 0, b, 1, a, 1] for a, b in ((0, 0.4), (0.3, 0.6), (0, 0.1))
    )
    runs, _ = rasterise(
        Polygons(rings=[left, middle], holes=[edge], normalised=True), 4, 10
    )
    columns = np.arange(10)
    assert np.array_equal(
        masks.decode(runs), np.tile((columns >= 1) & (columns < 6), (4, 1))
    )


@pytest.mark.parametrize(
    "ring",
    [
        [1, 1, 5, 5],
        [1, 1, 5, 5, 9],
        [1, 1, 5, 5, 9, 1, 3],
        [1, 1, 5, 5, None, 1],
        [1, 1, 5, 5, "9", 1],
        [1, 1, 5, 5, True, 1],
        [1, 1, 5, 5, float("nan"), 1],
        [1, 1, 5, 5, float("-inf"), 1],
        [1, 1, 5, 5, 10**400, 1],
        [[1, 1], [5, 5], [9, 1]],
        {"x": 1},
        "1 1 5 5 9 1",
        None,
    ],
)
def test_a_bad_ring_costs_itself(ring: object) -> None:
    assert reason(ring) is Reason.BAD_POLYGON
    runs, remarks = rasterise(Polygons(rings=[ring, SQUARE]), 10, 10)
    assert masks.area(runs) == 16
    assert remarks == [Flag.PARTIAL]


def test_reasons() -> None:
    assert reason() is reason([]) is Reason.NO_MASK
    assert reason([20, 20, 30, 20, 30, 30]) is Reason.OUTSIDE_IMAGE
    assert reason([-9, 1, -2, 1, -2, 5]) is Reason.OUTSIDE_IMAGE
    assert reason([3, 3, 3, 3, 3, 3]) is Reason.EMPTY_MASK
    assert reason(SQUARE, holes=[SQUARE]) is Reason.EMPTY_MASK
    assert reason([0, 0, 1_000_001, 0, 5, 5]) is Reason.OVER_LIMIT
    assert reason([1, 2] * 1_000_001) is Reason.OVER_LIMIT
    with pytest.raises(Refusal, match="over_limit"):
        rasterise(Polygons(rings=[[0, 0, 1e308, 0, 1, 1]], normalised=True), 10, 10)


def test_far_corners_cost_nothing_and_a_wild_zigzag_is_refused() -> None:
    far = [-1e6, -1e6, 1e6, -1e6, 1e6, 1e6, -1e6, 1e6]
    assert masks.area(rasterise(Polygons(rings=[far]), 10, 10)[0]) == 100
    assert reason([-1e6, 0, 1e6, 9] * 100_000, width=8000) is Reason.OVER_LIMIT
    assert (
        reason(*[[-1e6, 0, 1e6, 9] * 100] * 3, width=8000) is Reason.OVER_LIMIT
    )  # 1.6 million crossings each


def test_runs_beyond_the_buffer_of_pycocotools() -> None:
    side, (a, b, c) = 9500, (1805, 3610, 5415)
    bands = [
        a,
        -5,
        b,
        -5,
        b,
        side + 5,
        c,
        side + 5,
        c,
        -5,
        side + 5,
        -5,
        side + 5,
        side + 9,
        a,
        side + 9,
    ]
    runs, _ = rasterise(Polygons(rings=[bands]), side, side)
    assert runs.counts.tolist() == [
        a * side,
        (b - a) * side,
        (c - b) * side,
        (side - c) * side,
    ]


def test_crossing_and_coarse_outlines_are_flagged() -> None:
    assert flags(SQUARE) == []
    assert flags([0, 0, 9, 9, 9, 0, 0, 9]) == [Flag.CROSSING_POLYGON]
    angles = np.linspace(0, 2 * np.pi, 100)[:-1]
    circle = (500 + 400 * np.stack((np.cos(angles), np.sin(angles)), axis=1)).ravel()
    assert flags(circle.tolist(), side=1000) == []
    assert flags(circle.reshape(-1, 2)[::11].ravel().tolist(), side=1000) == [
        Flag.COARSE_POLYGON
    ]
    assert flags([100, 100, 900, 100, 900, 900, 100, 900, 100, 100], side=1000) == []


def test_what_reaches_far_beyond_its_picture_is_flagged() -> None:
    assert flags([-2, 2, 6, 2, 6, 12, -2, 12]) == []  # a slip of the hand
    assert flags([2, 2, 12.5, 2, 12.5, 6, 2, 6]) == [Flag.BEYOND_IMAGE]
    assert flags([2, 2, 6, 2, 6, -2.5, 2, -2.5]) == [Flag.BEYOND_IMAGE]
    assert flags([100, 100, 100, 1010, 110, 1010, 110, 100], side=1000) == []
    assert flags([100, 100, 100, 1011, 110, 1011, 110, 100], side=1000) == [
        Flag.BEYOND_IMAGE
    ]

    far_hole = [2, 2, 13, 2, 13, 4, 2, 4]
    _, of_hole = rasterise(Polygons(rings=[SQUARE], holes=[far_hole]), 10, 10)
    assert of_hole == []


CORNER = st.integers(-300, 900).map(lambda number: number / 10)
RINGS = st.lists(CORNER, min_size=0, max_size=16)
MANY = st.lists(
    st.tuples(
        st.builds(
            Polygons,
            rings=st.lists(RINGS, min_size=1, max_size=3),
            holes=st.lists(RINGS, max_size=1),
        ),
        st.sampled_from([(40, 60), (60, 40), (7, 90), (1, 1)]),
    ),
    max_size=12,
)


@given(MANY, st.sampled_from([0, 20, 10_000]))
def test_many_together_are_what_each_is_alone(
    many: list[tuple[Polygons, Size]], limit: int
) -> None:
    alone = []
    for each, picture in many:
        try:
            alone.append(rasterise(each, *picture))
        except Refusal as refusal:
            alone.append(str(refusal))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polygons, "_AT_ONCE", limit)
        patch.setattr(raster, "_AT_ONCE", limit + 1)
        together = rasterise_all(
            [each for each, _ in many], [picture for _, picture in many]
        )
    shown = [str(each) if isinstance(each, Refusal) else each for each in together]
    assert shown == alone
