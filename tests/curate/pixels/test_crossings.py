"""Rings that cross themselves: the quick test never says otherwise than the exact one."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from curate.pixels.crossings import cross_themselves
from curate.pixels.rings import packed, read_rings

CORNER = st.integers(-40, 40).map(lambda number: number / 4)
RINGS = st.lists(
    st.lists(st.tuples(CORNER, CORNER), min_size=3, max_size=9),
    min_size=1,
    max_size=4,
)


def crosses(corners: list[tuple[float, float]]) -> bool:
    ring = shapely.linearrings(np.array(corners))
    reason = shapely.is_valid_reason(shapely.polygons(np.array(corners)))
    return not shapely.is_simple(ring) and str(reason).startswith("Self-intersection")


@given(RINGS)
def test_many_together_cross_as_shapely_says_of_each(
    corners: list[list[tuple[float, float]]],
) -> None:
    flat = [[number for corner in ring for number in corner] for ring in corners]
    rings, is_good = read_rings(flat)
    assert all(is_good)
    found = cross_themselves(rings, rings.without_repeats())
    assert found.tolist() == [crosses(ring) for ring in corners]


def test_a_ring_that_goes_round_twice_crosses_itself() -> None:
    angles = np.linspace(0, 4 * np.pi, 21)[:-1]
    radii = np.linspace(5, 9, 20)
    spiral = np.column_stack((radii * np.cos(angles), radii * np.sin(angles)))
    rings, _ = read_rings([spiral.ravel().tolist()])
    assert cross_themselves(rings, rings).tolist() == [True]


def test_packed_rings_are_the_same_however_they_are_written() -> None:
    assert packed([1, 2, 3.5]) == packed([1.0, 2.0, 3.5])
    for bad in ([True, 1], [None], "1 2", [10**400], []):
        assert packed(bad) is bad
